import DHCPMessages
import FrameLink
import LinuxSystem
import Packets
import Synchronization

/// A DHCP server that offers one address, and answers each REQUEST with the next of its answers, the last one from there on.
final class OddDHCPServer: Sendable {
    enum Answer: Sendable {
        case nothing, acknowledges, refuses
    }

    /// What it offers.
    static let address = IPv4Address(10, 9, 40, 1)

    private let station: Station
    private let link: LiveLink
    private let answers: Mutex<[Answer]>
    private let heard = Mutex<[DHCPMessage]>([])
    private let isEnded = Mutex(false)

    init(_ station: Station, answers: [Answer]) throws {
        self.station = station
        self.answers = Mutex(answers)
        link = try station.link(filter: "udp dst port 67")
        _ = try SystemThread.start(name: "odd-server") { [self] in
            while !isEnded.withLock({ $0 }) { try? serve() }
        }
    }

    /// What it was asked, in order.
    var asked: [DHCPMessageType] { heard.withLock { $0.compactMap(\.type) } }

    func end() { isEnded.withLock { $0 = true } }

    private func serve() throws {
        guard let frame = try link.nextFrame() else {
            _ = try waitReadable([link.descriptor ?? -1], milliseconds: 100)
            return
        }
        guard let udp = try? UDPFrame(decoding: frame.bytes[...]), let message = try? DHCPMessage(decoding: udp.payload),
            udp.sourceMAC != station.mac
        else { return }
        heard.withLock { $0.append(message) }
        guard let type = answer(to: message) else { return }
        var reply = DHCPMessage(replyingTo: message, type: type, server: station.address)
        if type != .negativeAcknowledge {
            reply.yourAddress = OddDHCPServer.address
            reply.options[.leaseTime] = [0, 0, 2, 88]
            reply.options[.subnetMask] = [255, 255, 0, 0]
            reply.options[66] = Array("http://\(station.address)/".utf8)[...]
        }
        let bytes = UDPFrame(
            from: station.mac, station.address, port: 67, to: .broadcast, .broadcast, port: 68, payload: reply.encoded().bytes
        ).encoded()
        try link.send(bytes ?? [])
    }

    private func answer(to message: DHCPMessage) -> DHCPMessageType? {
        switch message.type {
        case .discover: return .offer
        case .request:
            let answer = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0.first }
            return answer == .acknowledges ? .acknowledge : answer == .refuses ? .negativeAcknowledge : nil
        default: return nil
        }
    }
}
