import DHCPMessages
import Foundation
import Glibc
import Packets
import Testing

//  bellhop 10.9.0.1 ─┐
//  phone, laptop ────┤ switch, and no other DHCP server on it
//  clients 10.9.0.5 ─┘

private let range = "10.9.1.0-10.9.16.255"

private func configuration(_ range: String = range, to: String = "anyone") -> String {
    """
    root: tree
    dhcp:
      answer: lease
      relays: [10.9.0.5]
      lease: {range: \(range), time: 10m, gateway: 10.9.0.1, dns: 10.9.0.1, domain: bench.example, to: \(to)}
    """
}

final class LeaseScene: Scene {
    let lab: Lab
    let server: Station
    let phone: Station
    let laptop: Station
    let clients: Station
    let capture: Capture

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        laptop = try lab.station("laptop", mac: "02:00:00:00:00:11", address: "10.9.0.11/16")
        clients = try lab.station("clients", mac: "02:00:00:00:00:05", address: "10.9.0.5/16")
        capture = try lab.capture()
        // These two are to have no address but what they lease.
        for station in [phone, laptop] { try station.ip("addr", "flush", "dev", "lab0") }
    }

    func bellhop(_ configuration: String = configuration()) throws -> Bellhop {
        let bellhop = try Bellhop(on: server, configuration, "--http-port", "8080")
        try bellhop.wait(for: "leasing.begun", ["interface": "lab0"])
        return bellhop
    }

    /// Kea, on the clients' station, with a pool of its own.
    func otherServer() throws -> Program {
        let configuration = try lab.write(
            """
            {"Dhcp4": {
              "interfaces-config": {"interfaces": ["lab0"], "dhcp-socket-type": "raw"},
              "lease-database": {"type": "memfile", "persist": false, "lfc-interval": 0},
              "valid-lifetime": 600,
              "subnet4": [{"id": 1, "subnet": "10.9.0.0/16", "pools": [{"pool": "10.9.30.1 - 10.9.30.99"}]}],
              "loggers": [{"name": "kea-dhcp4", "severity": "INFO", "output_options": [{"output": "stdout", "flush": true}]}]
            }}
            """, to: "kea.json")
        let folder = lab.folder.path
        let kea = try clients.start(
            "kea-dhcp4", "-c", configuration, environment: ["KEA_PIDFILE_DIR": folder, "KEA_LOCKFILE_DIR": folder])
        try kea.wait(for: "DHCP4_STARTED")
        return kea
    }

    /// The address that udhcpc is given, `nil` for none.
    func udhcpc(_ station: Station, _ arguments: String...) throws -> String? {
        let outcome = try lab.run(
            "udhcpc", ["-f", "-n", "-q", "-t", "3", "-T", "2", "-i", "lab0", "-s", "/bin/true"] + arguments, in: station.namespace
        )
        let line = outcome.text.split(separator: "\n").first { $0.contains("lease of ") }
        return line?.split(separator: " ").first { $0.hasPrefix("10.") }.map(String.init)
    }
}

