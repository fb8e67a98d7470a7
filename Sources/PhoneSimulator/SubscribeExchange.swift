import Packets
import SIPMessages

/// One SUBSCRIBE, its 200 and its NOTIFY as the phone sees them, without socket or clock.
struct SubscribeExchange: Sendable {
    enum Action: Equatable, Sendable {
        /// Bytes for whoever sent the datagram.
        case reply([UInt8])
        /// The SUBSCRIBE has a final answer: it is not sent again.
        case answered(status: UInt16)
        /// The NOTIFY is good, and was answered with 200.
        case told(url: String)
        /// The same NOTIFY again, answered again.
        case repeated
        /// It is about this SUBSCRIBE, and the phone does not take it.
        case refused(String)
    }

    private let subscribe: PnPSubscribe
    private let check: NotifyCheck
    /// The tags of the responders whose 200 was good: several may answer a multicast (RFC 6665 §4.1.2.4).
    private var tags: Set<String> = []
    /// Answers by their request, for requests that come again.
    private var answers: [NotifyKey: [UInt8]] = [:]
    private var isTold = false

    /// Milliseconds after a send until timer F ends it: timer E doubles up to T2 (RFC 3261 §17.1.2.2).
    static let waits: [UInt64] = [500, 1000, 2000] + Array(repeating: 4000, count: 7) + [500]
    /// Of a phone that has another way left.
    static let waitsBeforeNextWay: [UInt64] = [500, 1000, 2000]

    init(_ subscribe: PnPSubscribe) {
        self.subscribe = subscribe
        check = NotifyCheck(subscribe)
    }

    /// What follows from a datagram; nothing when it has to do with something else.
    mutating func hear(_ datagram: [UInt8], from address: IPv4Address, port: UInt16) -> [Action] {
        let message: SIPMessage
        do {
            message = try SIPMessage(parsing: datagram[...])
        } catch {
            return [.refused(error.sentence)]
        }
        if let status = message.status { return hear(message, status) }
        guard message.method == "NOTIFY" else { return [] }
        return hear(notify: message, from: address, port)
    }

    private mutating func hear(_ response: SIPMessage, _ status: UInt16) -> [Action] {
        guard status >= 200 else { return [] }
        do {
            let tag = try check.tag(ofOkay: response)
            guard status < 300 else { return [.answered(status: status)] }
            return tags.insert(tag).inserted ? [.answered(status: status)] : []
        } catch {
            return [.refused("the \(status): \(error.sentence)")]
        }
    }

    private mutating func hear(notify: SIPMessage, from address: IPv4Address, _ port: UInt16) -> [Action] {
        let key = NotifyKey(notify)
        if let answer = answers[key] { return [.reply(answer), .repeated] }
        func answer(_ status: UInt16, _ reason: String) -> [UInt8] {
            SubscribeExchange.response(to: notify, status, reason, from: address, port)
        }
        do throws(NotifyCheck.Objection) {
            let url = try check.url(ofNotify: notify, knownTags: tags)
            // Another responder was first: that subscription is the only one that this phone keeps.
            guard !isTold else { throw NotifyCheck.Objection(481, "another NOTIFY was first") }
            isTold = true
            let okay = answer(200, "OK")
            answers[key] = okay
            return [.reply(okay), .told(url: url)]
        } catch {
            let no = answer(error.status, "Refused")
            answers[key] = no
            return [.reply(no), .refused("the NOTIFY: \(error.sentence) (answered with \(error.status))")]
        }
    }

    /// RFC 3261 §8.2.6.2: Via, From, To, Call-ID and CSeq as they came.
    static func response(
        to request: SIPMessage, _ status: UInt16, _ reason: String, from address: IPv4Address, _ port: UInt16
    ) -> [UInt8] {
        SIPMessage.response(to: request, status: status, reason: reason, receivedFrom: address, port: port).encoded()
    }
}

/// What a NOTIFY that comes again has in common with the first (RFC 3261 §17.2.3).
struct NotifyKey: Hashable, Sendable {
    private let words: [String?]

    init(_ notify: SIPMessage) {
        words = [notify.topVia?.branch, notify.first("Call-ID"), notify.first("CSeq"), notify.from?.tag]
    }
}
