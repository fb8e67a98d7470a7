import Packets
import Provisioning
import SIPMessages

/// Phones that are told to come again, as a state machine without clock or socket: what happened goes in, what to do comes out.
///
/// Each NOTIFY is sent again at T1, doubling (RFC 3261 §17.1.2.2), at most three times to one port. Few phones are asked at once, few in a
/// second, and none again within half a minute: nobody makes a cannon of this (threat T17).
struct ResyncExchanges {
    struct Limits {
        var inFlight = 32
        /// Nanoseconds from one phone's first NOTIFY to the next one's.
        var spacing: UInt64 = 100_000_000
        /// Nanoseconds within which a phone that took it, or may have, is left alone.
        var rest: UInt64 = 30_000_000_000
        /// To one port of a phone that never answers.
        var sends = 3
    }

    /// Random words, and the hashes that answer a challenge; given from outside, so that a test can name them.
    struct Means {
        var word: () -> String
        var hash: (DigestChallenge.Algorithm, [UInt8]) -> [UInt8]?
    }

    struct Exchange {
        let job: String
        let target: ResyncTarget
        let address: IPv4Address
        let link: Link
        let firstSent: UInt64
        var request: CheckSync
        /// Those of ``ResyncTarget/ports`` that come after the one asked now.
        var portsLeft: ArraySlice<UInt16>
        /// To the port asked now, and in all.
        var sends = 0
        var allSends = 0
        var due: UInt64
        /// The credentials were told, which happens once, and once more where the phone says that its nonce was stale.
        var wasProved = false
        var wasStale = false
    }

    enum Action {
        case send(Exchange)
        case finished(job: String, ResyncResult, on: String?, after: Duration, sends: Int)
    }

    /// RFC 3261 §17.1.1.1, in nanoseconds.
    static let timer1: UInt64 = 500_000_000

    private let limits: Limits
    private let means: Means
    private var waiting: [(job: String, target: ResyncTarget)] = []
    /// What stands before it in `waiting` has begun.
    private var next = 0
    private var mayBegin: UInt64 = 0
    /// By what the answer to the NOTIFY under way is known by.
    private var running: [SIPResponseKey: Exchange] = [:]
    /// When phones may be asked again.
    private var resting: [MACAddress: UInt64] = [:]

    init(limits: Limits = Limits(), means: Means) {
        self.limits = limits
        self.means = means
    }

    mutating func add(_ targets: [ResyncTarget], job: String) {
        waiting += targets.map { (job, $0) }
    }

    /// When something is due next; `nil` where nothing is under way.
    var nextDue: UInt64? {
        let begin = next < waiting.count && running.count < limits.inFlight ? mayBegin : nil
        return [running.values.lazy.map(\.due).min(), begin].compactMap { $0 }.min()
    }

    /// What is due by now: phones that are to be asked, asked again, or given up.
    ///
    /// - Parameter link: the interface that leads to a phone; `nil` where there is none now.
    mutating func elapsed(at now: UInt64, link: (ResyncTarget) -> Link?) -> [Action] {
        var actions: [Action] = []
        for (key, exchange) in running where exchange.due <= now {
            running[key] = nil
            actions.append(repeated(exchange, at: now))
        }
        while next < waiting.count, running.count < limits.inFlight, mayBegin <= now {
            let (job, target) = waiting[next]
            next += 1
            actions.append(begin(target, job: job, at: now, link))
        }
        if next == waiting.count {
            waiting = []
            next = 0
        } else if next > 4096, next * 2 > waiting.count {
            waiting.removeFirst(next)
            next = 0
        }
        return actions
    }

    private mutating func begin(_ target: ResyncTarget, job: String, at now: UInt64, _ link: (ResyncTarget) -> Link?) -> Action {
        func refused(_ outcome: ResyncOutcome) -> Action {
            .finished(job: job, ResyncResult(target: target, outcome: outcome), on: nil, after: .zero, sends: 0)
        }
        guard target.wasSeen || target.address != nil else { return refused(.neverSeen) }
        guard let address = target.address, let port = target.ports.first else { return refused(.noAddress) }
        resting = resting.filter { $0.value > now }
        if let until = resting[target.mac] { return refused(.tooSoon(seconds: Int((until - now) / 1_000_000_000) + 1)) }
        guard let link = link(target) else { return refused(.noInterface) }
        mayBegin = now + limits.spacing
        // Until it is known how this ends; what is asked twice in one job is asked once.
        resting[target.mac] = now + limits.rest
        let request = CheckSync(
            to: address, port: port, user: target.user, event: target.event, contact: link.address, contactPort: link.sipPort,
            callID: "\(means.word())@\(link.address)", fromTag: means.word(), branch: "", cseq: 0)
        let exchange = Exchange(
            job: job, target: target, address: address, link: link, firstSent: now, request: request,
            portsLeft: target.ports.dropFirst(), due: now)
        return anew(exchange, at: now)
    }

