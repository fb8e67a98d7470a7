import DHCPMessages
import Foundation
import LinuxSystem
import Packets
import Testing

//  bellhop, kea, a PBX      phone            clients: 1,000 of them that are no phones, 52:54:00:10:…
//  10.9.0.1                 10.9.0.10        10.9.0.3
//     └──────── switch ────────┴────────────────┘
//                  tcpdump
final class BesideScene: Scene {
    let lab: Lab
    let server: Station
    let phone: Station
    let clients: Station
    let capture: Capture
    let bellhop: Bellhop
    /// The PBX's socket, on this address alone.
    let pbx: UDPSocket

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        clients = try lab.station("clients", mac: "52:54:00:00:00:03", address: "10.9.0.3/16")
        capture = try lab.capture()
        let kea = try server.startKea()
        try kea.wait(for: "DHCP4_STARTED")
        pbx = try server.socket(port: 5060)
        bellhop = try Bellhop(on: server, "root: tree\n", "--http-port", "8080")
    }
}

extension Station {
    /// Kea with addresses for 6,000 clients, by sockets on frames.
    func startKea() throws -> Program {
        let configuration = try lab.write(
            """
            {"Dhcp4": {
              "interfaces-config": {"interfaces": ["lab0"], "dhcp-socket-type": "raw"},
              "lease-database": {"type": "memfile", "persist": false, "lfc-interval": 0},
              "valid-lifetime": 600,
              "multi-threading": {"enable-multi-threading": false},
              "subnet4": [{"id": 1, "subnet": "10.9.0.0/16", "pools": [{"pool": "10.9.8.0 - 10.9.31.255"}]}],
              "loggers": [{"name": "kea-dhcp4", "severity": "INFO", "output_options": [{"output": "stdout", "flush": true}]}]
            }}
            """, to: "kea.json")
        let folder = lab.folder.path
        return try start("kea-dhcp4", "-c", configuration, environment: ["KEA_PIDFILE_DIR": folder, "KEA_LOCKFILE_DIR": folder])
    }

    /// perfdhcp as 1,000 clients from this hardware address on: each has to get its address, and nobody's answer twice.
    ///
    /// - Returns: How many four-way exchanges there were. perfdhcp begins those that are due in one go, so that the last client may be
    ///   followed by the first few again.
    @discardableResult
    func thousandClients(from mac: String) throws -> Int {
        let outcome = try run(
            "perfdhcp", "-4", "-l", "lab0", "-R", "1000", "-r", "200", "-n", "1000", "-W", "2000000", "-b", "mac=\(mac)",
            seconds: 90)
        let lines = outcome.output.split(separator: "\n").map(String.init)
        let sent = try #require(lines.first { $0.hasPrefix("sent packets: ") }, "\(outcome.text)")
        let exchanges = try #require(Int(sent.dropFirst(14)))
        #expect((1000...1020).contains(exchanges), "\(outcome.text)")
        for line in ["sent packets: \(exchanges)", "received packets: \(exchanges)", "drops: 0", "orphans: 0"] {
            #expect(lines.count { $0 == line } == 2, "\(outcome.text)")
        }
        return exchanges
    }
}

extension LabTests.Wire {
    @Suite(.scene(BesideScene.self)) struct BesideTests {
        private let lab: BesideScene = scene()

        @Test
        func `on Kea's own host a thousand clients that are no phones get their address, once, and nothing of the daemon's`()
            throws
        {
            try lab.bellhop.wait(for: "dhcp.port-taken", ["interface": "lab0"])
            let exchanges = try lab.clients.thousandClients(from: "52:54:00:10:00:00")
            // They ask for settings as well, as laptops do.
            let client = try InformClient(lab.clients)
            for number in 0..<200 {
                try client.ask(
                    as: MACAddress(bits: 0x5254_0010_0000 + UInt64(number)), from: IPv4Address(10, 9, 40, UInt8(number)))
            }
            _ = try InformClient(lab.phone).ask()
            try lab.bellhop.wait(for: "dhcp.answered", mac: lab.phone.mac)
            #expect(lab.bellhop.log("dhcp.answered").allSatisfy { $0["mac"] == lab.phone.mac.colons })
            let messages = try lab.capture.frames(markedBy: lab.clients).compactMap(\.dhcp)
            let told = messages.filter { $0.options[.tftpServerName] != nil && $0.operation == DHCPMessage.reply }
            #expect(!told.isEmpty && told.allSatisfy { $0.clientMAC == lab.phone.mac })
            for type in [DHCPMessageType.offer, .acknowledge] {
                let clients = messages.filter { $0.type == type && $0.yourAddress != .any }.compactMap(\.clientMAC)
                #expect(clients.count == exchanges && Set(clients).count == 1000, "\(type)")
            }
            #expect(!messages.contains { $0.type == .negativeAcknowledge })
        }

        @Test func `on a PBX's own host phones register there and are provisioned here, and neither hears the other's`() throws {
            try lab.bellhop.wait(for: "pnp.port-taken")
            let phone = try SIPPhone(lab.phone, port: 5070)
            try phone.send(phone.request(method: "REGISTER"), to: lab.server.address)
            var heard: SIPText?
            try eventually("no REGISTER came to the PBX") {
                heard = try lab.pbx.receive().map { SIPText($0.bytes) }
                return heard != nil
            }
            let register = try #require(heard)
            #expect(register.startLine.hasPrefix("REGISTER "))
            try lab.pbx.send(SIPPhone.okay(to: register), to: lab.phone.address, port: 5070)
            let answer = try #require(try phone.receive())
            #expect(answer.message.isOkay && answer.port == 5060)

            let (okay, _, port) = try phone.provision(server: lab.server.address)
            #expect(okay.isOkay && port != 5060)
            try lab.bellhop.wait(for: "pnp.notify-answered", mac: lab.phone.mac, ["status": "200"])
            // The REGISTER got one answer, and the PBX nothing that was not for it.
            #expect(try phone.receive(seconds: 0.1) == nil)
            #expect(try lab.pbx.receive() == nil)
        }

        @Test func `a PBX that listens on every address hears nothing of what phones multicast, and they are provisioned`() throws
        {
            let lab = try Lab()
            defer { lab.remove() }
            try copyExampleTree(to: lab)
            let server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
            let station = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
            let careless = try server.inside { try UDPSocket(address: .any, port: 5060) }
            let bellhop = try Bellhop(on: server, "root: tree\n", "--http-port", "8080")
            let entry = try bellhop.wait(for: "pnp.port-taken")
            #expect(entry["text"]?.contains("heard and answered all the same") == true)
            let phone = try SIPPhone(station, port: 5061)
            let (okay, _, port) = try phone.provision(server: server.address)
            #expect(okay.isOkay && port != 5060)
            try bellhop.wait(for: "pnp.notify-answered", mac: station.mac, ["status": "200"])
            // What comes first of all is sent to it alone, after all that was multicast.
            try phone.send(phone.request(method: "REGISTER"), to: server.address)
            var heard: SIPText?
            try eventually("no REGISTER came to the PBX") {
                heard = try careless.receive().map { SIPText($0.bytes) }
                return heard != nil
            }
            #expect(heard?.startLine.hasPrefix("REGISTER ") == true, "\(heard?.startLine ?? "")")
            // The hardware lets the group in, the kernel has not joined it.
            let joined = try server.run("ip", "maddress", "show", "dev", "lab0").output
            #expect(joined.contains("01:00:5e:00:01:4b") && !joined.contains("224.0.1.75"), "\(joined)")
        }
    }
}