extension LabTests {
    @Suite(.scene(LeaseScene.self)) struct LeaseTests {
        private let lab: LeaseScene = scene()

        @Test func `udhcpc is given an address, the same again after a restart, and releases it`() throws {
            var bellhop = try lab.bellhop()
            let address = try #require(try lab.udhcpc(lab.phone, "-V", "snomD735"))
            try bellhop.wait(for: "lease.given", mac: lab.phone.mac, ["address": address, "vendor": "snom"])
            bellhop.program.signal(SIGKILL)
            _ = try? bellhop.program.outcome(within: 10)
            bellhop = try lab.bellhop()
            defer { bellhop.program.end() }
            #expect(try lab.udhcpc(lab.phone, "-V", "snomD735") == address)
            #expect(try lab.udhcpc(lab.phone, "-V", "snomD735", "-R") == address)
        }

        @Test func `dhclient is given an address with the network's options, asks for it again, and releases it`() throws {
            let bellhop = try lab.bellhop()
            defer { bellhop.program.end() }
            let leases = lab.lab.folder.appending(path: "dhclient.leases").path
            let script = try lab.lab.write(
                """
                #!/bin/sh
                env | grep '^new_' >> "$(dirname "$0")/dhclient.out"
                ip addr flush dev "$interface"
                [ -z "$new_ip_address" ] || ip addr add "$new_ip_address/16" dev "$interface"
                """, to: "script")
            chmod(script, 0o755)
            func dhclient(_ arguments: String...) throws -> String {
                // In the foreground, ended from outside: in the background it would keep our pipes open.
                try lab.lab.run(
                    "timeout",
                    [
                        "6", try lab.lab.path(of: "dhclient"), "-4", "-1", "-d", "-v", "-sf", script, "-lf", leases, "-pf",
                        lab.lab.folder.appending(path: "dhclient.pid").path,
                    ] + arguments + ["lab0"],
                    in: lab.laptop.namespace
                ).text
            }
            let first = try dhclient()
            #expect(first.contains("DHCPACK"), "\(first)")
            let output = String(decoding: try lab.lab.read("dhclient.out"), as: UTF8.self)
            #expect(output.contains("new_subnet_mask=255.255.0.0"))
            #expect(output.contains("new_routers=10.9.0.1"))
            #expect(output.contains("new_domain_name=bench.example"))
            #expect(output.contains("new_dhcp_lease_time=600"))
            try bellhop.wait(for: "lease.given", mac: lab.laptop.mac)
            // INIT-REBOOT: it asks for what its file says.
            let again = try dhclient()
            #expect(again.contains("DHCPREQUEST") && again.contains("DHCPACK"), "\(again)")
            _ = try dhclient("-r")
            try bellhop.wait(for: "lease.released", mac: lab.laptop.mac)
        }

        @Test func `a laptop gets nothing where leases are to phones, and the log says why`() throws {
            let bellhop = try lab.bellhop(configuration(to: "phones"))
            defer { bellhop.program.end() }
            #expect(try lab.udhcpc(lab.laptop) == nil)
            let entry = try bellhop.wait(for: "ignored", mac: lab.laptop.mac, ["kind": "dhcp-discover"])
            #expect(entry["reason"] == "not-a-phone")
            #expect(try lab.udhcpc(lab.phone, "-V", "snomD735") != nil)
        }

        @Test func `an address that a host on the wire has is not given to anybody`() throws {
            try lab.clients.ip("addr", "add", "10.9.20.0/16", "dev", "lab0")
            defer { try? lab.clients.ip("addr", "del", "10.9.20.0/16", "dev", "lab0") }
            let bellhop = try lab.bellhop(configuration("10.9.20.0-10.9.20.1"))
            defer { bellhop.program.end() }
            try bellhop.wait(for: "lease.address-in-use", ["address": "10.9.20.0"])
            #expect(try lab.udhcpc(lab.phone, "-V", "snomD735") == "10.9.20.1")
        }

        @Test func `T1 beside another DHCP server no address is given, and INFORM is answered all the same`() throws {
            let other = try lab.otherServer()
            let bellhop = try Bellhop(on: lab.server, configuration(), "--http-port", "8080")
            defer {
                bellhop.program.end()
                other.end()
            }
            let entry = try bellhop.wait(for: "leasing.stepped-back", ["interface": "lab0"])
            #expect(entry["server"] == "10.9.0.5")
            let address = try lab.udhcpc(lab.phone, "-V", "snomD735")
            #expect(address?.hasPrefix("10.9.30.") == true)
            #expect(bellhop.log("lease.given").isEmpty)
            try bellhop.wait(for: "server.heard", ["server": "10.9.0.5"])
        }

        @Test func `T1 a server that appears later makes it step back`() throws {
            let bellhop = try lab.bellhop()
            defer { bellhop.program.end() }
            #expect(try lab.udhcpc(lab.phone, "-V", "snomD735") != nil)
            let other = try lab.otherServer()
            defer { other.end() }
            // A switch shows nobody else's answers: the daemon's own question, asked every 15 seconds, is what finds it.
            try bellhop.wait(for: "leasing.stepped-back", ["server": "10.9.0.5"])
            #expect(try lab.udhcpc(lab.phone, "-V", "snomD735")?.hasPrefix("10.9.30.") == true)
        }

        @Test func `perfdhcp's exchanges all succeed, and no address is given twice`() throws {
            let bellhop = try lab.bellhop()
            defer { bellhop.program.end() }
            let outcome = try lab.clients.run(
                "perfdhcp", "-4", "-l", "lab0", "-R", "2000", "-r", "300", "-n", "2000", "-W", "2000000", "-b",
                "mac=00:0c:01:00:00:00", seconds: 90)
            let lines = outcome.output.split(separator: "\n").map(String.init)
            #expect(lines.filter { $0 == "received packets: 2000" }.count == 2, "\(outcome.text)")
            var owner: [IPv4Address: MACAddress] = [:]
            for heard in try lab.capture.frames(markedBy: lab.clients) {
                guard let message = heard.dhcp, heard.sourceMAC == lab.server.mac, message.type == .acknowledge,
                    let mac = message.clientMAC
                else { continue }
                if mac.bits >> 24 != 0x000c01 { continue }
                if let other = owner[message.yourAddress] { #expect(other == mac, "\(message.yourAddress)") }
                owner[message.yourAddress] = mac
            }
            #expect(owner.count == 2000)
        }

        @Test func `T16 killed at any moment under load, it knows every lease that it acknowledged`() throws {
            let rounds = ProcessInfo.processInfo.environment["KILL_ROUNDS"].flatMap { Int($0) } ?? 5
            var owner: [IPv4Address: MACAddress] = [:]
            var address: [MACAddress: IPv4Address] = [:]
            for round in 0..<rounds {
                let bellhop = try lab.bellhop()
                let load = try lab.clients.start(
                    "perfdhcp", "-4", "-l", "lab0", "-R", "3000", "-r", "400", "-p", "20", "-b",
                    "mac=00:0d:\(round < 16 ? "0" : "")\(String(round, radix: 16)):00:00:00")
                usleep(UInt32.random(in: 300_000..<2_000_000))
                bellhop.program.signal(SIGKILL)
                _ = try? bellhop.program.outcome(within: 10)
                load.end()
            }
            for heard in try lab.capture.frames(markedBy: lab.clients) {
                guard let message = heard.dhcp, heard.sourceMAC == lab.server.mac, message.type == .acknowledge,
                    let mac = message.clientMAC,
                    mac.bits >> 32 == 0x000d
                else { continue }
                #expect(owner[message.yourAddress, default: mac] == mac, "\(message.yourAddress) has two owners")
                owner[message.yourAddress] = mac
                address[mac] = message.yourAddress
            }
            #expect(owner.count > 10 * rounds)
            // Everyone who comes back is given its own again.
            let bellhop = try lab.bellhop()
            defer { bellhop.program.end() }
            let database = lab.lab.folder.appending(path: "state/bellhop.db").path
            let rows = try lab.lab.run("sqlite3", [database, "SELECT address || ' ' || mac FROM leases WHERE state = 2"]).output
            let stored = Set(rows.split(separator: "\n").map(String.init))
            for (mac, address) in address { #expect(stored.contains("\(address.bits) \(mac.bits)"), "\(mac) lost \(address)") }
        }
    }
}
