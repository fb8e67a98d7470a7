import Foundation
import Glibc
import Packets
import Testing

extension LabTests.Wire {
    @Suite(.scene(LeaseScene.self)) struct LostFrameTests {
        private let lab: LeaseScene = scene()

        @Test func `frames that the kernel had no room for are counted for the interface, and the log says so once`() throws {
            let bellhop = try Bellhop(
                on: lab.server, "root: tree\ndhcp: {answer: inform}\n", "--http-port", "8080")
            defer { bellhop.program.end() }
            let metric = "bellhop_frames_dropped_total{interface=\"lab0\"}"
            func dropped() throws -> Int {
                let text = try lab.server.run("curl", "-sS", "http://127.0.0.1:8067/metrics").output
                let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(metric) }, "\(text)")
                return try #require(Int(line.dropFirst(metric.count + 1)))
            }
            #expect(try dropped() == 0)
            // It does not run, and more comes than is kept for it.
            bellhop.program.signal(SIGSTOP)
            let client = try InformClient(lab.clients)
            for number in 0..<4000 { try client.ask(as: MACAddress(bits: 0x0004_1400_0000 + UInt64(number))) }
            bellhop.program.signal(SIGCONT)
            let line = try bellhop.wait(for: "interface.frames-dropped", ["interface": "lab0"])
            let count = try #require(line["count"].flatMap { Int($0) })
            #expect((1000...4000).contains(count))
            try eventually("the metric has not what the log has") { try dropped() >= count }
            let counted = try dropped()
            bellhop.program.signal(SIGSTOP)
            for number in 0..<4000 { try client.ask(as: MACAddress(bits: 0x0004_1401_0000 + UInt64(number))) }
            bellhop.program.signal(SIGCONT)
            try eventually("the second burst was not counted") { try dropped() > counted }
            let last = MACAddress(bits: 0x0004_1312_0001)
            _ = try client.answer(to: client.ask(as: last))
            try bellhop.wait(for: "dhcp.answered", mac: last)
            #expect(bellhop.count(of: "interface.frames-dropped") == 1)
        }
    }
}
