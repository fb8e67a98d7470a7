extension UDPFrame {
    /// The longest payload that one IPv4 datagram can hold.
    package static let maximumPayload = 65_535 - 20 - 8

    /// The frame's bytes, from the destination MAC address, with both checksums; `nil` when the payload is longer than one datagram
    /// can be. Time to live 64, don't-fragment set, identification 0 (RFC 6864 §4.1).
    package func encoded() -> [UInt8]? {
        guard payload.count <= UDPFrame.maximumPayload else { return nil }
        let udpLength = 8 + payload.count
        var writer = ByteWriter(capacity: 14 + 4 * tags.count + 20 + udpLength)
        writer.append(mac: destinationMAC)
        writer.append(mac: sourceMAC)
        for tag in tags {
            writer.uint16(tag.type)
            writer.uint16(tag.control)
        }
        writer.uint16(0x0800)

        let header = writer.count
        writer.uint16(0x4500)
        writer.uint16(UInt16(20 + udpLength))
        writer.uint16(0)
        writer.uint16(0x4000)
        writer.uint16(0x4011)
        writer.uint16(0)
        writer.uint32(source.bits)
        writer.uint32(destination.bits)
        var headerSum = InternetChecksum()
        headerSum.add(writer.bytes[header...])
        writer.put(headerSum.complement, at: header + 10)

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

extension ByteWriter {
    fileprivate mutating func append(mac: MACAddress) {
        uint16(UInt16(truncatingIfNeeded: mac.bits >> 32))
        uint32(UInt32(truncatingIfNeeded: mac.bits))
    }
}
