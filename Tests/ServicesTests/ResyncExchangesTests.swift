import Packets
import Provisioning
import SIPMessages
import Testing

@testable import Responder

/// The state machine of resync, fed with times instead of a clock.
@Suite struct ResyncExchangesTests {
    private let second: UInt64 = 1_000_000_000
    private let phone = IPv4Address(192, 168, 50, 31)
    private let link = Link(interface: "eth1", mac: MACAddress(bits: 0x0200_0000_0001), address: IPv4Address(192, 168, 50, 1))

    /// Words are numbers, one after another; the hash is no hash.
    private func exchanges(_ limits: ResyncExchanges.Limits = .init()) -> ResyncExchanges {
        let words = Words()
        return ResyncExchanges(limits: limits, means: .init(word: { words.next() }, hash: { _, _ in [0xab] }))
    }

    private final class Words {
        private var last = 0
        func next() -> String {
            last += 1
            return "w\(last)"
        }
    }

    private func target(_ number: UInt64 = 1, _ change: (inout ResyncTarget) -> Void = { _ in }) -> ResyncTarget {
        var target = ResyncTarget(mac: MACAddress(bits: 0x0004_1300_0000 + number), event: "check-sync")
        target.address = phone
        target.wasSeen = true
        change(&target)
        return target
    }

    private static let credentials = SIPCredentials(user: "101", password: Secret("secret"))

