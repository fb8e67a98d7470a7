import LinuxSystem
import Packets
import Provisioning

/// What the exchanges ask to be done: messages out, and events.
extension SIPDesk {
    func perform(
        _ action: NotifyExchanges.Action, on served: ServedInterface?, by connection: TCPConnection? = nil
    ) {
        switch action {
        case .sendOkay(let answer, let isRepeated):
            guard let served else { return }
            let okay = Outgoing(bytes: answer.okay, port: answer.okayPort, byFrame: isRepeated)
            send(okay, answer, on: served, mac: nil, by: connection)
        case .sendNotify(let answer, let attempt, let exchange):
            guard let served else { return }
            let notify = Outgoing(bytes: answer.notify, port: answer.notifyPort, byFrame: attempt > 1)
            if send(notify, answer, on: served, mac: exchange.mac, by: connection) {
                sink(
                    Event(
                        time: clock(), mac: exchange.mac, interface: exchange.interface,
                        .notifySent(attempt: attempt, to: answer.to)))
            }
        case .answered(let exchange, let status):
            let after = Duration.nanoseconds(Int64(clamping: MonotonicClock.now() - exchange.firstSent))
            sink(
                Event(
                    time: clock(), mac: exchange.mac, interface: exchange.interface, .notifyAnswered(status: status, after: after)
                ))
        case .unanswered(let exchange):
            sink(Event(time: clock(), mac: exchange.mac, interface: exchange.interface, .notifyUnanswered(sends: exchange.sends)))
        }
    }

    private struct Outgoing {
        let bytes: [UInt8]
        let port: UInt16
        /// What was sent before did not arrive. On a bench one address passes from phone to phone, and the kernel may still send to the
        /// one before; a frame goes to the hardware address that asked.
        let byFrame: Bool
    }

    /// By the socket, so that a firewall on this host lets the phone's answer in; but no socket of this interface reaches into a VLAN.
    @discardableResult
    private func send(
        _ message: Outgoing, _ answer: PnPAnswer, on served: ServedInterface, mac: MACAddress?, by connection: TCPConnection?
    ) -> Bool {
        do {
            let socket = served.socket(at: answer.from.address, answer.from.port)
            if let connection {
                try connection.send(message.bytes)
            } else if answer.tags.isEmpty && !(message.byFrame && answer.mac.isStation) {
                try socket.socket.send(message.bytes, to: answer.to, port: message.port)
            } else {
                guard let encoded = answer.frame(message.bytes, to: message.port, on: socket.link).encoded() else { return false }
                try served.frames.send(encoded)
            }
            return true
        } catch {
            sink(Event(time: clock(), mac: mac, interface: served.link.interface, .notSent("\(error)")))
            return false
        }
    }
}
