import Foundation
import Glibc
import LinuxSystem
import Packets
import Testing

extension LabTests.Wire {
    /// Reloads that start the services anew.
    @Suite(.scene(TwoNetworkScene.self)) struct RestartTests {
        private let lab: TwoNetworkScene = scene()

        @Test func `bellhop's ports stay its own over SIGHUPs that start the services anew`() throws {
            let bellhop = try Bellhop(on: lab.server, "root: tree\n", "--http-port", "8080")
            defer { bellhop.program.end() }
            try checkUnicast(bellhop)
            let before = try bellhop.descriptorsAtRest()
            for turn in 1...5 {
                try bellhop.reload("root: tree\nadmin: {listen: \"127.0.0.1:\(8067 + turn % 2)\"}\n")
                try eventually("services were not started anew", showing: { bellhop.program.text }) {
                    bellhop.count(of: "interface.open") == turn + 1
                }
                for event in ["dhcp.port-taken", "pnp.port-taken", "tftp.port-taken"] { #expect(bellhop.count(of: event) == 0) }
                try checkUnicast(bellhop)
                try eventually("descriptors are left after \(turn) SIGHUPs") { try bellhop.openDescriptors() == before }
            }
            #expect(bellhop.count(of: "configuration.loaded") == 5)
        }

        /// What a phone sends to this host alone reaches the socket, not the frames.
        private func checkUnicast(_ bellhop: Bellhop) throws {
            let phone = try SIPPhone(lab.phone, port: 5064)
            try phone.send(phone.request(), to: lab.server.address)
            guard let (okay, port) = try phone.receive() else {
                throw LabFailure("no answer to SUBSCRIBE: \(bellhop.program.text)")
            }
            #expect(okay.isOkay)
            #expect(port == 5060)
            guard let (notify, _) = try phone.receive() else { throw LabFailure("no NOTIFY") }
            try phone.accept(notify, at: lab.server.address)
        }

        @Test func `a configuration whose port is taken is refused, and all stays as it was`() throws {
            let holder = try lab.server.inside { try TCPListener(address: IPv4Address(127, 0, 0, 1), port: 9099) }
            defer { withExtendedLifetime(holder) {} }
            let bellhop = try Bellhop(on: lab.server, "root: tree\n", "--http-port", "8080")
            defer { bellhop.program.end() }
            let threads = "/proc/\(bellhop.program.pid)/task"
            let before = try FileManager.default.contentsOfDirectory(atPath: threads).count
            for turn in 1...3 {
                try bellhop.reload(
                    "root: tree\nlog: {format: json}\nadmin: {listen: \"127.0.0.1:9099\"}\nrules:\n  - {name: a, match: {mac: \"00:04:13\"}}\n"
                )
                try eventually("it was never refused", showing: { bellhop.program.text }) {
                    bellhop.count(of: "configuration.refused") == turn && bellhop.count(of: "interface.open") == turn + 1
                }
                try eventually("threads are left after \(turn) SIGHUPs") {
                    try FileManager.default.contentsOfDirectory(atPath: threads).count == before
                }
            }
            #expect(bellhop.log("configuration.refused").first?["text"]?.hasPrefix("admin.listen: ") == true)
            #expect(bellhop.count(of: "configuration.loaded") == 0)
            #expect(!bellhop.program.errorLines.contains { $0.hasPrefix("{") })
            #expect(try InformClient(lab.phone).provisioningURL() == "http://10.9.0.1:8080/")
        }
    }
}
