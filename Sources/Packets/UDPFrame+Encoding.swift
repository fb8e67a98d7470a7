extension UDPFrame {
    /// The longest payload that one IPv4 datagram can hold.
    package static let maximumPayload = 65_535 - 20 - 8

    /// The frame's bytes, from the destination MAC address, with both checksums; `nil` when the payload is longer than one datagram
    /// can be. Time to live 64, don't-fragment set, identification 0 (RFC 6864 §4.1).
    package func encoded() -> [UInt8]? {
        guard payload.count <= UDPFrame.maximumPayload else { return nil }
        let udpLength = 8 + payload.count
        var writer = ByteWriter(capacity: 14 + 4 * tags.count + 20 + udpLength)
        writer.ethernet(to: destinationMAC, from: sourceMAC, tags: tags)

        let header = writer.count
        writer.uint16(0x4500)
        writer.uint16(UInt16(20 + udpLength))
        writer.uint16(0)
        writer.uint16(0x4000)
        writer.uint16(0x4011)
        writer.uint16(0)
        writer.uint32(source.bits)
        writer.uint32(destination.bits)
        writer.closeIPv4Header(at: header)

        let datagram = writer.count
        writer.uint16(sourcePort)
        writer.uint16(destinationPort)
        writer.uint16(UInt16(udpLength))
        writer.uint16(0)
        writer.append(payload)
        var sum = UDPFrame.pseudoHeader(from: source, to: destination, length: udpLength)
        sum.add(writer.bytes[datagram...])
        // "If the computed checksum is zero, it is transmitted as all ones" (RFC 768).
        writer.put(sum.complement == 0 ? 0xffff : sum.complement, at: datagram + 6)
        return writer.bytes
    }
}
