/// One IGMP message in one Ethernet frame, tagged or not.
public struct IGMPFrame: Hashable, Sendable {
    public var destinationMAC: MACAddress
    public var sourceMAC: MACAddress
    /// 802.1Q and 802.1ad tags, outermost first. At most ``UDPFrame/maximumTags``.
    public var tags: [VLANTag]
    /// 0.0.0.0 where the sender has no address in that network (RFC 3376 §4.2.13).
    public var source: IPv4Address
    public var destination: IPv4Address
    public var message: IGMPMessage

    public static let protocolNumber: UInt8 = 2

    /// A message to where such messages go.
    public init(from sourceMAC: MACAddress, _ source: IPv4Address, tags: [VLANTag] = [], _ message: IGMPMessage) {
        destination = message.destination
        destinationMAC = destination.multicastMAC
        self.sourceMAC = sourceMAC
        self.source = source
        self.tags = tags
        self.message = message
    }

    /// Reads a frame as a capture gives it: from the destination MAC address, without the frame check sequence.
    public init(decoding frame: ArraySlice<UInt8>) throws(IGMPFault) {
        let packet: IPv4Frame
        do throws(FrameFault) {
            packet = try IPv4Frame(decoding: frame)
        } catch {
            throw .frame(error)
        }
        guard packet.protocolNumber == IGMPFrame.protocolNumber else { throw .notIGMP(protocolNumber: packet.protocolNumber) }
        guard packet.source == .any || packet.source.isHost else { throw .frame(.sourceAddressNotAHost(packet.source)) }
        destinationMAC = packet.destinationMAC
        sourceMAC = packet.sourceMAC
        tags = packet.tags
        source = packet.source
        destination = packet.destination
        message = try IGMPMessage(decoding: packet.payload)
    }

    /// The frame's bytes, from the destination MAC address; `nil` where the message is longer than one packet can be.
    ///
    /// RFC 3376 §4: "with an IP Time-to-Live of 1, IP Precedence of Internetwork Control (e.g., Type of Service 0xc0), and carrying an IP
    /// Router Alert option" (RFC 2113: 94 04 00 00).
    public func encoded() -> [UInt8]? {
        guard let payload = message.encoded() else { return nil }
        var writer = ByteWriter(capacity: 14 + 4 * tags.count + 24 + payload.count)
        writer.ethernet(to: destinationMAC, from: sourceMAC, tags: tags)
        let header = writer.count
        writer.uint16(0x46c0)
        writer.uint16(UInt16(truncatingIfNeeded: 24 + payload.count))
        writer.uint16(0)
        writer.uint16(0x4000)
        writer.uint16(0x0100 | UInt16(IGMPFrame.protocolNumber))
        writer.uint16(0)
        writer.uint32(source.bits)
        writer.uint32(destination.bits)
        writer.uint32(0x9404_0000)
        writer.closeIPv4Header(at: header)
        writer.append(payload)
        return writer.bytes
    }
}
