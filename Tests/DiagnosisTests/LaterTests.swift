import Diagnosis
import Packets
import Provisioning
import Testing

/// What came later counts, and how much later.
@Suite struct `What happened last` {
    private func causes(_ events: [RecordedEvent], at second: Int64 = 900) throws -> [Cause] {
        Verdict(of: try phone(events, at: second)).findings.map(\.cause)
    }

    private let unserved = ignored(60, "dhcp-inform", "nothing-to-serve", "bellhop has no file for it")
    private let subscribed = event(0, "pnp.answered", ["body": "http://192.168.50.1/"])
    private let refusal = event(1, "pnp.notify-answered", ["status": "401"])

    @Test func `a question that was answered before and is not any more is the cause`() throws {
        #expect(try causes([told(0), again(unserved, 890)]) == [.nothingToServe, .notCome])
        #expect(try causes([again(told(0), 70), unserved]) == [.notCome])
        #expect(try causes([told(0), event(60, "answer.not-sent", ["text": "no buffer"])]) == [.notSent, .notCome])
        #expect(try causes([again(told(0), 70), event(60, "answer.not-sent", ["text": "no buffer"])]) == [.notCome])
        #expect(try causes([told(0), event(60, "dhcp.observed", ["url": "http://192.168.50.1/"])]) == [.onlyObserved, .notCome])
        let leased = event(0, "lease.given", ["address": "10.9.0.7", "url": "http://192.168.50.1/"])
        #expect(try causes([leased, ignored(60, "dhcp-discover", "pool-is-empty")]) == [.poolEmpty, .notCome])
    }

    @Test func `a question that was never answered says nothing against the one that was`() throws {
        #expect(try causes([told(0), ignored(60, "pnp-subscribe", "pnp-off")]) == [.notCome])
        #expect(try causes([subscribed, ignored(60, "dhcp-discover", "wants-lease")]) == [.notCome])
        #expect(try causes([told(0), unserved, event(70, "pnp.answered", ["body": "http://192.168.50.1/"])]) == [.notCome])
    }

    @Test func `what the phone said to its NOTIFY stays true, and stands behind what it was told since`() throws {
        #expect(try causes([subscribed, refusal]) == [.notifyRefused, .notCome])
        #expect(try causes([subscribed, refusal, event(2, "pnp.answered-again")]) == [.notifyRefused, .notCome])
        #expect(try causes([subscribed, refusal, told(11)]) == [.notCome, .notifyRefused])
        #expect(try causes([told(0), subscribed, refusal]) == [.notifyRefused, .notCome])
        #expect(try causes([again(told(0), 11), subscribed, refusal]) == [.notCome, .notifyRefused])
    }

    @Test func `of the reasons for one question that which came last counts, wherever it stands`() throws {
        let both = [again(ignored(0, "dhcp-inform", "ambiguous"), 50), ignored(20, "dhcp-inform", "rule-ignores")]
        #expect(try causes(both, at: 60) == [.ambiguous])
    }

    @Test func `rounds that a phone was told to make are no rhythm of its own`() throws {
        let asked = stride(from: Int64(600), through: 1800, by: 600).flatMap { [event($0 - 5, "resync.sent"), served($0, "a")] }
        #expect(try causes([served(0, "a")] + asked, at: 4000) == [.done])
        let itself = stride(from: Int64(600), through: 1800, by: 600).map { served($0, "a") }
        #expect(try causes([served(0, "a")] + itself, at: 4000) == [.pollOverdue])
        #expect(
            try causes([served(0, "a")] + itself + [event(1900, "resync.sent"), served(1905, "a")], at: 2400) == [.waitsForPoll])
    }

    @Test func `a clock that was set back makes nothing happen later than what was written down after it`() throws {
        let before = [told(5000), again(refused(5001, "/a.xml", 404), 5031)]
        #expect(try causes(before + [served(100, "a.xml")], at: 200) == [.done])
        #expect(try causes([told(5000), served(100, "b.xml"), refused(101, "/a.xml", 404)], at: 200) == [.done, .fileMissing])
        // Written down a moment later than what happened after it.
        let late = [told(0), again(refused(3, "/a.xml", 404), 40), refused(1, "/b.xml", 404), served(30, "a.xml")]
        #expect(try causes(late, at: 41) == [.done, .fileMissing, .fileMissing])
    }
}
