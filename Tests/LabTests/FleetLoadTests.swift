import Foundation
import Packets
import TestSupport
import Testing

//  bellhop, pool 10.9.64.0/18      phones: 10.9.128.0/17, or what they lease
//  10.9.0.1/16                     10.9.0.2/16
//     └──────────── switch ───────────┘
final class FleetLoadScene: Scene {
    let bellhop: Bellhop
    let phones: Station
    static let count = Soak.size("FLEET", usual: 100, whole: 10_000)
    /// Phones in a second.
    static let rate = Soak.size("FLEET_RATE", usual: 100, whole: 100)

    init(_ lab: Lab) throws {
        try copyExampleTree(to: lab, "snom-desk")
        let server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phones = try lab.station("phones", mac: "00:04:13:00:00:01", address: "10.9.0.2/16")
        // An ordinary kernel knows no more than 1,024 neighbours (arp(7)), in all namespaces together: here they are one.
        for network in ["10.9.64.0/18", "10.9.128.0/17"] { try server.ip("route", "add", network, "via", "10.9.0.2") }
        bellhop = try Bellhop(
            on: server, "root: tree\ndhcp: {answer: lease, lease: {range: 10.9.64.0-10.9.127.255, time: 1h, gateway: 10.9.0.1}}\n"
        )
        try bellhop.wait(for: "leasing.begun")
    }
}

extension LabTests.Files {
    @Suite(.scene(FleetLoadScene.self)) struct FleetLoadTests {
        private let lab: FleetLoadScene = scene()

        /// The way, its flags, and the event that ends each phone's search.
        @Test(arguments: [
            ("inform", ["--discover", "inform"], "dhcp.answered"), ("pnp", ["--discover", "pnp"], "pnp.notify-answered"),
            ("lease", ["--lease", "--discover", "inform"], "lease.given"),
        ])
        func `a fleet boots, each phone from its own address`(way: String, flags: [String], event: String) throws {
            // All of these addresses are the station's own, but for those that phones lease.
            let route = ["local", "10.9.128.0/17", "dev", "lab0"]
            if way != "lease" { try lab.phones.ip(["route", "add"] + route) }
            defer { if way != "lease" { try? lab.phones.ip(["route", "del"] + route) } }
            let (count, before) = (FleetLoadScene.count, lab.bellhop.count(of: event))
            let first = MACAddress(bits: 0x0004_1340_0000 + UInt64(way.utf8.count) << 16)
            let outcome = try lab.phones.run(
                Bellhop.binary("phonesim"),
                ["--interface", "lab0", "--family", "snom-desk", "--mac", "\(first)", "--address", "10.9.128.1", "--json"]
                    + ["--count", "\(count)", "--rate", "\(FleetLoadScene.rate)"] + flags, seconds: 600)
            #expect(outcome.status == 0, "\(outcome.text)")
            let json = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
            let counts = ["asked", "told", "done", "unanswered", "files"].map { json?[$0] as? Int }
            #expect(counts == [count, count, count, 0, count], "\(outcome.text.suffix(2000))")
            try eventually("not every phone was told", showing: { "\(lab.bellhop.count(of: event) - before) of \(count)" }) {
                lab.bellhop.count(of: event) - before >= count
            }
            let times = (json?["done-milliseconds"] as? [Int]) ?? []
            Soak.say(
                "\(count) phones by \(way), \(FleetLoadScene.rate) a second: all booted, each within \(times.last ?? 0) ms, half within \(times.isEmpty ? 0 : times[times.count / 2]) ms"
            )
        }
    }
}
