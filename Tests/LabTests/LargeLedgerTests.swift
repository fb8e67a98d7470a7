import Foundation
import LinuxSystem
import Packets
import TestSupport
import Testing

//  bellhop with a ledger of 2,000 phones and 50,000 events, or of as many as LEDGER_DEVICES and LEDGER_EVENTS say    phones
//  10.9.0.1                                                                                                          10.9.0.2
final class LargeLedgerScene: Scene {
    let lab: Lab
    let server: Station
    let phones: InformClient
    let bellhop: Bellhop

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phones = try InformClient(lab.station("phones", mac: "02:00:00:00:00:02", address: "10.9.0.2/16"))
        let state = lab.folder.appending(path: "state").path
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        try LargeLedger.fill(state)
        bellhop = try Bellhop(on: server, "root: tree\n", "--http-port", "8080")
    }

    /// Runs something, and prints how long it took.
    func timed<Value>(_ what: String, _ run: () throws -> Value) rethrows -> Value {
        let began = MonotonicClock.now()
        let value = try run()
        print("large ledger: \(what): \((MonotonicClock.now() - began) / 1_000_000) ms")
        return value
    }

    func command(_ arguments: String...) throws -> Program.Outcome {
        let state = lab.folder.appending(path: "state").path
        let flags = ["--config", Bellhop.configurationPath(lab), "--state", state]
        return try timed(arguments.joined(separator: " ")) {
            try lab.run(try Bellhop.binary(), arguments + flags, in: server.namespace)
        }
    }

    func get(_ path: String) throws -> JSON {
        try timed(path) { try JSON(server.run("curl", "-sS", "http://127.0.0.1:8067/\(path)").output) }
    }
}

extension LabTests.Files {
    @Suite(.scene(LargeLedgerScene.self)) struct LargeLedgerTests {
        private let lab: LargeLedgerScene = scene()
        private let mac = LargeLedger.mac(1234 % LargeLedger.devices)

        @Test func `the commands tell of every phone`() throws {
            let devices = try lab.command("devices")
            #expect(devices.output.split(separator: "\n").count == LargeLedger.devices + 1)
            #expect(try lab.command("devices", "--json").status == 0)
            let timeline = try lab.command("timeline", mac.colons)
            #expect(timeline.output.contains("file.served"))
            #expect(try [0, 1].contains(lab.command("why", mac.colons).status))
        }

        @Test func `API and page answer with what fits a page of them, and the numbers of all`() throws {
            let page = try lab.get("api/v1/devices?limit=500")
            #expect(page["devices"].list.count == min(500, LargeLedger.devices) && page["matching"].number == LargeLedger.devices)
            _ = try lab.get("api/v1/devices")
            let last = LargeLedger.mac(LargeLedger.devices - 1).colons
            #expect(try lab.get("api/v1/devices?limit=500&text=\(last)")["devices"].list.map { $0["mac"].text } == [last])
            #expect(try lab.get("api/v1/devices?limit=500&vendor=snom&stage=done")["devices"].list.isEmpty == false)
            #expect(try lab.get("api/v1/devices?limit=500&stage=seen")["matching"].number == 0)
            #expect(try lab.get("api/v1/devices/\(mac.colons)")["device"]["vlan"].text == "20")
            #expect(try lab.get("api/v1/devices/\(mac.colons)/timeline?limit=200")["events"].list.isEmpty == false)
            #expect(try lab.get("api/v1/counts")["stages"]["done"].number != nil)
            _ = try lab.timed("metrics") { try lab.server.run("curl", "-sS", "http://127.0.0.1:8067/metrics") }
            let browser = try Browser(on: lab.server)
            defer { browser.end() }
            try lab.timed("the page in chromium") {
                try browser.open("http://127.0.0.1:8067/")
                try browser.wait(for: "document.querySelectorAll('#phones tbody tr').length === \(min(500, LargeLedger.devices))")
            }
            let status = try String(contentsOfFile: "/proc/\(lab.bellhop.program.pid)/status", encoding: .utf8)
            for line in status.split(separator: "\n") where line.hasPrefix("VmRSS") || line.hasPrefix("VmHWM") {
                print("large ledger: the daemon's \(line)")
            }
        }

        @Test func `beyond 500 phones the page counts them all, and resync means those that it shows`() throws {
            let most = min(500, LargeLedger.devices)
            let browser = try Browser(on: lab.server)
            defer { browser.end() }
            try browser.open("http://127.0.0.1:8067/")
            let shown = "document.getElementById('shown').textContent"
            try browser.wait(for: "\(shown) === '\(most) of \(LargeLedger.devices), those heard last'")
            let mac = LargeLedger.mac(0)
            let row = "document.querySelector('tr[data-mac=\"\(mac.colons)\"]')"
            #expect(try browser.text(row) == "null")
            try lab.phones.ask(as: mac, from: IPv4Address(10, 9, 0, 10))
            try browser.wait(for: "\(row) !== null")
            #expect(try browser.text(shown) == "\(most) of \(LargeLedger.devices), those heard last")
            try browser.run("document.getElementById('resync').click()")
            let asked = try browser.text("document.getElementById('confirm-text').textContent")
            #expect(asked.hasPrefix("\(most) phones "), "\(asked)")
            try browser.run("document.getElementById('confirm').close()")
            // A filter that fewer fit: the page counts them by itself.
            try browser.run(
                "const t = document.getElementById('text'); t.value = '\(mac.colons)'; t.dispatchEvent(new Event('input'))")
            try browser.wait(for: "\(shown) === '1 phone'")
        }
    }
}
