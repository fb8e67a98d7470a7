/// Reads big-endian fields from the front of a run of bytes and never past its end.
///
/// Slice first, then parse inside the slice: a reader made of a field's bytes cannot leave that field.
package struct ByteReader {
    /// What has not been read yet.
    package private(set) var rest: ArraySlice<UInt8>

    package init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    package init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    package var count: Int { rest.count }
    package var isEmpty: Bool { rest.isEmpty }

    package mutating func byte() throws(OutOfBytes) -> UInt8 {
        guard let first = rest.popFirst() else { throw OutOfBytes() }
        return first
    }

    package mutating func uint16() throws(OutOfBytes) -> UInt16 {
        guard rest.count >= 2 else { throw OutOfBytes() }
        let at = rest.startIndex
        let value = UInt16(rest[at]) << 8 | UInt16(rest[at + 1])
        rest = rest[(at + 2)...]
        return value
    }

    package mutating func uint32() throws(OutOfBytes) -> UInt32 {
        let high = try uint16()
        return UInt32(high) << 16 | UInt32(try uint16())
    }

    /// The next `count` bytes as a view on the same storage.
    package mutating func take(_ count: Int) throws(OutOfBytes) -> ArraySlice<UInt8> {
        guard count >= 0, count <= rest.count else { throw OutOfBytes() }
        let taken = rest.prefix(count)
        rest = rest.dropFirst(count)
        return taken
    }

    package mutating func skip(_ count: Int) throws(OutOfBytes) {
        _ = try take(count)
    }
}

/// A field lies beyond the end of what was given.
package struct OutOfBytes: Error, Equatable {
    package init() {}
}
