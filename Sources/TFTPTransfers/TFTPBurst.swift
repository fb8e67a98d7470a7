/// Datagrams for one peer that leave together, end to end in one run of bytes: a window's DATA, or any single packet.
package struct TFTPBurst: Equatable, Sendable {
    package let bytes: [UInt8]
    /// Bytes in each datagram but the last, which has what is left.
    package let datagramSize: Int

    init(_ bytes: [UInt8], datagramSize: Int) {
        self.bytes = bytes
        self.datagramSize = max(1, datagramSize)
    }

    /// One datagram.
    package init(_ bytes: [UInt8]) {
        self.init(bytes, datagramSize: bytes.count)
    }

    /// How many datagrams it is.
    package var count: Int { (bytes.count + datagramSize - 1) / datagramSize }

    /// Each datagram's bytes, in order.
    package var datagrams: [ArraySlice<UInt8>] {
        stride(from: 0, to: bytes.count, by: datagramSize).map { bytes[$0..<min($0 + datagramSize, bytes.count)] }
    }
}
