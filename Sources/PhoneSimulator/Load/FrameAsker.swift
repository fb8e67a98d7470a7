import DHCPMessages
import FrameLink
import LinuxSystem
import Packets

/// INFORM and ACK, or DISCOVER and OFFER, as frames: each phone has a hardware address of its own.
struct FrameAsker: LoadAsker {
    private let link: LiveLink
    /// Keeps the kernel from refusing the answers with ICMP.
    private let port: UDPSocket
    private let frames: [Question]
    private let expected: DHCPMessageType

    private struct Question {
        let mac: MACAddress
        /// With a transaction ID of zero.
        let bytes: [UInt8]
    }

    /// Ethernet, IPv4 and UDP headers, as they are in a question.
    private static let header = 14 + 20 + 8
    private static let udpChecksum = 14 + 20 + 6
    private static let transactionID = header + 4

    init(
        _ kind: DHCPMessageType, of phones: [SimulatedPhone], on interface: String
    ) throws {
        link = try LiveLink(interface: interface, filter: "udp src port 67 and udp dst port 68")
        port = try UDPSocket(
            address: .any, port: DHCPMessage.clientPort, device: interface, reuseAddress: true, discardingInput: true)
        expected = kind == .inform ? .acknowledge : .offer
        frames = phones.compactMap { phone in
            var payload = InformExchange(phone, transactionID: 0).question()
            if kind != .inform {
                guard var message = try? DHCPMessage(decoding: payload[...]) else { return nil }
                message.clientAddress = .any
                message.options[.messageType] = [kind.rawValue]
                payload = message.encoded().bytes
            }
            let frame = UDPFrame(
                from: phone.mac, kind == .inform ? phone.address : .any, port: DHCPMessage.clientPort, to: .broadcast, .broadcast,
                port: DHCPMessage.serverPort, payload: payload)
            return frame.encoded().map { Question(mac: phone.mac, bytes: $0) }
        }
    }

    mutating func ask(phone: Int, key: ExchangeKey) throws {
        var bytes = frames[phone].bytes
        // RFC 1624 §3: the checksum of the changed datagram from that of the old one.
        let old = UInt32(bytes[FrameAsker.udpChecksum]) << 8 | UInt32(bytes[FrameAsker.udpChecksum + 1])
        var sum = (old ^ 0xffff) + (key >> 16) + (key & 0xffff)
        sum = (sum & 0xffff) + (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16)
        let checksum = sum == 0xffff ? 0xffff : sum ^ 0xffff
        bytes[FrameAsker.udpChecksum] = UInt8(truncatingIfNeeded: checksum >> 8)
        bytes[FrameAsker.udpChecksum + 1] = UInt8(truncatingIfNeeded: checksum)
        for place in 0..<4 {
            bytes[FrameAsker.transactionID + place] = UInt8(truncatingIfNeeded: key >> UInt32(24 - 8 * place))
        }
        try link.send(bytes)
    }

    mutating func hear() throws -> LoadHeard? {
        guard let frame = try link.nextFrame() else { return nil }
        return done(frame.bytes).map { .done($0, bytes: 0) } ?? .nothing
    }

    /// The key of an answer that has the expected type and is for the phone that asked.
    private func done(_ frame: [UInt8]) -> ExchangeKey? {
        guard let datagram = try? UDPFrame(decoding: frame[...]),
            let message = try? DHCPMessage(decoding: datagram.payload), message.operation == DHCPMessage.reply,
            message.type == expected
        else { return nil }
        let phone = Int(message.transactionID & 0xfffff)
        guard phone < frames.count, message.clientMAC == frames[phone].mac else { return nil }
        return message.transactionID
    }

    func wait(milliseconds: Int32) throws {
        _ = try waitReadable([link.descriptor ?? -1], milliseconds: milliseconds)
    }

    mutating func forget(phone: Int) {}
}
