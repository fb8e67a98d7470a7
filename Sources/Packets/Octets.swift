extension UInt8 {
    /// `A` to `Z` as `a` to `z`, and all else as it is.
    @inlinable public var lowercased: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }
}

extension [UInt8] {
    /// A number as people write it.
    @inlinable public mutating func append(decimal number: UInt32) {
        guard number >= 10 else { return append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number)) }
        var divisor: UInt32 = 10
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }
}

extension Hasher {
    /// Eight at a time, and then how many there were.
    @inlinable public mutating func combine(octets: ArraySlice<UInt8>, inLowerCase: Bool = false) {
        var word: UInt64 = 0
        var count = 0
        for octet in octets {
            word = word << 8 | UInt64(inLowerCase ? octet.lowercased : octet)
            count += 1
            if count & 7 == 0 { combine(word) }
        }
        combine(word)
        combine(count)
    }
}
