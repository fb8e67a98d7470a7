import DHCPMessages
import Foundation
import Glibc
import Packets
import Testing

extension LabTests.Wire {
    @Suite(.scene(LeaseScene.self)) struct LeaseTests {
        private let lab: LeaseScene = scene()

        @Test func `udhcpc is given an address, the same again after a restart, and releases it`() throws {
            var bellhop = try lab.bellhop()
            let address = try #require(try lab.phone.addressByUDHCPC())
            try bellhop.wait(for: "lease.given", mac: lab.phone.mac, ["address": address, "vendor": "snom"])
            bellhop.program.signal(SIGKILL)
            _ = try? bellhop.program.outcome(within: 10)
            bellhop = try lab.bellhop()
            defer { bellhop.program.end() }
            #expect(try lab.phone.addressByUDHCPC() == address)
            let udhcpc = try lab.phone.udhcpc("-R")
            defer { try? lab.phone.forgetAddresses() }
            try udhcpc.wait(for: "lease of \(address) obtained")
            udhcpc.signal(SIGTERM)
            _ = try udhcpc.outcome(within: 60)
            try bellhop.wait(for: "lease.released", mac: lab.phone.mac, ["address": address])
        }

        @Test func `check-sync goes to the address that a phone was given last, though it has sent nothing from there yet`()
            throws
        {
            let bellhop = try lab.bellhop(isNew: true)
            defer { bellhop.program.end() }
            let mac = MACAddress(bits: 0x0004_1312_9999)
            let client = try InformClient(lab.clients)
            _ = try client.provisioningURL(as: mac, from: IPv4Address(10, 9, 40, 1))
            let offer = try client.answer(to: client.discover(as: mac)).message
            let lease = try client.answer(to: client.request(offer, as: mac)).message
            try bellhop.wait(for: "lease.given", mac: mac, ["address": "\(lease.yourAddress)"])
            _ = try lab.lab.run(
                try Bellhop.binary(),
                [
                    "resync", "--config", Bellhop.configurationPath(lab.lab), "--state",
                    lab.lab.folder.appending(path: "state").path, mac.colons,
                ],
                in: lab.server.namespace)
            let sent = try bellhop.wait(for: "resync.sent", mac: mac)
            #expect(sent["address"] == "\(lease.yourAddress)", "\(sent.text)")
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
            #expect(again.contains("DHCPACK") && !again.contains("DHCPDISCOVER") && !again.contains("DHCPNAK"), "\(again)")
            _ = try dhclient("-r")
            try bellhop.wait(for: "lease.released", mac: lab.laptop.mac)
        }

        @Test func `addresses are given from a range on the command line, over the configuration's answer`() throws {
            let configuration = "root: tree\ndhcp: {answer: inform, lease: {to: anyone, range: 10.9.7.0-10.9.7.9}}\n"
            let bellhop = try Bellhop(on: lab.server, configuration, "--http-port", "8080", "--lease", "10.9.1.0-10.9.1.9")
            defer { bellhop.program.end() }
            try bellhop.wait(for: "leasing.begun", ["interface": "lab0"])
            #expect(try lab.phone.addressByUDHCPC()?.hasPrefix("10.9.1.") == true)
            try bellhop.reload("root: tree\ndhcp: {lease: {gateway: 10.9.1.5}}\n")
            let refused = try bellhop.wait(for: "configuration.refused")
            #expect(refused["text"]?.contains("the range 10.9.1.0-10.9.1.9 holds the gateway 10.9.1.5") == true)
        }

        @Test func `a laptop gets nothing where leases are to phones, and the log says why`() throws {
            let bellhop = try lab.bellhop(LeaseScene.configuration(to: "phones"))
            defer { bellhop.program.end() }
            #expect(try lab.laptop.addressByUDHCPC(asPhone: false) == nil)
            let entry = try bellhop.wait(for: "ignored", mac: lab.laptop.mac, ["kind": "dhcp-discover"])
            #expect(entry["reason"] == "not-a-phone")
            #expect(try lab.phone.addressByUDHCPC() != nil)
        }

        @Test func `an address that a host on the wire has is not given to anybody`() throws {
            try lab.clients.ip("addr", "add", "10.9.20.0/16", "dev", "lab0")
            defer { try? lab.clients.ip("addr", "del", "10.9.20.0/16", "dev", "lab0") }
            let bellhop = try lab.bellhop(LeaseScene.configuration("10.9.20.0-10.9.20.1"))
            defer { bellhop.program.end() }
            try bellhop.wait(for: "lease.address-in-use", ["address": "10.9.20.0"])
            #expect(try lab.phone.addressByUDHCPC() == "10.9.20.1")
        }

        @Test func `T1 beside another DHCP server no address is given, and INFORM is answered all the same`() throws {
            let other = try lab.otherServer()
            let bellhop = try Bellhop(on: lab.server, LeaseScene.configuration(), "--http-port", "8080")
            defer {
                bellhop.program.end()
                other.end()
            }
            let entry = try bellhop.wait(for: "leasing.stepped-back", ["interface": "lab0"])
            #expect(entry["server"] == "10.9.0.5")
            func offers() throws -> Int {
                try lab.capture.frames(markedBy: lab.clients).count { $0.sourceMAC == lab.server.mac && $0.dhcp?.type == .offer }
            }
            let before = try offers()
            #expect(try lab.phone.addressByUDHCPC()?.hasPrefix("10.9.30.") == true)
            #expect(try offers() == before)
            // Not for want of an address that is known to be free.
            try bellhop.wait(for: "ignored", mac: lab.phone.mac, ["kind": "dhcp-discover", "reason": "not-leasing-here"])
            let client = try InformClient(lab.clients)
            let mac = MACAddress(bits: 0x0004_1312_9998)
            let (_, answer) = try client.answer(
                to: client.ask(as: mac, from: IPv4Address(10, 9, 40, 2)), from: lab.server.address)
            #expect(answer.options[.tftpServerName] != nil)
            #expect(bellhop.log("lease.given").isEmpty)
            try bellhop.wait(for: "server.heard", ["server": "10.9.0.5"])
        }

        @Test(arguments: ["10.9.30.", "10.9.31."])
        func `T1 a Kea and a dnsmasq that appear later make it step back`(pool: String) throws {
            let bellhop = try lab.bellhop()
            defer { bellhop.program.end() }
            #expect(try lab.phone.addressByUDHCPC() != nil)
            let other = try pool == "10.9.30." ? lab.otherServer() : lab.dnsmasq()
            defer { other.end() }
            // A switch shows nobody else's answers: the daemon's own question, asked every 15 seconds, is what finds it.
            try bellhop.wait(for: "leasing.stepped-back", ["server": "10.9.0.5"])
            #expect(try lab.phone.addressByUDHCPC()?.hasPrefix(pool) == true)
        }
    }
}
