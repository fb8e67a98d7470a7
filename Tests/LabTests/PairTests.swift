import Foundation
import Glibc
import LinuxSystem
import Packets
import TestSupport
import Testing

extension LabTests {
    @Suite(InScene(type: PairScene.self), .serialized) struct PairTests {
        private var lab: PairScene { InScene.current as! PairScene }

        /// Ways in which the one that answers goes, or seems to.
        private enum Fault: CaseIterable {
            case kill, stop, link, databaseOfOne, databaseOfBoth
        }

        @Test func `of a pair one answers, and the other takes over with the leases whatever becomes of the first`() throws {
            var bellhops = try (0...1).map { try lab.bellhop($0) }
            defer { for bellhop in bellhops { bellhop.program.end() } }
            let rounds = ProcessInfo.processInfo.environment["PAIR_ROUNDS"].flatMap { Int($0) } ?? Fault.allCases.count
            var active = try firstToGive()
            for round in 0..<rounds {
                let fault = Fault.allCases[round % Fault.allCases.count]
                let (program, station) = (bellhops[active].program, lab.stations[active])
                let before = lab.clients.confirmed
                switch fault {
                case .kill:
                    program.signal(SIGKILL)
                    try expectGiven(by: 1 - active, "\(round) \(fault)")
                    bellhops[active] = try lab.bellhop(active)
                    active = 1 - active
                case .stop:
                    program.signal(SIGSTOP)
                    try expectGiven(by: 1 - active, "\(round) \(fault)")
                    program.signal(SIGCONT)
                    active = 1 - active
                case .link:
                    try lab.lab.setCable("\(active + 1)", isIn: false)
                    try expectGiven(by: 1 - active, "\(round) \(fault)")
                    try lab.lab.setCable("\(active + 1)", isIn: true)
                    active = 1 - active
                case .databaseOfOne:
                    try station.ip("link", "set", "lab1", "down")
                    try expectOnly(active, "\(round) \(fault)")
                    try station.ip("link", "set", "lab1", "up")
                case .databaseOfBoth:
                    lab.database.kill()
                    try expectOnly(active, "\(round) \(fault)")
                    try lab.database.start()
                }
                try expectOnly(active, "after \(round) \(fault)")
                try eventually("nobody was confirmed in an old address, round \(round)") { lab.clients.confirmed > before + 5 }
            }
            #expect(lab.clients.faults.isEmpty)
        }

        private func firstToGive() throws -> Int {
            var first: Int?
            try eventually("neither answers", within: 20) {
                first = (0...1).first { lab.clients.given(by: PairScene.servers[$0]) > 0 }
                return first != nil
            }
            return first ?? 0
        }

        private func expectGiven(by number: Int, _ what: String) throws {
            let before = lab.clients.given(by: PairScene.servers[number])
            try eventually("\(what): the other did not take over", within: 10) {
                lab.clients.given(by: PairScene.servers[number]) > before
            }
        }

        /// For longer than anybody waits before it takes over.
        private func expectOnly(_ number: Int, _ what: String) throws {
            let other = PairScene.servers[1 - number]
            let before = (lab.clients.given(by: PairScene.servers[number]), lab.clients.given(by: other))
            usleep(7_000_000)
            #expect(lab.clients.given(by: PairScene.servers[number]) > before.0 + 20, "\(what): it went silent")
            #expect(lab.clients.given(by: other) == before.1, "\(what): both gave")
        }
    }

    @Suite(InScene(type: LeaseScene.self), .serialized) struct FleetlessTests {
        private var lab: LeaseScene { InScene.current as! LeaseScene }

        @Test func `a bellhop without a fleet has not loaded libpq, and one with a fleet has`() throws {
            for fleet in ["", "fleet: {database: \"postgresql://x@/x?host=\(lab.lab.folder.path)\", site: lyon}"] {
                let bellhop = try Bellhop(on: lab.server, "root: tree\n\(fleet)\n", "--http-port", "8080", "--admin", "off")
                defer { bellhop.program.end() }
                if !fleet.isEmpty { try bellhop.wait(for: "fleet.not-shipped") }
                let maps = try String(decoding: readWholeFile("/proc/\(bellhop.program.pid)/maps", limit: 1 << 22), as: UTF8.self)
                #expect(maps.contains("libsqlite3"))
                #expect(maps.contains("libpq") == !fleet.isEmpty)
            }
        }
    }
}
