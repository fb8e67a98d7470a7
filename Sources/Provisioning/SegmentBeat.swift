import Packets

// destination (6) = broadcast   source (6)   type (2) = 0x88b5, IEEE 802 local experimental
// "bellhop1" (8)   segment (8)   instance (8)   flags (1): bit 0, holds the lock   count (1)   addresses (4 each)

/// What the responder of a pair that answers says twice a second on each of its interfaces, so that its partner hears that it lives
/// whatever becomes of the database between them.
package struct SegmentBeat: Hashable, Sendable {
    /// A number for the name of the segment.
    package var segment: UInt64
    /// One run of one responder.
    package var instance: UInt64
    package var holdsLock: Bool
    /// The sender's own addresses on the link: it answers by any of them. Eight at most are told.
    package var addresses: [IPv4Address]

    package static let etherType: UInt16 = 0x88b5
    private static let mark = Array("bellhop1".utf8)
    private static let mostAddresses = 8

    package init(segment: UInt64, instance: UInt64, holdsLock: Bool, addresses: [IPv4Address]) {
        self.segment = segment
        self.instance = instance
        self.holdsLock = holdsLock
        self.addresses = Array(addresses.prefix(SegmentBeat.mostAddresses))
    }

    /// Reads a whole untagged Ethernet frame; `nil` for any other.
    package init?(decoding frame: ArraySlice<UInt8>) {
        var reader = ByteReader(frame)
        do {
            guard try reader.isSegmentFrame(marked: SegmentBeat.mark) else { return nil }
            segment = try reader.uint64()
            instance = try reader.uint64()
            holdsLock = try reader.take(1).first == 1
            let count = Int(try reader.take(1).first ?? 0)
            guard count <= SegmentBeat.mostAddresses else { return nil }
            addresses = try (0..<count).map { _ in IPv4Address(bits: try reader.uint32()) }
        } catch {
            return nil
        }
    }

    package func encoded(from mac: MACAddress) -> [UInt8] {
        var writer = ByteWriter(capacity: 60)
        writer.beginSegmentFrame(marked: SegmentBeat.mark, from: mac)
        writer.uint64(segment)
        writer.uint64(instance)
        writer.append([holdsLock ? 1 : 0])
        writer.append([UInt8(addresses.count)])
        for address in addresses { writer.uint32(address.bits) }
        // The shortest frame of Ethernet, without its check sequence.
        writer.append([UInt8](repeating: 0, count: max(0, 60 - writer.bytes.count)))
        return writer.bytes
    }

    /// FNV-1a of a name.
    package static func number(of name: String) -> UInt64 {
        name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

// What a beat and a note of a lease begin with alike.

extension ByteReader {
    /// Reads an Ethernet header and a mark.
    mutating func isSegmentFrame(marked mark: [UInt8]) throws(OutOfBytes) -> Bool {
        try skip(12)
        guard try uint16() == SegmentBeat.etherType else { return false }
        return try take(8).elementsEqual(mark)
    }
}

extension ByteWriter {
    mutating func beginSegmentFrame(marked mark: [UInt8], from mac: MACAddress) {
        append(MACAddress.broadcast.octets)
        append(mac.octets)
        uint16(SegmentBeat.etherType)
        append(mark)
    }
}
