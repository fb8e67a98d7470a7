import DHCPMessages
import Foundation
import FrameLink
import Glibc
import LinuxSystem
import Packets
import Synchronization
import TestSupport
import Testing

//  bellhop 10.9.0.1 ── switch ─┬─ phone, listed
//                              └─ clients 10.9.0.5: floods, and perfdhcp, which speaks as a relay
//
//  `make soak` runs these at full size, with the release build.
final class LoadScene: Scene {
    let lab: Lab
    let server: Station
    let phone: Station
    let listed: Station
    let clients: Station

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        listed = try lab.station("listed", mac: "02:00:00:00:00:11", address: "10.9.0.11/16")
        clients = try lab.station("clients", mac: "02:00:00:00:00:05", address: "10.9.0.5/16")
        for station in [phone, listed] {
            try station.forgetAddresses()
            // Not to find out how much udhcpc can read beside its own answers: its socket has no filter.
            try lab.spareBroadcasts(station)
        }
    }

    /// - Parameter isNew: it knows no lease from before: at full size one test's clients would leave no address to the next.
    func bellhop(_ range: String = "10.9.1.0-10.9.240.255", rules: String = "", isNew: Bool = true) throws -> Bellhop {
        if isNew { try? FileManager.default.removeItem(at: lab.folder.appending(path: "state")) }
        let bellhop = try Bellhop(on: server, LeaseScene.configuration(range, rules: rules), "--http-port", "8080")
        try bellhop.wait(for: "leasing.begun", ["interface": "lab0"])
        return bellhop
    }
}

extension LabTests.Wire {
    @Suite(.scene(LoadScene.self)) struct LoadTests {
        private let lab: LoadScene = scene()

        @Test func `perfdhcp's exchanges all succeed, and no address is given twice`() throws {
            let (rate, seconds) = (
                Soak.size("LEASE_RATE", usual: 300, whole: 2000), Soak.size("LEASE_SECONDS", usual: 7, whole: 30)
            )
            let bellhop = try lab.bellhop()
            defer { bellhop.program.end() }
            let outcome = try lab.clients.run(
                "perfdhcp", "-4", "-u", "-l", "lab0", "-R", "60000", "-r", "\(rate)", "-n", "\(rate * seconds)", "-W", "3000000",
                "-b", "mac=00:0c:01:00:00:00", seconds: Double(seconds) + 60)
            // Twice each: of DISCOVER and OFFER, and of REQUEST and ACK.
            var counts: [String: [Int]] = [:]
            for line in outcome.output.split(separator: "\n") {
                let parts = line.split(separator: ": ")
                if parts.count == 2, let count = Int(parts[1]) { counts[String(parts[0]), default: []].append(count) }
            }
            let sent = try #require(counts["sent packets"], "\(outcome.text)")
            #expect(sent == [rate * seconds, rate * seconds], "\(outcome.text)")
            #expect(counts["received packets"] == sent, "\(outcome.text)")
            #expect(counts["non unique addresses"] == [0, 0], "\(outcome.text)")
            Soak.say("\(sent) messages sent by perfdhcp, \(counts["received packets"] ?? []) answers received")
            #expect(bellhop.log("ignored").isEmpty)
        }

        @Test func `T3 in a flood of made-up clients memory stays as it is, and known devices are given their addresses`() throws
        {
            let size = Soak.size("FLOOD", usual: 100_000, whole: 1_000_000)
            try lab.lab.write("mac,label\n\(lab.listed.mac),reception\n", to: "devices.csv")
            let bellhop = try lab.bellhop("10.9.1.0-10.9.16.255", rules: "devices: devices.csv")
            defer { bellhop.program.end() }
            // One had a lease before; the other stands in devices.csv and was never seen.
            let first = try #require(try lab.phone.addressByUDHCPC())
            let flood = try Flood(from: lab.clients)
            let early = Mutex(0)
            let sending = try flood.start {
                try flood.send(size / 5)
                let bytes = try bellhop.residentBytes()
                early.withLock { $0 = bytes }
                try flood.send(size - size / 5)
            }
            var rounds = 0
            while flood.isRunning {
                #expect(try lab.phone.addressByUDHCPC() == first, "round \(rounds)")
                #expect(try lab.listed.addressByUDHCPC() != nil, "round \(rounds)")
                if flood.isRunning { rounds += 1 }
            }
            try sending()
            #expect(rounds > 0)
            let (before, after) = (early.withLock { $0 }, try bellhop.residentBytes())
            #expect(after < before + 8 << 20, "\(before) bytes were resident after a fifth of \(size), and \(after) after all")
            Soak.say(
                "\(size) clients made up, \(before >> 10) KiB after a fifth and \(after >> 10) KiB after all of them, \(2 * rounds) leases"
            )
            try bellhop.wait(for: "ignored", ["reason": "too-many-strangers"])
            #expect(bellhop.log("ignored", ["reason": "pool-is-empty"]).count < 10)
        }

        @Test func `T16 killed at any moment under load, it knows every lease that it acknowledged`() throws {
            let rounds = Soak.size("KILLS", usual: 5, whole: 100)
            let capture = try lab.lab.capture()
            defer { capture.stop() }
            var owner: [IPv4Address: MACAddress] = [:]
            var address: [MACAddress: IPv4Address] = [:]
            for round in 0..<rounds {
                let bellhop = try lab.bellhop(isNew: round == 0)
                let load = try lab.clients.start(
                    "perfdhcp", "-4", "-l", "lab0", "-R", "3000", "-r", "400", "-p", "20", "-b",
                    "mac=00:0d:\(round < 16 ? "0" : "")\(String(round, radix: 16)):00:00:00")
                usleep(UInt32.random(in: 300_000..<2_000_000))
                bellhop.program.signal(SIGKILL)
                _ = try? bellhop.program.outcome(within: 10)
                load.end()
            }
            for heard in try capture.frames(markedBy: lab.clients) {
                guard let message = heard.dhcp, heard.sourceMAC == lab.server.mac, message.type == .acknowledge,
                    let mac = message.clientMAC,
                    mac.bits >> 32 == 0x000d
                else { continue }
                #expect(owner[message.yourAddress, default: mac] == mac, "\(message.yourAddress) has two owners")
                owner[message.yourAddress] = mac
                address[mac] = message.yourAddress
            }
            #expect(owner.count > 10 * rounds)
            // What it knows, once it has opened its ledger again.
            let bellhop = try lab.bellhop(isNew: false)
            defer { bellhop.program.end() }
            let database = lab.lab.folder.appending(path: "state/bellhop.db").path
            let rows = try lab.lab.run("sqlite3", [database, "SELECT address || ' ' || mac FROM leases WHERE state = 2"]).output
            let stored = Set(rows.split(separator: "\n").map(String.init))
            for (mac, address) in address { #expect(stored.contains("\(address.bits) \(mac.bits)"), "\(mac) lost \(address)") }
            Soak.say(
                "killed \(rounds) times under load: \(address.count) leases that were seen acknowledged are all on disk, none twice"
            )
        }
    }
}
