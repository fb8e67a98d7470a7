import Foundation
import Glibc
import Packets
import Testing

extension LabTests.Wire {
    /// RFC 2131 §3.1, §3.2 and §4.4.5, by the simulated phone.
    @Suite(.scene(LeaseScene.self)) struct SimulatedLeaseTests {
        private let lab: LeaseScene = scene()
        private let lease = ["--interface", "lab0", "--lease", "--discover", "inform", "--no-get"]

        private func phonesim(_ more: String...) throws -> Program {
            try lab.lab.start(try Bellhop.binary("phonesim"), lease + more, in: lab.phone.namespace)
        }

        /// Of the phone's interface, one on a line, with how long each stays.
        private func addresses() throws -> String { try lab.phone.run("ip", "-4", "-o", "addr", "show", "dev", "lab0").output }

        @Test func `D13 phonesim keeps its address while it stays, and asks everybody where the server is silent`() throws {
            let bellhop = try lab.bellhop(LeaseScene.configuration(rules: LeaseScene.hasty), isNew: true)
            defer { bellhop.program.end() }
            let phone = lab.phone
            let before = try lab.history(phone).count
            let simulated = try phonesim("--stay", "600")
            defer { simulated.end() }
            try lab.expect(bellhop, 3, leasesOf: phone, simulated)
            bellhop.program.end()
            try simulated.wait(for: "by REQUEST to 255.255.255.255")
            let history = Array(try lab.history(phone).dropFirst(before))
            for state in ["discover answered", "selecting answered", "renewing answered", "rebinding"] {
                #expect(history.contains(state), "\(state) is not in \(history)")
            }
            #expect(Set(bellhop.log("lease.given", mac: phone.mac).map { $0["address"] }).count == 1)
        }

        @Test func `a phone that starts anew asks for its old address, and one that was told so twice starts once`() throws {
            let bellhop = try lab.bellhop(isNew: true)
            defer { bellhop.program.end() }
            let before = try lab.history(lab.phone).count
            let simulated = try phonesim("--stay", "600")
            defer { simulated.end() }
            try simulated.wait(for: "done: ")
            let given = try bellhop.wait(for: "lease.given", mac: lab.phone.mac)
            let address = try #require(given["address"].flatMap { IPv4Address($0) })
            let sender = try CheckSyncSender(lab.clients)
            #expect(try sender.tell(address, "check-sync;reboot=true", branch: "1") == "200")
            try eventually("it did not start anew", showing: { simulated.text }) {
                simulated.outputLines.count { $0.contains("  done: ") } == 2
            }
            #expect(try lab.history(lab.phone).dropFirst(before).suffix(1) == ["initReboot answered"], "\(simulated.text)")
            // RFC 3261 §17.2.2: the same request again, and another behind it.
            #expect(try sender.tell(address, "check-sync;reboot=true", branch: "1") == "200")
            #expect(try sender.tell(address, "talk", branch: "2") == "489")
            #expect(simulated.outputLines.count { $0.contains("  check-sync check-sync;reboot=true") } == 1, "\(simulated.text)")
        }

        @Test func `a server that takes back whatever it offers does not keep phonesim busy for ever`() throws {
            let server = try OddDHCPServer(lab.server, answers: [.refuses])
            defer { server.end() }
            let outcome = try phonesim().outcome(within: 60)
            #expect(outcome.status == 69 && outcome.output.contains("is NAK, again and again"), "\(outcome.text)")
            #expect(server.asked.count { $0 == .discover } == 5)
        }

        @Test func `a REQUEST that nobody answers sends phonesim back to its DISCOVER`() throws {
            let server = try OddDHCPServer(lab.server, answers: [.nothing, .acknowledges])
            defer { server.end() }
            let outcome = try phonesim("--timeout", "2").outcome(within: 60)
            #expect(outcome.status == 0 && outcome.output.contains("leased \(OddDHCPServer.address)/16"), "\(outcome.text)")
            #expect(server.asked == [.discover, .request, .discover, .request])
        }

        @Test func `a phone that nobody gave an address asks again while it stays`() throws {
            // One that does not come again of its own accord.
            let simulated = try phonesim("--family", "snom-dect", "--stay", "600", "--timeout", "1")
            defer { simulated.end() }
            try simulated.wait(for: "gave-up on an address: nobody gave one")
            let bellhop = try lab.bellhop()
            defer { bellhop.program.end() }
            try simulated.wait(for: "leased 10.9.1.", seconds: 60)
        }

        @Test(arguments: [SIGINT, SIGTERM])
        func `a leased address stays no longer than its lease, and goes with a phonesim that is interrupted`(signal: Int32) throws
        {
            let bellhop = try lab.bellhop()
            defer { bellhop.program.end() }
            let simulated = try phonesim("--stay", "600")
            defer { simulated.end() }
            try simulated.wait(for: "done: ")
            let has = try addresses()
            #expect(has.contains("10.9.1.") && !has.contains("forever"), "\(has)")
            simulated.signal(signal)
            #expect(try simulated.outcome(within: 30).status == 128 + signal)
            #expect(try !addresses().contains("10.9."))
        }

        @Test func `a phone whose lease names no server sends INFORM where its kind does, from the address that it leased`()
            throws
        {
            let other = try lab.dnsmasq()
            defer { other.end() }
            let bellhop = try Bellhop(on: lab.server, "root: tree\n", "--http-port", "8080")
            defer { bellhop.program.end() }
            let asking = try phonesim("--family", "snom-dect").outcome(within: 60)
            #expect(asking.output.contains("leased 10.9.31."), "\(asking.text)")
            #expect(
                asking.status == 0 && asking.output.contains("told http://10.9.0.1:8080/ by option 66 from 10.9.0.1"),
                "\(asking.text)")
            let silent = try phonesim("--family", "snom-desk").outcome(within: 60)
            #expect(silent.status == 69 && !silent.output.contains("DHCPINFORM"), "\(silent.text)")
        }
    }
}
