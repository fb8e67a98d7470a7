extension UDPFrame {
    /// The longest payload that one IPv4 datagram can hold.
    public static let maximumPayload = 65_535 - 20 - 8

    /// The frame's bytes, from the destination MAC address, with both checksums; `nil` when the payload is longer than one datagram
    /// can be. Time to live 64, don't-fragment set, identification 0 (RFC 6864 §4.1).
    public func encoded() -> [UInt8]? {
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
        writer.put(sum.udpField, at: datagram + 6)
        return writer.bytes
    }

    /// The bytes of the same frame with another number in its payload. Of the checksum only what changes is summed (RFC 1624 §3).
    ///
    /// - Parameters:
    ///   - bytes: what ``encoded()`` gave.
    ///   - place: in the payload, even, with room for the number.
    public func encoded(_ bytes: [UInt8], with number: UInt32, at place: Int) -> [UInt8] {
        let start = bytes.count - payload.count
        let (field, first) = (start - 2, start + place)
        guard place >= 0, place % 2 == 0, start >= 8, first + 4 <= bytes.count else { return bytes }
        func word(_ at: Int) -> UInt16 { UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1]) }
        var (after, sum) = (bytes, InternetChecksum())
        func put(_ value: UInt16, at: Int) {
            after[at] = UInt8(value >> 8)
            after[at + 1] = UInt8(value & 0xff)
        }
        sum.add(~word(field))
        for (at, new) in [(first, UInt16(number >> 16)), (first + 2, UInt16(truncatingIfNeeded: number))] {
            sum.add(~word(at))
            sum.add(new)
            put(new, at: at)
        }
        put(sum.udpField, at: field)
        return after
    }
}

extension InternetChecksum {
    /// "If the computed checksum is zero, it is transmitted as all ones" (RFC 768).
    fileprivate var udpField: UInt16 { complement == 0 ? 0xffff : complement }
}
