import Foundation
import Packets
import Testing

//  phone 10.9.0.10 ── switch ── lab0 10.9.0.1   bellhop   lab1 10.10.0.1 ── another switch ── guest 10.10.0.10
//                                    served                    not served
final class WhyElsewhereScene: Scene {
    let lab: Lab
    let server: Station
    let phone: Station
    let guest: Station

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        try lab.addSwitch("br1")
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        guest = try lab.station("guest", mac: "00:04:13:12:34:57", address: "10.10.0.10/16", on: "br1")
        try lab.plugIn("lab1", of: server, port: "second", mac: MACAddress(bits: 0x0200_0000_0002), on: "br1")
        try server.ip("addr", "add", "10.10.0.1/16", "dev", "lab1")
    }

    func why(_ mac: MACAddress) throws -> JSON {
        let outcome = try Bellhop.run(
            lab, "why", mac.colons, "--json", "--config", Bellhop.configurationPath(lab), "--state",
            lab.folder.appending(path: "state").path, in: server)
        #expect(outcome.status == 1, "\(outcome.text)")
        return try JSON(outcome.output)
    }
}

extension LabTests.Wire {
    @Suite(.scene(WhyElsewhereScene.self)) struct WhyElsewhereTests {
        private let lab: WhyElsewhereScene = scene()

        @Test func `a phone on an interface that is not served is found there, by the command and by the API`() throws {
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
            bellhop.program.end()
            #expect(try lab.why(unheard)["cause"].text == "not-running")
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
