import Foundation
import Packets
import TestSupport
import Testing

//  bellhop          phones, all of them on one interface
//  10.9.0.1         10.9.0.2, and 10.9.128.1 and on
//     └──── switch ────┘
final class BootLoadScene: Scene {
    let lab: Lab
    let phones: Station
    let bellhop: Bellhop

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab, "snom-desk")
        let server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phones = try lab.station("phones", mac: "02:00:00:00:00:02", address: "10.9.0.2/16")
        try phones.ip("route", "add", "local", "10.9.128.0/17", "dev", "lab0")
        // An ordinary kernel knows no more than 1,024 neighbours (arp(7)), in all namespaces together: here they are one.
        try server.ip("route", "add", "10.9.128.0/17", "via", "10.9.0.2")
        // What it says of a million boots is nothing to keep in memory here.
        bellhop = try Bellhop(on: server, "root: tree\n", under: ["bash", "-c", "exec \"$0\" \"$@\" 2>/dev/null"])
    }

    /// Has so many phones boot, each of which has booted before if there was a round before.
    func boot(_ count: Int, by way: String) throws {
        let outcome = try phones.run(
            Bellhop.binary("phonesim"), "--interface", "lab0", "--mac", "00:04:13:40:00:00", "--address", "10.9.128.1",
            "--count", "\(count)", "--rate", "\(Soak.size("BOOT_RATE", usual: 200, whole: 2000))", "--discover", way, "--json",
            seconds: 300)
        let counts = try JSON(outcome.output)
        #expect(counts["done"].number == count && counts["files"].number == count, "\(outcome.text)")
    }
}

extension LabTests.Files {
    /// `make soak` boots a million phones.
    @Suite(.scene(BootLoadScene.self)) struct BootLoadTests {
        private let lab: BootLoadScene = scene()

        @Test func `T3 boot after boot takes no more memory and no more descriptors`() throws {
            let boots = Soak.size("BOOTS", usual: 2000, whole: 1_000_000)
            let round = Soak.size("BOOT_ROUND", usual: 200, whole: 10_000)
            let rounds = max(3, boots / round)
            // By then all is full that is bounded.
            let first = max(2, rounds / 10)
            func boot(_ numbers: Range<Int>) throws {
                for number in numbers { try lab.boot(round, by: number % 2 == 0 ? "inform" : "pnp") }
            }
            try boot(0..<first)
            let before = (bytes: try lab.bellhop.residentBytes(), descriptors: try lab.bellhop.openDescriptors())
            try boot(first..<rounds)
            // Connections that phones left end when that is noticed.
            try eventually("descriptors stay open: \(before.descriptors) before") {
                try lab.bellhop.openDescriptors() <= before.descriptors
            }
            let after = try lab.bellhop.residentBytes()
            let said = "\(before.bytes >> 10) KiB after \(first * round) boots, \(after >> 10) KiB after \(rounds * round)"
            #expect(after < before.bytes + 8 << 20, "\(said)")
            Soak.say("\(said), and no descriptor more")
        }
    }
}
