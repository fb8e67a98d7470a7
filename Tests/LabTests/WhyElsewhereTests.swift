import Foundation
import Packets
import Testing

extension TwoNetworkScene {
    func why(_ mac: MACAddress) throws -> JSON {
        let outcome = try Bellhop.run(
            lab, "why", mac.colons, "--json", "--config", Bellhop.configurationPath(lab), "--state",
            lab.folder.appending(path: "state").path, in: server)
        #expect(outcome.status == 1, "\(outcome.text)")
        return try JSON(outcome.output)
    }
}

extension LabTests.Wire {
    @Suite(.scene(TwoNetworkScene.self)) struct WhyElsewhereTests {
        private let lab: TwoNetworkScene = scene()

        @Test func `a phone on an interface that is not served is found there, by the command and by the API`() throws {
            try lab.plugInSecond()
            let bellhop = try Bellhop(on: lab.server, "root: tree\n", "--http-port", "8080")
            let unheard = MACAddress(bits: 0x0004_1399_9999)
            #expect(try lab.why(unheard)["cause"].text == "unheard")
            #expect(try lab.why(lab.guest.mac)["cause"].text == "unheard")
            #expect(try lab.guest.run("busybox", "ping", "-c", "1", "-W", "5", "10.10.0.1").status == 0)
            let answer = try lab.why(lab.guest.mac)
            #expect(answer["cause"].text == "other-interface")
            #expect(answer["sentence"].text == "it is there on lab1, but bellhop serves only lab0")
            #expect(answer["advice"].text?.contains("--interface lab1") == true)
            let page = try JSON(
                lab.server.run("curl", "-sS", "http://127.0.0.1:8067/api/v1/devices/\(lab.guest.mac.colons)").output)
            #expect(page["verdict"]["cause"].text == "other-interface")
            // A neighbour on the interface that is served is where it should be.
            #expect(try lab.phone.run("busybox", "ping", "-c", "1", "-W", "5", "10.9.0.1").status == 0)
            #expect(try lab.why(lab.phone.mac)["cause"].text == "unheard")
            _ = try InformClient(lab.phone).provisioningURL()
            try bellhop.program.wait(for: "dhcp.answered")
            bellhop.program.end()
            #expect(try lab.why(unheard)["cause"].text == "not-running")
            let told = try lab.why(lab.phone.mac)
            #expect(told["cause"].text == "not-running" && told["sentence"].text == "bellhop is not running")
            #expect(["may-come-yet", "not-come"].contains(told["also"].list.first?["cause"].text))
        }

        @Test func `with --log-format json each line of the log is an object with time, level, device and event`() throws {
            let bellhop = try Bellhop(on: lab.server, "root: tree\n", "--http-port", "8080", "--log-format", "json")
            defer { bellhop.program.end() }
            _ = try InformClient(lab.phone).provisioningURL()
            try bellhop.program.wait(for: #""event":"dhcp.answered""#)
            let lines = try bellhop.program.errorLines.map { try JSON($0) }
            #expect(lines.allSatisfy { $0["time"].text?.hasSuffix("Z") == true && $0["event"].text != nil })
            #expect(lines.allSatisfy { ["info", "notice", "warning"].contains($0["level"].text) })
            let answered = try #require(lines.first { $0["event"].text == "dhcp.answered" })
            #expect(answered["mac"].text == lab.phone.mac.colons)
            #expect(answered["interface"].text == "lab0" && answered["vendor"].text == "snom")
        }
    }
}