    /// `send 2 to 5060`, `answered 200`, `unanswered`
    private func words(_ actions: [ResyncExchanges.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .send(let exchange): "send \(exchange.allSends) to \(exchange.request.port)"
            case .finished(_, let result, _, _, _):
                result.outcome.status.map { "\(result.outcome.name) \($0)" } ?? result.outcome.name
            }
        }
    }

    private func sent(_ actions: [ResyncExchanges.Action]) throws -> CheckSync {
        guard case .send(let exchange)? = actions.first else { throw Missing() }
        return exchange.request
    }

    private struct Missing: Error {}

    private func response(_ status: UInt16, to request: CheckSync, _ more: [SIPHeader] = []) -> SIPMessage {
        let copied = request.message.headers.filter { ["Via", "From", "To", "Call-ID", "CSeq"].contains($0.name) }
        return SIPMessage(start: .response(status: status, reason: ""), headers: copied + more)
    }

    private func challenge(_ nonce: String, _ more: String = "") -> SIPHeader {
        SIPHeader("WWW-Authenticate", "Digest realm=\"phone\", nonce=\"\(nonce)\"\(more)")
    }

    @Test func `T6 the same NOTIFY goes out three times, at T1 doubling, and then it is unanswered`() throws {
        var exchanges = exchanges()
        exchanges.add([target()], job: "a")
        let first = exchanges.elapsed(at: 0) { _ in link }
        #expect(words(first) == ["send 1 to 5060"])
        #expect(exchanges.nextDue == second / 2)
        #expect(words(exchanges.elapsed(at: second / 2 - 1) { _ in link }) == [])
        let again = exchanges.elapsed(at: second / 2) { _ in link }
        #expect(words(again) == ["send 2 to 5060"])
        #expect(try sent(again) == sent(first))
        #expect(words(exchanges.elapsed(at: second * 3 / 2) { _ in link }) == ["send 3 to 5060"])
        #expect(words(exchanges.elapsed(at: second * 7 / 2 - 1) { _ in link }) == [])
        #expect(words(exchanges.elapsed(at: second * 7 / 2) { _ in link }) == ["unanswered"])
        #expect(exchanges.nextDue == nil)
    }

    @Test func `the next port is asked by a NOTIFY of its own`() throws {
        var exchanges = exchanges()
        exchanges.add([target { $0.ports = [5080, 5060] }], job: "a")
        let first = try sent(exchanges.elapsed(at: 0) { _ in link })
        for time in [second / 2, second * 3 / 2] { _ = exchanges.elapsed(at: time) { _ in link } }
        let other = exchanges.elapsed(at: second * 7 / 2) { _ in link }
        #expect(words(other) == ["send 4 to 5060"])
        let second = try sent(other)
        #expect((second.callID, second.fromTag) == (first.callID, first.fromTag))
        #expect(second.branch != first.branch)
        #expect((first.cseq, second.cseq) == (1, 2))
        #expect(exchanges.responded(response(200, to: first), from: phone, at: self.second * 4) == nil)
        #expect(exchanges.responded(response(200, to: second), from: phone, at: self.second * 4) != nil)
    }

    @Test(arguments: [
        (200, "took"), (202, "took"), (403, "refused"), (481, "refused"), (489, "refused"), (503, "refused"), (699, "refused"),
        (401, "wants-credentials"), (407, "wants-credentials"),
    ])
    func `S8 a final answer ends it`(status: UInt16, name: String) throws {
        var exchanges = exchanges()
        exchanges.add([target()], job: "a")
        let request = try sent(exchanges.elapsed(at: 0) { _ in link })
        let ended = exchanges.responded(response(status, to: request), from: phone, at: second)
        let action = try #require(ended)
        #expect(words([action]) == ["\(name) \(status)"])
        guard case .finished(let job, _, let interface, let after, let sends) = action else { return }
        #expect((job, interface, after, sends) == ("a", "eth1", .seconds(1), 1))
        #expect(exchanges.nextDue == nil)
        #expect(exchanges.responded(response(status, to: request), from: phone, at: second) == nil)
    }

    @Test func `what is not the phone's answer to it is passed over`() throws {
        var exchanges = exchanges()
        exchanges.add([target()], job: "a")
        var request = try sent(exchanges.elapsed(at: 0) { _ in link })
        #expect(exchanges.responded(response(200, to: request), from: IPv4Address(192, 168, 50, 32), at: 1) == nil)
        let right = request.branch
        request.branch = right + "0"
        #expect(exchanges.responded(response(200, to: request), from: phone, at: 1) == nil)
        request.branch = right
        #expect(exchanges.responded(request.message, from: phone, at: 1) == nil)
        #expect(exchanges.responded(response(200, to: request), from: phone, at: 1) != nil)
    }

    @Test func `RFC 3261 §17.1.2 a provisional answer stops the repetition, and the final one is waited for`() throws {
        var exchanges = exchanges()
        exchanges.add([target { $0.ports = [5080, 5060] }], job: "a")
        let request = try sent(exchanges.elapsed(at: 0) { _ in link })
        #expect(exchanges.responded(response(100, to: request), from: phone, at: 1) == nil)
        #expect(words(exchanges.elapsed(at: second * 31) { _ in link }) == [])
        #expect(words(exchanges.elapsed(at: second * 32) { _ in link }) == ["unanswered"])
    }

    @Test func `a challenge is answered once, in a NOTIFY of its own`() throws {
        var exchanges = exchanges()
        exchanges.add([target { $0.credentials = ResyncExchangesTests.credentials }], job: "a")
        let first = try sent(exchanges.elapsed(at: 0) { _ in link })
        let proof = exchanges.responded(response(401, to: first, [challenge("n1")]), from: phone, at: 1)
        let second = try sent([try #require(proof)])
        #expect(second.authorization?.value.hasPrefix("Digest username=\"101\", realm=\"phone\", nonce=\"n1\"") == true)
        #expect((second.cseq, second.callID) == (2, first.callID))
        #expect(second.branch != first.branch)
        // The same 401 again is not news.
        #expect(exchanges.responded(response(401, to: first, [challenge("n1")]), from: phone, at: 2) == nil)
        let end = exchanges.responded(response(401, to: second, [challenge("n2")]), from: phone, at: 3)
        #expect(words([end].compactMap { $0 }) == ["wrong-credentials 401"])
    }

    @Test func `a stale nonce is made good once, and no more`() throws {
        var exchanges = exchanges()
        exchanges.add([target { $0.credentials = ResyncExchangesTests.credentials }], job: "a")
        let first = try sent(exchanges.elapsed(at: 0) { _ in link })
        let stale = challenge("n2", ", stale=true")
        let second = try sent(
            [exchanges.responded(response(401, to: first, [challenge("n1")]), from: phone, at: 1)].compactMap { $0 })
        let third = try sent([exchanges.responded(response(401, to: second, [stale]), from: phone, at: 2)].compactMap { $0 })
        #expect(third.authorization?.value.contains("nonce=\"n2\"") == true)
        let end = exchanges.responded(response(401, to: third, [stale]), from: phone, at: 3)
        #expect(words([end].compactMap { $0 }) == ["wrong-credentials 401"])
    }

    @Test func `a challenge that cannot be answered is said to be such`() throws {
        var exchanges = exchanges()
        exchanges.add([target { $0.credentials = ResyncExchangesTests.credentials }], job: "a")
        let first = try sent(exchanges.elapsed(at: 0) { _ in link })
        let other = challenge("n", ", algorithm=SHA-512-256")
        let end = exchanges.responded(response(401, to: first, [other]), from: phone, at: 1)
        #expect(words([end].compactMap { $0 }) == ["unknown-challenge 401"])
    }

    @Test func `T17 few are asked at once, and few in a second`() {
        var limits = ResyncExchanges.Limits()
        limits.inFlight = 2
        var exchanges = exchanges(limits)
        exchanges.add((1...4).map { target($0) }, job: "a")
        #expect(words(exchanges.elapsed(at: 0) { _ in link }) == ["send 1 to 5060"])
        #expect(words(exchanges.elapsed(at: limits.spacing - 1) { _ in link }) == [])
        #expect(exchanges.nextDue == limits.spacing)
        #expect(words(exchanges.elapsed(at: limits.spacing) { _ in link }) == ["send 1 to 5060"])
        // Two are under way: the third waits for one of them to end.
        #expect(words(exchanges.elapsed(at: limits.spacing * 3) { _ in link }) == [])
        #expect(exchanges.nextDue == second / 2)
        for time in [second / 2, second, second * 3 / 2, second * 2] { _ = exchanges.elapsed(at: time) { _ in link } }
        #expect(words(exchanges.elapsed(at: second * 7 / 2) { _ in link }) == ["unanswered", "send 1 to 5060"])
    }

    @Test func `T17 a phone that took it, or may have, rests; one that refused does not`() throws {
        for (status, isLeftAlone) in [(UInt16(200), true), (0, true), (403, false), (401, false)] {
            var exchanges = exchanges()
            exchanges.add([target()], job: "a")
            let request = try sent(exchanges.elapsed(at: 0) { _ in link })
            if status == 0 {
                for time in [second / 2, second * 3 / 2, second * 7 / 2] { _ = exchanges.elapsed(at: time) { _ in link } }
            } else {
                _ = exchanges.responded(response(status, to: request), from: phone, at: second)
            }
            exchanges.add([target()], job: "b")
            let soon = words(exchanges.elapsed(at: second * 20) { _ in link })
            #expect(soon == [isLeftAlone ? "too-soon" : "send 1 to 5060"], "\(status)")
            exchanges.add([target(2)], job: "c")
            #expect(words(exchanges.elapsed(at: second * 21) { _ in link }).contains("send 1 to 5060"), "another may be asked")
            guard isLeftAlone else { continue }
            exchanges.add([target()], job: "d")
            #expect(words(exchanges.elapsed(at: second * 30) { _ in link }).contains("send 1 to 5060"))
        }
    }

    @Test func `what cannot be asked is finished at once`() {
        var exchanges = exchanges()
        exchanges.add(
            [
                target(1) { $0.address = nil }, target(2) { ($0.address, $0.wasSeen) = (nil, false) },
                target(3) { $0.interface = "eth9" }, target(4), target(4),
            ], job: "a")
        let actions = exchanges.elapsed(at: 0) { $0.interface == "eth9" ? nil : link }
        #expect(words(actions) == ["no-address", "never-seen", "no-interface", "send 1 to 5060"])
        #expect(words(exchanges.elapsed(at: second / 10) { _ in link }) == ["too-soon"])
    }

    @Test func `what could not be sent is not sent again, and the phone may be asked anew`() {
        var exchanges = exchanges()
        exchanges.add([target()], job: "a")
        guard case .send(let exchange)? = exchanges.elapsed(at: 0, link: { _ in link }).first else {
            Issue.record("nothing was sent")
            return
        }
        #expect(words([exchanges.failed(exchange, "no route", at: 1)].compactMap { $0 }) == ["not-sent"])
        #expect(exchanges.failed(exchange, "no route", at: 1) == nil)
        exchanges.add([target()], job: "b")
        #expect(words(exchanges.elapsed(at: second) { _ in link }) == ["send 1 to 5060"])
    }

    @Test func `the phone's interface is the one where it was heard, or one of its network`() throws {
        let here = try #require(IPv4Prefix("192.168.50.1/24"))
        let there = try #require(IPv4Prefix("10.0.0.1/24"))
        let links = [
            "eth1": Link(interface: "eth1", mac: nil, address: here.address, networks: [here]),
            "eth2": Link(interface: "eth2", mac: nil, address: there.address, networks: [there]),
        ]
        func choice(_ interface: String?, _ address: IPv4Address) -> String? {
            ResyncDesk.link(to: target { ($0.interface, $0.address) = (interface, address) }, links)?.interface
        }
        #expect(choice("eth2", phone) == "eth2")
        #expect(choice("eth9", phone) == "eth1")
        #expect(choice(nil, IPv4Address(10, 0, 0, 9)) == "eth2")
        #expect(choice(nil, IPv4Address(172, 16, 0, 9)) == nil)
    }
}

@Suite struct ResyncJobsTests {
    private func result(_ outcome: ResyncOutcome) -> ResyncResult {
        ResyncResult(target: ResyncTarget(mac: MACAddress(bits: 1), event: "check-sync"), outcome: outcome)
    }

    @Test func `progress is told from any place on`() throws {
        var jobs = ResyncJobs()
        #expect(jobs.begin("a", total: 3) == "a")
        jobs.finish("a", result(.answered(status: 200)))
        jobs.finish("a", result(.neverSeen))
        let progress = try #require(jobs.progress("a", from: 1))
        #expect((progress.total, progress.finished, progress.taken, progress.isDone) == (3, 2, 1, false))
        #expect(progress.results.map(\.outcome) == [.neverSeen])
        #expect(jobs.progress("a", from: 99)?.results.count == 0)
        #expect(jobs.progress("a", from: -5)?.results.count == 2)
        jobs.finish("a", result(.noAddress))
        #expect(jobs.progress("a", from: 0)?.isDone == true)
        #expect(jobs.progress("b", from: 0) == nil)
    }

    @Test func `only so many are under way, and only so many are remembered`() {
        var jobs = ResyncJobs()
        for number in 0..<ResyncJobs.mostRunning { #expect(jobs.begin("\(number)", total: 1) != nil) }
        #expect(jobs.begin("more", total: 1) == nil)
        jobs.finish("0", result(.neverSeen))
        #expect(jobs.begin("more", total: 1) != nil)
        for number in 100..<100 + ResyncJobs.mostKept * 2 {
            jobs.finish("\(number - 1)", result(.neverSeen))
            jobs.finish("more", result(.neverSeen))
            _ = jobs.begin("\(number)", total: 1)
        }
        #expect(jobs.progress("0", from: 0) == nil, "the oldest that was done is gone")
        #expect(jobs.progress("1", from: 0) != nil, "one under way never is")
    }
}
