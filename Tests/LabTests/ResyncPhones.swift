import DHCPMessages
import Foundation
import FrameLink
import Packets
import Testing

//  bellhop          phones: one station with an address a phone    other
//  10.9.0.1         10.9.1.1, 10.9.1.2, …                          10.9.0.11
//     └──── switch ────┴──────────────────────────────────────────────┘
//           tcpdump       sipp: a phone each
final class ResyncScene: Scene {
    let lab: Lab
    let server: Station
    let phones: Station
    let other: Station
    let capture: Capture
    let bellhop: Bellhop
    private let client: InformClient

    static let configuration = """
        root: tree
        state: state
        http: {port: 8080}
        dhcp: {relays: [10.9.0.11]}
        devices: devices.csv
        rules:
          - name: those that ask for a password
            match: {mac: "00:04:13:2b"}
            resync: {user: "101", password: "well: met"}
          - name: those that know a wrong one
            match: {mac: "00:04:13:2c"}
            resync: {user: "101", password: "fare well"}
          - name: somebody else's
            match: {mac: "00:04:13:2d"}
            answer: ignore
        """

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        try lab.write("mac,label,sip-user,sip-password\n000413200007,Reception,10 7,s3cret-of-7\n", to: "devices.csv")
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phones = try lab.station("phones", mac: "00:04:13:20:00:00", address: "10.9.0.10/16")
        other = try lab.station("other", mac: "00:04:13:12:34:57", address: "10.9.0.11/16")
        capture = try lab.capture()
        client = try InformClient(phones)
        bellhop = try Bellhop(on: server, ResyncScene.configuration)
    }

    /// A phone that bellhop has met, with an address of its own on the station of all phones.
    func phone(_ number: UInt8, group: UInt8 = 0x20) throws -> (mac: MACAddress, address: IPv4Address) {
        let mac = MACAddress(bits: 0x0004_1300_0000 + UInt64(group) << 16 + UInt64(number))
        let address = IPv4Address(10, 9, group, number)
        try phones.ip("addr", "replace", "\(address)/16", "dev", "lab0")
        _ = try client.provisioningURL(as: mac, from: address)
        return (mac, address)
    }

    /// The same phone has gone behind a router, at `other`, and asks from there.
    func moves(_ mac: MACAddress, behindRouterTo address: IPv4Address) throws {
        var inform = DHCPMessage(type: .inform, transactionID: 7, client: mac)
        (inform.clientAddress, inform.relayAddress, inform.hops) = (address, other.address, 1)
        inform.options[.parameterRequestList] = [66, 67]
        let frame = UDPFrame(
            from: other.mac, other.address, port: 67, to: server.mac, server.address, port: 67, payload: inform.encoded().bytes)
        try other.link().send(frame.encoded() ?? [])
        try bellhop.wait(for: "dhcp.answered", mac: mac, ["address": "\(address)"])
    }

    /// sipp in the part of a phone at that address.
    func sipp(_ scenario: String, _ words: [String: String], at address: IPv4Address, port: UInt16 = 5060) throws -> Program {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        var text = try String(contentsOf: folder.appending(path: "Scenarios/\(scenario).xml"), encoding: .utf8)
        for (word, value) in words { text = text.replacingOccurrences(of: word, with: value) }
        let path = try lab.write(text, to: "sipp-\(address).xml")
        let program = try phones.start(
            "sipp", "-sf", path, "-i", "\(address)", "-p", "\(port)", "-m", "1", "-nd", "-nostdin", "-timeout", "60s",
            "-timeout_error")
        // Its socket is open when the kernel says so.
        try eventually("sipp never listened on \(address):\(port)", showing: { program.text }) {
            try phones.run("ss", "-lunH", "src", "\(address):\(port)").output.contains("\(address):\(port)")
        }
        return program
    }

    func resync(_ arguments: String...) throws -> Program.Outcome {
        try lab.run(
            try Bellhop.binary(), ["resync", "--config", Bellhop.configurationPath(lab)] + arguments, in: server.namespace)
    }

    /// The NOTIFYs that were sent to an address until now.
    func notifies(to address: IPv4Address) throws -> [Heard] {
        try capture.frames(markedBy: other).filter { $0.sip?.isNotify == true && $0.udp?.destination == address }
    }

    /// curl on the daemon's own machine.
    func curl(_ arguments: String...) throws -> (status: Int, head: String, body: String) {
        let outcome = try lab.run("curl", ["-s", "-S", "-i", "--max-time", "20"] + arguments, in: server.namespace)
        let parts = outcome.output.components(separatedBy: "\r\n\r\n")
        // Of several answers, to a question for a password and then to the password, the last.
        let head = parts.last { $0.hasPrefix("HTTP/") } ?? ""
        return (Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0, head, parts.last ?? "")
    }

    var token: String {
        get throws {
            String(decoding: try lab.read("state/admin.token"), as: UTF8.self).split(separator: "\n").last.map(String.init) ?? ""
        }
    }
}
