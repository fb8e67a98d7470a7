/// Reads big-endian fields from the front of a run of bytes and never past its end.
///
/// Slice first, then parse inside the slice: a reader made of a field's bytes cannot leave that field.
public struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var at: Int

    public init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        at = bytes.startIndex
    }

    public init(_ bytes: [UInt8]) {
        self.init(bytes[...])
    }

    public var count: Int { bytes.endIndex - at }
    public var isEmpty: Bool { at == bytes.endIndex }

    /// What has not been read yet.
    public var rest: ArraySlice<UInt8> { bytes[at...] }

    public mutating func byte() throws(OutOfBytes) -> UInt8 {
        guard at < bytes.endIndex else { throw OutOfBytes() }
        defer { at += 1 }
        return bytes[at]
    }

    public mutating func uint16() throws(OutOfBytes) -> UInt16 {
        guard count >= 2 else { throw OutOfBytes() }
        defer { at += 2 }
        return UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1])
    }

    public mutating func uint32() throws(OutOfBytes) -> UInt32 {
        guard count >= 4 else { throw OutOfBytes() }
        defer { at += 4 }
        return UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8 | UInt32(bytes[at + 3])
    }

    /// The next `count` bytes as a view on the same storage.
    public mutating func take(_ count: Int) throws(OutOfBytes) -> ArraySlice<UInt8> {
        guard count >= 0, count <= self.count else { throw OutOfBytes() }
        defer { at += count }
        return bytes[at..<(at + count)]
    }

    public mutating func skip(_ count: Int) throws(OutOfBytes) {
        _ = try take(count)
    }
}

/// A field lies beyond the end of what was given.
public struct OutOfBytes: Error, Equatable {
    public init() {}
}
