import DHCPMessages
import Glibc
import Packets
import Testing

//                      relay A: 10.9.0.5, its phones 10.9.128.0/17 ─┐
//  bellhop             relay B: 10.9.0.6, 192.168.20.0/24 ──────────┤ switch
//  lab0 10.9.0.1 ───── relay D: 10.9.0.7, 192.168.40.0/24 ──────────┘   (dhcp.relays does not name D)
//  lab1 10.20.0.1 ──── backbone ── relay C: 10.20.0.5, 192.168.30.0/24
//
//  Each relay is ISC's, with `-a`, and has a switch with one phone behind it.
final class RelayScene: Scene {
    /// A relay agent with the network behind it, and the phone there.
    struct Floor: Sendable {
        let name: String
        /// Option 82's circuit: the relay's interface to its phones.
        var circuit: String { "floor\(name)" }
        let phone: Station
        /// Where its phones are, and `giaddr`.
        let address: IPv4Address
    }

    let lab: Lab
    let server: Station
    let floors: [Floor]
    /// Between the relays and lab0.
    let capture: Capture

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        try lab.addSwitch("backbone")
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        try lab.plugIn("lab1", of: server, port: "server2", mac: MACAddress(bits: 0x0200_0000_0002), on: "backbone")
        try server.ip("addr", "add", "10.20.0.1/16", "dev", "lab1")
        floors = try [
            RelayScene.floor("A", lab, upward: "10.9.0.5/17", downward: "10.9.128.1/17", phone: "10.9.128.9/17", number: 1),
            RelayScene.floor("B", lab, upward: "10.9.0.6/17", downward: "192.168.20.1/24", phone: "192.168.20.9/24", number: 2),
            RelayScene.floor(
                "C", lab, upward: "10.20.0.5/16", downward: "192.168.30.1/24", phone: "192.168.30.9/24", number: 3,
                on: "backbone", server: "10.20.0.1"),
            RelayScene.floor("D", lab, upward: "10.9.0.7/17", downward: "192.168.40.1/24", phone: "192.168.40.9/24", number: 4),
        ]
        capture = try lab.capture()
    }

    private static func floor(
        _ name: String, _ lab: Lab, upward: String, downward: String, phone: String, number: UInt64,
        on lan: String = Lab.mainSwitch, server: String = "10.9.0.1"
    ) throws -> Floor {
        try lab.addSwitch("floor\(name)")
        let relay = try lab.station("relay\(name)", mac: "02:00:00:00:01:0\(number)", address: upward, on: lan)
        let circuit = "floor\(name)"
        try lab.plugIn(circuit, of: relay, port: "down\(name)", mac: MACAddress(bits: 0x0200_0000_0200 + number), on: circuit)
        try relay.ip("addr", "add", downward, "dev", circuit)
        // It routes as well, and answers ARP for what lies behind it (RFC 1027).
        try relay.setIPv4("ip_forward", "1")
        try relay.setIPv4("conf/\(circuit)/proxy_arp", "1")
        let phone = try lab.station("phone\(name)", mac: "00:04:13:20:00:0\(number)", address: phone, on: circuit)
        let program = try relay.start("dhcrelay", "-4", "-d", "--no-pid", "-a", "-iu", "lab0", "-id", circuit, server)
        try program.wait(for: "Sending on   Socket/fallback")
        guard let network = IPv4Prefix(downward) else { throw LabFailure(downward) }
        return Floor(name: name, phone: phone, address: network.address)
    }

    static let rules = """
        rules:
          - name: floor B
            match: {relay: 192.168.20.1}
            options: {67: by-relay}
          - name: floor A
            match: {circuit-id: floorA}
            options: {67: by-circuit, 58: {u32: 5}, 59: {u32: 9}}
        """

    func bellhop(_ dhcp: String) throws -> Bellhop {
        let configuration = """
            root: tree
            dhcp:
              relays: [10.9.128.1, 192.168.20.1, 192.168.30.0/24]
            \(dhcp)
            \(RelayScene.rules)
            """
        return try Bellhop(on: server, configuration, "--http-port", "8080", "--interface", "lab0", "--interface", "lab1")
    }

    /// Messages between a floor's relay and the daemon, what the relay passed on and what it was told.
    func relayed(_ floor: Floor) throws -> (requests: [Heard], answers: [Heard]) {
        let frames = try capture.frames(markedBy: server).filter { $0.dhcp?.relayAddress == floor.address }
        return (frames.filter { $0.sourceMAC != server.mac }, frames.filter { $0.sourceMAC == server.mac })
    }
}

