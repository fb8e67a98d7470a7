import Foundation
import Glibc
import Packets
import TestSupport
import Testing

//  bellhop, check-api    wire: the phones
//  10.9.0.1              10.9.1.1, 10.9.1.2, …
//     └──────── switch ──────┘
extension LabTests.Files {
    @Suite(.scene(WhyScene.self)) struct APITests {
        private let lab: WhyScene = scene()

        @Test func `every operation of the API answers as its document has it, and refuses what that does not allow`() throws {
            let (done, stuck) = (MACAddress(bits: 0x0004_1300_0051), MACAddress(bits: 0x0004_1300_0052))
            for (mac, name) in [(done, "snomD735.htm"), (stuck, "quite-another.xml")] {
                let address = IPv4Address(10, 9, 1, UInt8(truncatingIfNeeded: mac.bits))
                try lab.send(.inform, mac, from: address)
                try lab.bellhop.wait(for: "dhcp.answered", mac: mac)
                _ = try lab.fetch(name, as: address)
            }
            try lab.otherServer(tells: done)
            _ = try lab.why(done, saying: "done")
            _ = try lab.why(stuck, saying: "file-missing")
            let state = lab.lab.folder.appending(path: "state/admin.token").path
            let script = try lab.server.start(
                "python3", repository.appending(path: "scripts/check-api").path, "http://127.0.0.1:8067", state, done.colons,
                stuck.colons, "02:00:00:00:00:99")
            // The stream has something to tell while phones are heard.
            try eventually("check-api did not end", within: 120, showing: { script.text }) {
                try lab.send(.inform, stuck, from: IPv4Address(10, 9, 1, 0x52))
                usleep(100_000)
                return !script.isRunning
            }
            let outcome = try script.outcome(within: 10)
            #expect(outcome.status == 0, "\(outcome.text)")
            #expect(outcome.output.contains("14 operations"), "\(outcome.text)")
        }
    }
}
