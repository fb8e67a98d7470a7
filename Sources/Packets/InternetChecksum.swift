/// The Internet checksum: the ones' complement sum of 16-bit words (RFC 1071).
public struct InternetChecksum {
    private var sum: UInt64 = 0

    public init() {}

    /// Adds a run of bytes; an odd last byte counts as the high half of a word, so only the last run may be odd.
    public mutating func add(_ bytes: ArraySlice<UInt8>) {
        let span = bytes.span
        // So many that the sum of each half cannot pass 32 bits.
        let most = 1 << 16
        var start = 0
        while start < span.count {
            let end = min(span.count, start + most)
            var (high, low): (UInt32, UInt32) = (0, 0)
            var at = start
            while at &+ 1 < end {
                high &+= UInt32(span[at])
                low &+= UInt32(span[at &+ 1])
                at &+= 2
            }
            if at < end { high &+= UInt32(span[at]) }
            sum += UInt64(high) << 8 + UInt64(low)
            start = end
        }
    }

    public mutating func add(_ word: UInt16) {
        sum += UInt64(word)
    }

    public mutating func add(_ address: IPv4Address) {
        sum += UInt64(address.bits >> 16) + UInt64(address.bits & 0xffff)
    }

    /// The sum folded to 16 bits, not yet complemented.
    public var folded: UInt16 {
        var value = sum
        while value >> 16 != 0 { value = (value & 0xffff) + value >> 16 }
        return UInt16(truncatingIfNeeded: value)
    }

    /// What goes into a header's checksum field.
    public var complement: UInt16 { ~folded }
}
