import Packets
import Provisioning
import SIPMessages

/// The PnP exchanges under way, as a state machine without clock or socket: what happened goes in, what to do comes out.
///
/// A retransmitted SUBSCRIBE gets the identical 200 and no second NOTIFY. A NOTIFY is sent again at T1, doubling (RFC 3261 §17.1.2.2),
/// until the phone answers, but at most three times to a phone that never does: whoever forges a source address gets no more.
struct NotifyExchanges {
    /// RFC 3261 §17.1.1.1, in nanoseconds.
    static let timer1: UInt64 = 500_000_000
    static let mostSends = 3
    /// How long a SUBSCRIBE counts as the same one: 64 × T1 (RFC 3261 §17.2.2, timer J).
    static let memory: UInt64 = 64 * timer1
    static let capacity = 65_536

    struct Exchange {
        let interface: String
        let mac: MACAddress?
        let answer: PnPAnswer
        var sends = 0
        var firstSent: UInt64
        var due: UInt64?
    }

    enum Action {
        case sendOkay(PnPAnswer, isRepeated: Bool)
        case sendNotify(PnPAnswer, attempt: Int, mac: MACAddress?)
        case answered(Exchange, status: UInt16)
        case unanswered(Exchange)
    }

    private(set) var exchanges: [SIPTransactionKey: Exchange] = [:]
    private var byBranch: [String: SIPTransactionKey] = [:]
    /// Keys by the time of their first send, oldest first, from `oldest` on.
    private var order: [(key: SIPTransactionKey, time: UInt64)] = []
    private var oldest = 0

    /// A SUBSCRIBE was decided to be answered. `isRepeated` tells the caller that it was one that had been answered before.
    mutating func subscribed(_ answer: PnPAnswer, mac: MACAddress?, on interface: String, at now: UInt64) -> (actions: [Action], isRepeated: Bool) {
        forget(before: now)
        if let known = exchanges[answer.exchange] { return ([.sendOkay(known.answer, isRepeated: true)], true) }
        guard exchanges.count < NotifyExchanges.capacity else { return ([], false) }
        exchanges[answer.exchange] = Exchange(
            interface: interface, mac: mac, answer: answer, sends: 1, firstSent: now, due: now + NotifyExchanges.timer1)
        byBranch[answer.notifyBranch.lowercased()] = answer.exchange
        order.append((answer.exchange, now))
        return ([.sendOkay(answer, isRepeated: false), .sendNotify(answer, attempt: 1, mac: mac)], false)
    }

    /// A response came from `source`. Provisional ones only stop the repetition from growing; a stranger's are not ours.
    mutating func responded(_ key: SIPResponseKey, status: UInt16, from source: IPv4Address) -> Action? {
        guard key.method == "NOTIFY", status >= 200, let exchange = byBranch[key.branch], var known = exchanges[exchange],
            known.answer.to == source, known.due != nil
        else { return nil }
        known.due = nil
        exchanges[exchange] = known
        return .answered(known, status: status)
    }

    /// What is due by now.
    mutating func elapsed(at now: UInt64) -> [Action] {
        forget(before: now)
        var actions: [Action] = []
        for (key, exchange) in exchanges {
            guard let due = exchange.due, due <= now else { continue }
            var exchange = exchange
            if exchange.sends >= NotifyExchanges.mostSends {
                exchange.due = nil
                actions.append(.unanswered(exchange))
            } else {
                exchange.sends += 1
                exchange.due = due + NotifyExchanges.timer1 << UInt64(exchange.sends - 1)
                actions.append(.sendNotify(exchange.answer, attempt: exchange.sends, mac: exchange.mac))
            }
            exchanges[key] = exchange
        }
        return actions
    }

    /// When something is due next.
    var nextDue: UInt64? { exchanges.values.lazy.compactMap(\.due).min() }

    private mutating func forget(before now: UInt64) {
        while oldest < order.count, order[oldest].time + NotifyExchanges.memory <= now {
            if let gone = exchanges.removeValue(forKey: order[oldest].key) { byBranch[gone.answer.notifyBranch.lowercased()] = nil }
            oldest += 1
        }
        if oldest > 4096, oldest * 2 > order.count {
            order.removeFirst(oldest)
            oldest = 0
        }
    }
}
