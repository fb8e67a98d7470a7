import Packets
import Provisioning
import SIPMessages

/// The PnP exchanges under way, as a state machine without clock or socket: what happened goes in, what to do comes out.
///
/// A retransmitted SUBSCRIBE gets the identical 200 and no second NOTIFY. A NOTIFY is sent again at T1, doubling (RFC 3261 §17.1.2.2),
/// until the phone answers, but at most three times, and never so often that a phone that keeps silent is sent more than three times
/// the bytes that came from it: whoever forges a source address gets no more.
package struct NotifyExchanges {
    /// RFC 3261 §17.1.1.1, in nanoseconds.
    static let timer1: UInt64 = 500_000_000
    /// When a NOTIFY is sent again, after its first time; at the last of these it is given up.
    private static let slots: [UInt64] = [timer1, 3 * timer1, 7 * timer1]
    static let mostSends = slots.count
    /// How long a SUBSCRIBE counts as the same one: timer J (RFC 3261 §17.2.2). About as long an answer is waited for where there
    /// is nothing to send again: timer F, §17.1.2.2.
    static let memory: UInt64 = 64 * timer1
    /// SUBSCRIBEs that are remembered; of more, the oldest are forgotten first.
    static let capacity = 262_144

    /// A request and all its retransmissions. The hash of the key, whose seed is this process's secret.
    package typealias ID = Int

    package struct Exchange {
        let interface: String
        let mac: MACAddress?
        let phone: Phone
        let to: IPv4Address
        let key: SIPResponseKey
        let firstSent: UInt64
        var sends = 1
        var account: ByteAccount
        /// `nil` once the NOTIFY is not sent again; an answer may still come.
        var answer: PnPAnswer?
    }

    package enum Action {
        case sendOkay(PnPAnswer, isRepeated: Bool)
        case sendNotify(PnPAnswer, attempt: Int, Exchange)
        case answered(Exchange, status: UInt16)
        case unanswered(Exchange)
    }

    package enum Outcome {
        case begun
        case repeated
        case refused(Silence)
    }

    private(set) var limits = ExchangeLimits()
    private(set) var exchanges: [ID: Exchange] = [:]
    private var byKey: [SIPResponseKey: ID] = [:]
    /// A phone's exchange under way: a newer SUBSCRIBE takes its place.
    private var current: [Phone: ID] = [:]
    private var finished: Set<ID> = []
    private var remembered = TimedQueue<ID>()
    /// One for each slot; the last for what travels by TCP.
    private var due = Array(repeating: TimedQueue<ID>(), count: slots.count + 1)

    package init() {}

    /// A SUBSCRIBE was decided to be answered.
    package mutating func subscribed(_ answer: PnPAnswer, mac: MACAddress?, on interface: String, at now: UInt64) -> (
        outcome: Outcome, actions: [Action]
    ) {
        forget(at: now)
        let id = answer.exchange.hash
        if finished.contains(id) { return (.repeated, [.sendOkay(answer, isRepeated: true)]) }
        if exchanges[id] != nil {
            exchanges[id]?.account.hear(answer.bytesHeard)
            let isAffordable = exchanges[id]?.account.spend(answer.okay.count) == true
            return (.repeated, isAffordable ? [.sendOkay(answer, isRepeated: true)] : [])
        }
        let phone = Phone(mac, answer)
        if let silence = limits.begin(phone, at: now) { return (.refused(silence), []) }
        var account = ByteAccount(heard: answer.bytesHeard)
        _ = account.spend(answer.okay.count)
        _ = account.spend(answer.notify.count)
        let exchange = Exchange(
            interface: interface, mac: mac, phone: phone, to: answer.to,
            key: SIPResponseKey(branch: answer.notifyBranch, method: "NOTIFY"), firstSent: now, account: account, answer: answer)
        if let earlier = current.updateValue(id, forKey: phone) { exchanges[earlier]?.answer = nil }
        exchanges[id] = exchange
        byKey[exchange.key] = id
        remembered.append(id, at: now + NotifyExchanges.memory)
        if answer.from.transport == .tcp {
            due[due.count - 1].append(id, at: now + NotifyExchanges.memory - NotifyExchanges.timer1)
        } else {
            due[0].append(id, at: now + NotifyExchanges.slots[0])
        }
        return (.begun, [.sendOkay(answer, isRepeated: false), .sendNotify(answer, attempt: 1, exchange)])
    }

    /// A response came from `source`. Provisional ones only stop the repetition from growing; a stranger's are not ours.
    package mutating func responded(_ key: SIPResponseKey, status: UInt16, from source: IPv4Address, at now: UInt64) -> Action? {
        guard status >= 200, let id = byKey[key], let exchange = exchanges[id], exchange.to == source else { return nil }
        end(id, exchange)
        finished.insert(id)
        limits.answered(exchange.phone, at: now)
        return .answered(exchange, status: status)
    }

    /// What is due by now.
    package mutating func elapsed(at now: UInt64) -> [Action] {
        forget(at: now)
        var actions: [Action] = []
        for slot in due.indices {
            while let id = due[slot].popFirst(at: now) {
                guard var exchange = exchanges[id], let answer = exchange.answer else { continue }
                if slot + 1 < NotifyExchanges.slots.count {
                    if exchange.account.spend(answer.notify.count) {
                        exchange.sends += 1
                        actions.append(.sendNotify(answer, attempt: exchange.sends, exchange))
                    }
                    due[slot + 1].append(id, at: exchange.firstSent + NotifyExchanges.slots[slot + 1])
                } else {
                    exchange.answer = nil
                    if current[exchange.phone] == id { current[exchange.phone] = nil }
                    actions.append(.unanswered(exchange))
                }
                exchanges[id] = exchange
            }
        }
        return actions
    }

    /// When something may be due next.
    package var nextDue: UInt64? {
        var next: UInt64?
        for queue in due {
            if let time = queue.first?.time, time < next ?? .max { next = time }
        }
        return next
    }

    /// SUBSCRIBEs whose retransmissions would be known.
    var rememberedCount: Int { remembered.count }

    /// Whether another request may be refused.
    mutating func mayRefuse(_ source: IPv4Address, at now: UInt64) -> Bool { limits.mayRefuse(source, at: now) }

    private mutating func end(_ id: ID, _ exchange: Exchange) {
        exchanges[id] = nil
        byKey[exchange.key] = nil
        if current[exchange.phone] == id { current[exchange.phone] = nil }
    }

    private mutating func forget(at now: UInt64) {
        while let id = remembered.popFirst(at: remembered.count > NotifyExchanges.capacity ? .max : now) {
            finished.remove(id)
            if let exchange = exchanges[id] { end(id, exchange) }
        }
    }
}