    /// Sends a NOTIFY of its own: with a branch and a number that were not there before.
    private mutating func anew(_ exchange: Exchange, at now: UInt64) -> Action {
        var exchange = exchange
        exchange.request.branch = SIPTransactionKey.magicCookie + means.word()
        exchange.request.cseq += 1
        exchange.sends = 0
        return send(exchange, at: now)
    }

    private mutating func send(_ exchange: Exchange, at now: UInt64) -> Action {
        var exchange = exchange
        exchange.sends += 1
        exchange.allSends += 1
        exchange.due = now + ResyncExchanges.timer1 << UInt64(exchange.sends - 1)
        running[exchange.request.responseKey] = exchange
        return .send(exchange)
    }

    private mutating func repeated(_ exchange: Exchange, at now: UInt64) -> Action {
        if exchange.sends < limits.sends { return send(exchange, at: now) }
        var exchange = exchange
        guard let port = exchange.portsLeft.popFirst() else {
            return finish(exchange, .unanswered(sends: exchange.allSends), at: now)
        }
        exchange.request.port = port
        exchange.request.authorization = nil
        return anew(exchange, at: now)
    }

    private mutating func finish(_ exchange: Exchange, _ outcome: ResyncOutcome, at now: UInt64) -> Action {
        running[exchange.request.responseKey] = nil
        // A phone that said no was not disturbed; one that said nothing may have been.
        var mayHaveTaken = outcome.isTaken
        if case .unanswered = outcome { mayHaveTaken = true }
        if !mayHaveTaken { resting[exchange.target.mac] = nil }
        return .finished(
            job: exchange.job, ResyncResult(target: exchange.target, outcome: outcome), on: exchange.link.interface,
            after: .nanoseconds(Int64(clamping: now - exchange.firstSent)), sends: exchange.allSends)
    }

    /// What could not be sent at all is not sent again.
    mutating func failed(_ exchange: Exchange, _ reason: String, at now: UInt64) -> Action? {
        guard running[exchange.request.responseKey] != nil else { return nil }
        return finish(exchange, .notSent(reason), at: now)
    }
}

extension ResyncExchanges {
    /// A response came from `source`; a stranger's is not ours, and a second one to the same NOTIFY is not news.
    mutating func responded(_ response: SIPMessage, from source: IPv4Address, at now: UInt64) -> Action? {
        guard let key = SIPResponseKey(response: response), let status = response.status, var exchange = running[key],
            exchange.address == source
        else { return nil }
        guard status >= 200 else {
            // RFC 3261 §17.1.2.2: it is being seen to; nothing is sent any more, and the final answer is waited for.
            exchange.sends = limits.sends
            exchange.portsLeft = []
            exchange.due = exchange.firstSent + 64 * ResyncExchanges.timer1
            running[key] = exchange
            return nil
        }
        guard status == 401 || status == 407 else { return finish(exchange, .answered(status: status), at: now) }
        guard let credentials = exchange.target.credentials else {
            return finish(exchange, .wantsCredentials(status: status), at: now)
        }
        guard let challenge = DigestChallenge(in: response) else {
            return finish(exchange, .unknownChallenge(status: status), at: now)
        }
        let isStale = challenge.isStale && !exchange.wasStale
        guard !exchange.wasProved || isStale else {
            return finish(exchange, .wrongCredentials(status: status), at: now)
        }
        guard
            let header = challenge.answer(
                user: credentials.user, password: credentials.password.text, method: "NOTIFY", uri: exchange.request.uri,
                clientNonce: means.word(), hash: means.hash)
        else { return finish(exchange, .unknownChallenge(status: status), at: now) }
        running[key] = nil
        exchange.wasStale = exchange.wasProved
        exchange.wasProved = true
        exchange.request.authorization = header
        return anew(exchange, at: now)
    }
}
