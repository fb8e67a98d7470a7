import Foundation
import Glibc
import LinuxSystem
import Packets
import TestSupport
import Testing

extension LabTests.Wire {
    @Suite(.scene(PairScene.self)) struct PairTests {
        private let lab: PairScene = scene()

        /// Ways in which the one that answers goes, or seems to.
        private enum Fault: CaseIterable {
            case kill, databaseOfBoth, stop, link, databaseOfOne
        }

        @Test func `of a pair one answers, and the other takes over with the leases whatever becomes of the first`() throws {
            var bellhops = try (0...1).map { try lab.bellhop($0) }
            defer { for bellhop in bellhops { bellhop.program.end() } }
            let rounds = Soak.size("PAIR_ROUNDS", usual: 2, whole: 50)
            var active = try firstToGive()
            var takeovers: [Int] = []
            func expectGiven(by number: Int, _ what: String) throws -> Int {
                try self.expectGiven(by: number, what) { bellhops.map { pairing($0) }.joined(separator: "\n") }
            }
            for round in 0..<rounds {
                let fault = Fault.allCases[round % Fault.allCases.count]
                let program = bellhops[active].program
                let before = lab.clients.confirmed
                switch fault {
                case .kill:
                    program.signal(SIGKILL)
                    takeovers.append(try expectGiven(by: 1 - active, "\(round) \(fault)"))
                    bellhops[active] = try lab.bellhop(active)
                    active = 1 - active
                case .stop:
                    program.signal(SIGSTOP)
                    takeovers.append(try expectGiven(by: 1 - active, "\(round) \(fault)"))
                    program.signal(SIGCONT)
                    active = 1 - active
                case .link:
                    try lab.lab.setCable("\(active + 1)", isIn: false)
                    takeovers.append(try expectGiven(by: 1 - active, "\(round) \(fault)"))
                    try lab.lab.setCable("\(active + 1)", isIn: true)
                    active = 1 - active
                case .databaseOfOne:
                    try lab.setDatabase(isThere: false, for: active)
                    try expectOnly(active, "\(round) \(fault)")
                    try lab.setDatabase(isThere: true, for: active)
                case .databaseOfBoth:
                    lab.database.kill()
                    try expectOnly(active, "\(round) \(fault)")
                    try lab.database.start()
                }
                try expectOnly(active, "after \(round) \(fault)")
                try eventually("nobody was confirmed in an old address, round \(round)") { lab.clients.confirmed > before + 5 }
            }
            #expect(lab.clients.faults.isEmpty)
            Soak.say("a pair: \(rounds) rounds, \(lab.clients.all) leases, no address twice; taken over after \(takeovers) ms")
        }

        @Test func `an INFORM and a SUBSCRIBE are answered by one of a pair, and the other says that it listens`() throws {
            let bellhops = try (0...1).map { try lab.bellhop($0) }
            defer { for bellhop in bellhops { bellhop.program.end() } }
            let (client, phone, mac) = (try InformClient(lab.phone), try SIPPhone(lab.phone), lab.phone.mac)
            var answerer: IPv4Address?
            try eventually("neither answers", within: 60) {
                answerer = (try? client.answer(to: client.ask(), seconds: 0.5))?.frame.source
                return answerer != nil
            }
            let active = try #require(PairScene.servers.firstIndex { $0 == answerer })
            let (other, listener) = (PairScene.servers[1 - active], bellhops[1 - active])
            let number = try client.ask()
            #expect(try client.answer(to: number).frame.source == answerer)
            #expect(throws: LabFailure.self) { try client.answer(to: number, seconds: 1.5) }
            try listener.wait(for: "ignored", mac: mac, ["kind": "dhcp-inform", "reason": "listening"])

            try phone.multicast(phone.request())
            let heard = try said(to: phone, atLeast: 2)
            #expect(heard.count { $0.isOkay } == 1 && heard.contains { $0.isNotify })
            #expect(heard.allSatisfy { $0["Contact"]?.contains(":\(other):") == false })
            try listener.wait(for: "ignored", mac: mac, ["kind": "pnp-subscribe", "reason": "listening"])
            // By its own socket neither: no answer, and no refusal. What came before the other was heard before it.
            try phone.send(phone.request(), to: other)
            try phone.send(phone.request(method: "OPTIONS"), to: other)
            try listener.wait(for: "ignored", ["kind": "sip", "reason": "bad-sip"])
            #expect(try said(to: phone).isEmpty)
        }

        /// What comes to a phone until nobody says anything any more; it takes each NOTIFY.
        private func said(to phone: SIPPhone, atLeast least: Int = 0) throws -> [SIPText] {
            var all: [SIPText] = []
            while let (message, _) = try phone.receive(seconds: all.count < least ? 30 : 1.5) {
                all.append(message)
                if message.isNotify,
                    let server = PairScene.servers.first(where: { message["Contact"]?.contains("\($0)") == true })
                {
                    try phone.accept(message, at: server)
                }
            }
            return all
        }

        private func firstToGive() throws -> Int {
            var first: Int?
            try eventually("neither answers", within: 60) {
                first = (0...1).first { lab.clients.given(by: PairScene.servers[$0]) > 0 }
                return first != nil
            }
            return first ?? 0
        }

        /// What its log says of the pair.
        private func pairing(_ bellhop: Bellhop) -> String {
            bellhop.program.errorLines.filter { $0.contains("event=fleet.") || $0.contains("event=leasing.") }.joined(
                separator: "\n")
        }

        private func expectGiven(by number: Int, _ what: String, log: () -> String) throws -> Int {
            let began = MonotonicClock.now()
            let before = lab.clients.given(by: PairScene.servers[number])
            try eventually("\(what): the other did not take over", within: Soak.isWhole ? 10 : 30, showing: log) {
                lab.clients.given(by: PairScene.servers[number]) > before
            }
            return Int((MonotonicClock.now() - began) / 1_000_000)
        }

        /// For longer than anybody waits before it takes over.
        private func expectOnly(_ number: Int, _ what: String) throws {
            let other = PairScene.servers[1 - number]
            let before = (lab.clients.given(by: PairScene.servers[number]), lab.clients.given(by: other))
            usleep(Soak.isWhole ? 7_000_000 : 4_000_000)
            try eventually("\(what): it went silent") { lab.clients.given(by: PairScene.servers[number]) > before.0 + 20 }
            #expect(lab.clients.given(by: other) == before.1, "\(what): both gave")
        }
    }
}
