import DHCPMessages
import Packets
import Testing

//  bellhop          kea              perfdhcp: 1,000 clients, 00:04:13:10:…
//  10.9.0.1         10.9.0.2         10.9.0.3
//     └──── switch ────┴────────────────┘
//           tcpdump
final class KeaScene: Scene {
    let lab: Lab
    let bellhop: Bellhop
    let clients: Station
    let capture: Capture

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        let server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        let kea = try lab.station("kea", mac: "02:00:00:00:00:0e", address: "10.9.0.2/16")
        clients = try lab.station("clients", mac: "00:04:13:12:34:56", address: "10.9.0.3/16")
        capture = try lab.capture()
        bellhop = try Bellhop(on: server, "root: tree\n", "--http-port", "8080")
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
        let program = try kea.start(
            "kea-dhcp4", "-c", configuration, environment: ["KEA_PIDFILE_DIR": folder, "KEA_LOCKFILE_DIR": folder])
        try program.wait(for: "DHCP4_STARTED")
    }
}

extension LabTests.Wire {
    @Suite(.scene(KeaScene.self)) struct KeaTests {
        private let lab: KeaScene = scene()

        @Test func `Kea's thousand clients all get their address, and not one frame of the daemon's is among theirs`() throws {
            let outcome = try lab.clients.run(
                "perfdhcp", "-4", "-l", "lab0", "-R", "1000", "-r", "200", "-n", "1000", "-W", "2000000", "-b",
                "mac=00:04:13:10:00:00", seconds: 90)
            let lines = outcome.output.split(separator: "\n").map(String.init)
            #expect(lines.filter { $0 == "sent packets: 1000" }.count == 2, "\(outcome.text)")
            #expect(lines.filter { $0 == "received packets: 1000" }.count == 2, "\(outcome.text)")
            #expect(lines.filter { $0 == "drops: 0" }.count == 2, "\(outcome.text)")
            #expect(lines.filter { $0 == "orphans: 0" }.count == 2, "\(outcome.text)")

            let frames = try lab.capture.frames(markedBy: lab.clients)
            let messages = frames.compactMap { heard in heard.dhcp.map { (heard.sourceMAC, $0) } }
            #expect(Set(messages.filter { $0.1.type == .acknowledge }.compactMap { $0.1.clientMAC }).count == 1000)
            #expect(messages.filter { $0.0 == lab.bellhop.station.mac }.isEmpty)
            // The daemon heard them all the same, and was there to be asked.
            try lab.bellhop.wait(
                for: "ignored", mac: MACAddress(bits: 0x0004_1310_0000), ["kind": "dhcp-request", "reason": "wants-lease"])
            let client = try InformClient(lab.clients)
            let (_, answer) = try client.answer(to: try client.ask(), from: lab.bellhop.station.address)
            #expect(
                try answer.options.text(.tftpServerName).map { String(decoding: $0, as: UTF8.self) } == "http://10.9.0.1:8080/")
        }
    }
}