extension LabTests.Wire {
    @Suite(.scene(RelayScene.self)) struct RelayTests {
        private let lab: RelayScene = scene()

        @Test
        func `D7 T6 an INFORM through a relay is told the address of the interface that it came in by, and 82 comes back last`()
            throws
        {
            let bellhop = try lab.bellhop("  answer: inform")
            defer { bellhop.program.end() }
            let servers = ["A": "http://10.9.0.1:8080/", "B": "http://10.9.0.1:8080/", "C": "http://10.20.0.1:8080/"]
            let files = ["A": "by-circuit", "B": "by-relay"]
            for floor in lab.floors {
                let client = try InformClient(floor.phone)
                let number = try client.ask()
                guard let url = servers[floor.name] else {
                    let entry = try bellhop.wait(for: "ignored", mac: floor.phone.mac, ["kind": "dhcp-inform"])
                    #expect(entry["reason"] == "relay-not-configured")
                    continue
                }
                // Its address is its own, and the answer comes to that by way of the relay, as of a router (RFC 2131 §4.3.5).
                let (frame, message) = try client.answer(to: number)
                #expect(frame.destination == floor.phone.address)
                #expect(
                    try message.options.text(.tftpServerName).map { String(decoding: $0, as: UTF8.self) } == url, "\(floor.name)")
                let file = try message.options.text(.bootFileName).map { String(decoding: $0, as: UTF8.self) }
                #expect(file == files[floor.name], "\(floor.name)")
                #expect(
                    message.options[.serverIdentifier].map(Array.init)
                        == IPv4Address(floor.name == "C" ? "10.20.0.1" : "10.9.0.1")?.octets)
                // ISC's relay appends sub-option 1, the name of its interface (RFC 3046 §3.1).
                let circuit = [1, UInt8(floor.circuit.utf8.count)] + Array(floor.circuit.utf8)
                #expect(message.options.codes.last == .relayAgentInformation)
                #expect(message.options[.relayAgentInformation].map(Array.init) == circuit)
            }
        }

        @Test func `dhcpcd's INFORM is answered through a relay`() throws {
            let bellhop = try lab.bellhop("  answer: inform")
            defer { bellhop.program.end() }
            let outcome = try lab.floors[1].phone.informByDHCPCD()
            #expect(toldURL(outcome) == "http://10.9.0.1:8080/", "\(outcome.text)")
        }

        private static let lease = """
              answer: lease
              lease: {range: 10.9.129.0-10.9.130.255, time: 10m, gateway: 10.9.0.1, to: anyone}
            """

        @Test func `dhcpcd leases through a relay on the pool's network: it gets, renews, rebinds and releases`() throws {
            let bellhop = try lab.bellhop(RelayTests.lease)
            defer { bellhop.program.end() }
            try bellhop.wait(for: "leasing.begun", ["interface": "lab0"])
            let floor = lab.floors[0]
            let phone = floor.phone
            try phone.forgetAddresses()
            defer { try? phone.takeBackAddress() }
            let dhcpcd = try phone.dhcpcd("-A")
            defer { dhcpcd.end() }
            func given() -> Int { bellhop.log("lease.given", mac: phone.mac).count }
            try eventually("no lease was given", showing: { bellhop.program.text + dhcpcd.text }) { given() == 1 }
            try dhcpcd.wait(for: "leased 10.9.129.")
            // T1, which the rule of that circuit sets: by unicast, which the router passes on.
            try eventually("it was not renewed", showing: { bellhop.program.text + dhcpcd.text }) { given() >= 2 }
            try dhcpcd.wait(for: "renewing lease of 10.9.129.")
            try dhcpcd.signal(SIGHUP, until: "received SIGHUP")
            try dhcpcd.wait(for: "rebinding lease of 10.9.129.")
            try eventually("REBINDING was not answered", showing: { bellhop.program.text + dhcpcd.text }) {
                let (requests, answers) = try lab.relayed(floor)
                // What a relay passes on is no broadcast any more; it bears the client's address in ciaddr all the same.
                guard let request = requests.last(where: { $0.dhcp?.type == .request }), let message = request.dhcp else {
                    return false
                }
                return message.clientAddress != .any && request.udp?.source != message.clientAddress
                    && answers.contains { $0.dhcp?.transactionID == message.transactionID && $0.dhcp?.type == .acknowledge }
            }
            try dhcpcd.signal(SIGALRM, until: "received SIGALRM")
            try bellhop.wait(for: "lease.released", mac: phone.mac)

            let (requests, answers) = try lab.relayed(floor)
            let circuit = [1, UInt8(floor.circuit.utf8.count)] + Array(floor.circuit.utf8)
            #expect(requests.allSatisfy { $0.dhcp?.options[.relayAgentInformation].map(Array.init) == circuit })
            #expect(answers.contains { $0.dhcp?.yourAddress != .any })
            for answer in answers where answer.dhcp?.yourAddress != .any {
                #expect(answer.dhcp?.options.codes.last == .relayAgentInformation)
                #expect(answer.dhcp?.options[.relayAgentInformation].map(Array.init) == circuit)
                #expect(answer.udp?.destination == floor.address)
                #expect(answer.udp?.destinationPort == 67)
            }
        }

        @Test
        func
            `udhcpc leases through the same relay; through another network's and an unknown one it gets nothing, and the log says why`()
            throws
        {
            let bellhop = try lab.bellhop(RelayTests.lease)
            defer { bellhop.program.end() }
            try bellhop.wait(for: "leasing.begun", ["interface": "lab0"])
            for (floor, reason) in zip(lab.floors, [nil, "leases-not-relayed", "not-leasing-here", "relay-not-configured"]) {
                let address = try floor.phone.addressByUDHCPC()
                guard let reason else {
                    #expect(address?.hasPrefix("10.9.129.") == true)
                    continue
                }
                #expect(address == nil)
                let entry = try bellhop.wait(for: "ignored", mac: floor.phone.mac, ["kind": "dhcp-discover"])
                #expect(entry["reason"] == reason)
            }
        }
    }
}
