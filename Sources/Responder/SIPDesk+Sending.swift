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
            send(
                answer.okay, answer.destination(answer.okayPort, isAgain: isRepeated), answer, on: served, mac: nil,
                by: connection)
        case .sendNotify(let answer, let attempt, let exchange):
            guard let served else { return }
            let destination = answer.destination(answer.notifyPort, isAgain: attempt > 1)
            if send(answer.notify, destination, answer, on: served, mac: exchange.mac, by: connection) {
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

    @discardableResult
    private func send(
        _ message: [UInt8], _ destination: SIPDestination, _ answer: PnPAnswer, on served: ServedInterface, mac: MACAddress?,
        by connection: TCPConnection?
    ) -> Bool {
        do {
            if let connection {
                try connection.send(message)
            } else {
                try served.send(message, from: answer.from.address, answer.from.port, to: destination)
            }
            return true
        } catch {
            sink(Event(time: clock(), mac: mac, interface: served.link.interface, .notSent("\(error)")))
            return false
        }
    }
}

extension PnPAnswer {
    /// - Parameter isAgain: what was sent before did not arrive.
    fileprivate func destination(_ port: UInt16, isAgain: Bool) -> SIPDestination {
        SIPDestination(address: to, port: port, mac: mac, tags: tags, isThatStation: isAgain && mac.isStation)
    }
}
