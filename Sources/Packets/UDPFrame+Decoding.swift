// RFC 768:         |          Source Port          |       Destination Port        |
//                  |            Length             |           Checksum            |

extension UDPFrame {
    /// Reads a frame as a capture gives it: from the destination MAC address, without the frame check sequence.
    ///
    /// Every length is compared with what holds it before it is used, and bytes after the innermost length (Ethernet padding, or
    /// what a UDP length leaves of its packet) are no part of the payload.
    public init(decoding frame: ArraySlice<UInt8>) throws(FrameFault) {
        let packet = try IPv4Frame(decoding: frame)
        destinationMAC = packet.destinationMAC
        sourceMAC = packet.sourceMAC
        tags = packet.tags
        guard packet.protocolNumber == 17 else { throw .notUDP(protocolNumber: packet.protocolNumber) }
        // 0.0.0.0 is the source of a client without an address (RFC 2131 §4.1).
        guard packet.source == .any || packet.source.isHost else { throw .sourceAddressNotAHost(packet.source) }
        source = packet.source
        destination = packet.destination

        var datagram = ByteReader(packet.payload)
        let length: Int
        let checksum: UInt16
        do {
            sourcePort = try datagram.uint16()
            destinationPort = try datagram.uint16()
            length = Int(try datagram.uint16())
            checksum = try datagram.uint16()
        } catch {
            throw .truncatedUDP
        }
        guard length >= 8 else { throw .udpLengthTooShort }
        guard length <= packet.payload.count else { throw .udpLengthPastPacket }
        guard sourcePort != 0 else { throw .sourcePortZero }
        payload = datagram.rest.prefix(length - 8)
        guard UDPFrame.isBelievable(checksum, of: packet.payload.prefix(length), from: source, to: destination) else {
            throw .udpChecksum
        }
    }

    /// A checksum of 0 means that the sender made none (RFC 768). A sender on this machine leaves its checksum to hardware that
    /// never runs on a veth or virtio link; what then stands in the field is the pseudo header's sum alone, and the rest is ours to
    /// trust because it never left memory.
    private static func isBelievable(
        _ checksum: UInt16, of datagram: ArraySlice<UInt8>, from source: IPv4Address, to destination: IPv4Address
    ) -> Bool {
        if checksum == 0 { return true }
        var sum = pseudoHeader(from: source, to: destination, length: datagram.count)
        if checksum == sum.folded { return true }
        sum.add(datagram)
        return sum.folded == 0xffff
    }

    static func pseudoHeader(from source: IPv4Address, to destination: IPv4Address, length: Int) -> InternetChecksum {
        var sum = InternetChecksum()
        sum.add(source)
        sum.add(destination)
        sum.add(17)
        sum.add(UInt16(truncatingIfNeeded: length))
        return sum
    }
}
