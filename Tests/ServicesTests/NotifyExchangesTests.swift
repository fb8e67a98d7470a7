import Packets
@testable import Provisioning
import SIPMessages
import Testing

@testable import Responder

/// The state machine of PnP exchanges, fed with times instead of a clock.
@Suite struct `A PnP exchange` {
    private let phone = IPv4Address(192, 168, 0, 10)
    private let mac = MACAddress("00:04:13:5e:87:4b")
    private let second: UInt64 = 1_000_000_000

    private func answer(_ callID: String) -> PnPAnswer {
        PnPAnswer(
            exchange: .rfc2543(
                requestURI: "sip:a@b", to: "<sip:a@b>", fromTag: "1", callID: callID, cseq: 1, method: "SUBSCRIBE", via: "SIP/2.0/UDP h"),
            okay: Array("200 \(callID)".utf8), notify: Array("NOTIFY \(callID)".utf8), notifyBranch: "z9hG4bK\(callID)", body: "http://h/",
            to: phone, okayPort: 5060, notifyPort: 5060, mac: MACAddress(bits: 1), tags: [])
    }

    /// `okay`, `notify 1`, `answered 200`, `unanswered 3`
    private func words(_ actions: [NotifyExchanges.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .sendOkay: "okay"
            case .sendNotify(_, let attempt, _): "notify \(attempt)"
            case .answered(_, let status): "answered \(status)"
            case .unanswered(let exchange): "unanswered \(exchange.sends)"
            }
        }
    }

    @Test func `begins with 200 and one NOTIFY`() {
        var exchanges = NotifyExchanges()
        let (actions, isRepeated) = exchanges.subscribed(answer("a"), mac: mac, on: "eth0", at: 0)
        #expect(words(actions) == ["okay", "notify 1"])
        #expect(!isRepeated)
    }

    @Test func `S3: a retransmitted SUBSCRIBE gets the identical 200 and no second NOTIFY`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), mac: mac, on: "eth0", at: 0)
        var changed = answer("a")
        changed.okay = Array("another 200".utf8)
        let (actions, isRepeated) = exchanges.subscribed(changed, mac: mac, on: "eth0", at: second / 10)
        #expect(words(actions) == ["okay"])
        #expect(isRepeated)
        guard case .sendOkay(let sent, true)? = actions.first else { return }
        #expect(sent.okay == answer("a").okay)
    }

    @Test func `another Call-ID is another exchange`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), mac: mac, on: "eth0", at: 0)
        #expect(words(exchanges.subscribed(answer("b"), mac: mac, on: "eth0", at: 1).actions) == ["okay", "notify 1"])
    }

    @Test func `T6: an unanswered NOTIFY is sent three times, at 0, 0.5 and 1.5 seconds, and given up at 3.5`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), mac: mac, on: "eth0", at: 0)
        var seen: [String] = []
        for tick in 1...80 {
            let now = UInt64(tick) * second / 10
            seen += words(exchanges.elapsed(at: now)).map { "\(tick) \($0)" }
        }
        #expect(seen == ["5 notify 2", "15 notify 3", "35 unanswered 3"])
        #expect(exchanges.nextDue == nil)
    }

    @Test(arguments: [200, 202, 404, 481, 489])
    func `S8: any final answer ends the repetition`(status: UInt16) {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), mac: mac, on: "eth0", at: 0)
        let action = exchanges.responded(SIPResponseKey(branch: "z9hG4bKa", method: "NOTIFY"), status: status, from: phone)
        #expect(words([action].compactMap { $0 }) == ["answered \(status)"])
        #expect(words(exchanges.elapsed(at: 10 * second)) == [])
    }

    @Test func `a provisional answer does not end it`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), mac: mac, on: "eth0", at: 0)
        #expect(exchanges.responded(SIPResponseKey(branch: "z9hG4bKa", method: "NOTIFY"), status: 100, from: phone).isNone)
        #expect(words(exchanges.elapsed(at: second)) == ["notify 2"])
    }

    @Test func `an answer from another address, of another branch or to another method is not the phone's`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), mac: mac, on: "eth0", at: 0)
        let right = SIPResponseKey(branch: "z9hG4bKa", method: "NOTIFY")
        #expect(exchanges.responded(right, status: 200, from: IPv4Address(192, 168, 0, 11)).isNone)
        #expect(exchanges.responded(SIPResponseKey(branch: "z9hG4bKx", method: "NOTIFY"), status: 200, from: phone).isNone)
        #expect(exchanges.responded(SIPResponseKey(branch: "z9hG4bKa", method: "OPTIONS"), status: 200, from: phone).isNone)
        #expect(exchanges.responded(right, status: 200, from: phone).isNone == false)
    }

    @Test func `a second answer to the same NOTIFY is nothing new`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), mac: mac, on: "eth0", at: 0)
        let key = SIPResponseKey(branch: "z9hG4bKa", method: "NOTIFY")
        #expect(exchanges.responded(key, status: 200, from: phone).isNone == false)
        #expect(exchanges.responded(key, status: 200, from: phone).isNone)
    }

    @Test func `is forgotten after 32 seconds, when the same SUBSCRIBE is a new one`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), mac: mac, on: "eth0", at: 0)
        #expect(exchanges.subscribed(answer("a"), mac: mac, on: "eth0", at: 31 * second).isRepeated)
        #expect(!exchanges.subscribed(answer("a"), mac: mac, on: "eth0", at: 32 * second).isRepeated)
        #expect(exchanges.exchanges.count == 1)
    }

    @Test func `a hundred thousand of them stay within the bound, and leave nothing behind`() {
        var exchanges = NotifyExchanges()
        for number in 0..<100_000 { _ = exchanges.subscribed(answer("\(number)"), mac: mac, on: "eth0", at: 0) }
        #expect(exchanges.exchanges.count == NotifyExchanges.capacity)
        _ = exchanges.elapsed(at: 40 * second)
        #expect(exchanges.exchanges.isEmpty)
    }
}

@Suite struct `Requests heard twice` {
    private let key = RecentRequests.Key(mac: MACAddress(bits: 1), kind: .pnpSubscribe, transaction: 7)

    @Test func `the first interface answers, the second keeps silent for half a second`() {
        let recent = RecentRequests()
        #expect(recent.claim(key, on: "br0", at: 0) == nil)
        #expect(recent.claim(key, on: "eth0", at: 1_000_000) == "br0")
        #expect(recent.claim(key, on: "br0", at: 2_000_000) == nil)
        #expect(recent.claim(key, on: "eth0", at: 600_000_000) == nil)
    }

    @Test func `another transaction is another request`() {
        let recent = RecentRequests()
        #expect(recent.claim(key, on: "br0", at: 0) == nil)
        let other = RecentRequests.Key(mac: MACAddress(bits: 1), kind: .pnpSubscribe, transaction: 8)
        #expect(recent.claim(other, on: "eth0", at: 0) == nil)
    }
}

extension Optional where Wrapped == NotifyExchanges.Action {
    fileprivate var isNone: Bool { if case .none = self { true } else { false } }
}
