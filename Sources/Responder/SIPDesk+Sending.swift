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
            send(answer.okay, to: answer.okayPort, answer, isAgain: isRepeated, on: served, mac: nil, by: connection)
        case .sendNotify(let answer, let attempt, let exchange):
            guard let served else { return }
            if send(
                answer.notify, to: answer.notifyPort, answer, isAgain: attempt > 1, on: served, mac: exchange.mac, by: connection)
            {
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

    /// - Parameter isAgain: what was sent before did not arrive.
    @discardableResult
    private func send(
        _ message: [UInt8], to port: UInt16, _ answer: PnPAnswer, isAgain: Bool, on served: ServedInterface, mac: MACAddress?,
        by connection: TCPConnection?
    ) -> Bool {
        do {
            if let connection {
                try connection.send(message)
            } else {
                try served.send(
                    answer.frame(message, to: port, on: served.link), isForStation: isAgain && answer.mac.isStation)
            }
            return true
        } catch {
            sink(Event(time: clock(), mac: mac, interface: served.link.interface, .notSent("\(error)")))
            return false
        }
    }
}
