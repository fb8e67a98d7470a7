/// Builds a message front to back, big-endian.
public struct ByteWriter {
    public private(set) var bytes: [UInt8] = []
    private static let zeros = [UInt8](repeating: 0, count: 256)

    public init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    public var count: Int { bytes.count }

    public mutating func byte(_ value: UInt8) {
        bytes.append(value)
    }

    public mutating func uint16(_ value: UInt16) {
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    public mutating func uint32(_ value: UInt32) {
        uint16(UInt16(truncatingIfNeeded: value >> 16))
        uint16(UInt16(truncatingIfNeeded: value))
    }

    public mutating func append(_ more: ArraySlice<UInt8>) {
        bytes.append(contentsOf: more)
    }

    public mutating func append(_ more: [UInt8]) {
        bytes.append(contentsOf: more)
    }

    public mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    public mutating func zeros(_ count: Int) {
        var rest = count
        while rest > 0 {
            bytes.append(contentsOf: ByteWriter.zeros.prefix(rest))
            rest -= ByteWriter.zeros.count
        }
    }

    /// Overwrites two bytes written earlier: a length or a checksum that is known only at the end.
    public mutating func put(_ value: UInt16, at offset: Int) {
        guard offset >= 0, offset + 1 < bytes.count else { return }
        bytes[offset] = UInt8(truncatingIfNeeded: value >> 8)
        bytes[offset + 1] = UInt8(truncatingIfNeeded: value)
    }
}
