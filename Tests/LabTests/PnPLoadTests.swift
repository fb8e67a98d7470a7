import Foundation
import Packets
import TestSupport
import Testing

//  bellhop          phones
//  10.9.0.1         10.9.0.10
//     └──── switch ────┘
final class PnPLoadScene: Scene {
    let bellhop: Bellhop
    let phones: Station

    init(_ lab: Lab) throws {
        try copyExampleTree(to: lab)
        let server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phones = try lab.station("phones", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        bellhop = try Bellhop(on: server, "root: tree\n", "--http-port", "8080")
    }
}

extension LabTests.Wire {
    @Suite(.scene(PnPLoadScene.self)) struct PnPLoadTests {
        private let lab: PnPLoadScene = scene()

        @Test func `a thousand phones a second are told, and none in vain`() throws {
            let (rate, seconds) = (Soak.size("PNP_RATE", usual: 1000, whole: 1000), Soak.size("PNP_SECONDS", usual: 2, whole: 30))
            let macs = (1...seconds * rate).map { MACAddress(bits: 0x0004_1340_0000 + UInt64($0)) }
            // All ask from one address, for which half a thousand NOTIFYs may be unanswered at once (T6): in the short form, where other tests
            // may hold the machine, no more ask before these are done.
            let atOnce = Soak.isWhole ? macs.count : 500
            for first in stride(from: 0, to: macs.count, by: atOnce) {
                let asking = Array(macs[first..<min(first + atOnce, macs.count)])
                try Sipp(station: lab.phones, scenario: "load", macs: asking, rate: rate).run(seconds: Double(seconds) + 60)
            }
            try eventually("not all NOTIFYs were answered", showing: { String(lab.bellhop.program.text.suffix(2000)) }) {
                lab.bellhop.count(of: "pnp.notify-answered") == macs.count
            }
            #expect(lab.bellhop.count(of: "pnp.answered") == macs.count)
            #expect(lab.bellhop.count(of: "ignored") == 0)
            Soak.say("\(macs.count) PnP exchanges, \(rate) a second: all of them answered to the end, none ignored")
        }
    }
}
