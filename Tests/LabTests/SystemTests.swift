import Foundation
import Packets
import TestSupport
import Testing

/// One boot of one system by one protocol: the example of `conf/examples`, changed in as little as the protocol takes.
struct SystemBoot: Sendable, CustomTestStringConvertible {
    let system: String
    let scheme: String
    let mac: MACAddress
    /// What is taken out of the tree in the end; that and nothing else is what `why` then misses.
    let without: String
    /// Flags for phonesim besides family and interface.
    var flags: [String] = []
    /// It has no address but what it leases.
    var leases: Bool { flags.contains("--lease") }
    /// What stands in place of the MAC address in the names that it asks for.
    var uuid: String?
    /// For a second way with one protocol.
    var way = ""
    /// In the configuration and in every file of the tree.
    var replacing: [(String, String)] = []

    var testDescription: String { "\(system) by \(scheme) \(way)" }
    var golden: URL { folder.appending(path: "\(system)-\(scheme)\(way.isEmpty ? "" : "-\(way)").txt") }
    private var folder: URL { URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Systems") }

    /// A system's protocols, each as its manual lists them.
    static func rows(
        _ system: String, _ mac: UInt64, by schemes: [String], without: String, _ flags: [String] = [],
        _ replacing: (String) -> [(String, String)] = { _ in [] }
    ) -> [SystemBoot] {
        schemes.map { scheme in
            SystemBoot(
                system: system, scheme: scheme, mac: MACAddress(bits: mac), without: without, flags: flags,
                replacing: replacing(scheme))
        }
    }

    static let all =
        // The page names no protocol.
        rows("alcatel-ot4135", 0x0200_0041_3501, by: ["http"], without: "alcatel-lucent/ot4135.xml")
        + rows("avaya-1200-sip", 0x0017_6512_3456, by: ["http", "https", "tftp", "ftp"], without: "avaya/DeviceConfig.cfg") {
            [("PROTOCOL HTTP", "PROTOCOL \($0.uppercased())")]
        }
        + [
            SystemBoot(
                system: "avaya-1200-sip", scheme: "tftp", mac: MACAddress(bits: 0x0017_6512_3456), without: "avaya/1230SIP.cfg",
                way: "bare-address",
                replacing: [
                    ("PROTOCOL HTTP\n", ""),
                    ("url: \"http://{server}\"", "url: \"tftp://{server}\"\n    options: {66: \"{server}\"}"),
                ])
        ]
        + rows("ale-dbid", 0x3c28_a612_3456, by: ["http", "https", "tftp", "ftp"], without: "ale/config.xml") {
            // No file that takes a password is given by TFTP.
            $0 == "tftp" ? [("    auth: {user: \"{serial}\", password: \"{serial}\"}\n", "")] : []
        }
        + [
            SystemBoot(
                system: "ale-dbid", scheme: "http", mac: MACAddress(bits: 0x3c28_a612_3456), without: "ale/phone.xml.tmpl",
                flags: ["--discover", "inform"], way: "dhcp",
                replacing: [("url: \"http://{server}/\"", "url: \"http://{server}/$(MA)\"")])
        ]
        + rows(
            "spectralink-ipdect", 0x0013_d112_3456, by: ["http", "https", "tftp", "ftp"],
            without: "devices/0013d1123456/0013d1123456-handset_config_group_101.xml"
        ) { _ in
            [
                ("<!-- Firmware: kws.bin and kws.bin.ver have to lie beside each other.", ""),
                ("</firmware>\n    -->", "</firmware>"),
            ]
        }
        + [
            SystemBoot(
                system: "spectralink-ipdect", scheme: "http", mac: MACAddress(bits: 0x0013_d112_3456),
                without: "devices/0013d1123456/0013d1123456-users.xml", flags: ["--model", "Virtual One"],
                uuid: "89fed27f-7c47-43f5-8347-cb854cedc538", way: "uuid",
                replacing: [("root: tree\n", "root: tree\ndevices: devices.csv\n")])
        ]
        // Its page names no protocol; other public documents name these three (docs/systems/snom-desk.md).
        + rows("snom-desk", 0x0004_1312_3456, by: ["http", "https", "tftp"], without: "snom/snomD735.htm")
        + [
            ("ale-dbid", 0x3c28_a612_3456, "ale/config.xml"), ("avaya-1200-sip", 0x0017_6512_3456, "avaya/DeviceConfig.cfg"),
            ("spectralink-ipdect", 0x0013_d112_3456, "devices/0013d1123456/0013d1123456-users.xml"),
            ("snom-desk", 0x0004_1312_3456, "snom/snomD735.htm"),
        ].map { (system: String, mac: UInt64, without: String) in
            SystemBoot(
                system: system, scheme: "http", mac: MACAddress(bits: mac), without: without, flags: ["--lease"], way: "lease")
        }

    /// The system's own bellhop.yaml with this row's protocol.
    func configuration() throws -> String {
        var text = try String(contentsOf: repository.appending(path: "conf/examples/\(system)/bellhop.yaml"), encoding: .utf8)
        for (old, new) in replacing { text = text.replacing(old, with: new) }
        let url = "url: \"\(scheme)://{server}"
        text = text.replacing("url: \"http://{server}", with: url)
        if scheme == "https" { text += "https: {port: 443, certificate: server.pem, key: server.key}\n" }
        if leases { text += "dhcp: {answer: lease, lease: {range: 10.9.0.100-10.9.0.110, time: 10m, gateway: 10.9.0.1}}\n" }
        return text.contains("\nrules:") ? text : text + "rules: [{match: {mac: \"\(mac)\"}, \(url)/\"}]\n"
    }
}

//  bellhop             the phone
//  10.9.0.1            10.9.0.2, with its own MAC address
//     └───── switch ───────┘
final class SystemScene {
    let lab: Lab
    let phone: Station
    let bellhop: Bellhop
    let row: SystemBoot

    init(_ row: SystemBoot) throws {
        self.row = row
        lab = try Lab()
        try copyExampleTree(to: lab, row.system)
        for file in try FileManager.default.subpathsOfDirectory(atPath: lab.folder.appending(path: "tree").path) {
            guard let text = try? String(contentsOf: lab.folder.appending(path: "tree/\(file)"), encoding: .utf8) else {
                continue
            }
            let changed = row.replacing.reduce(text) { $0.replacing($1.0, with: $1.1) }
            if changed != text { try lab.write(changed, to: "tree/\(file)") }
        }
        if row.scheme == "https" {
            try SystemScene.makeCertificate("server", in: lab)
        }
        if let uuid = row.uuid { try lab.write("mac,uuid\n\(row.mac),\(uuid)\n", to: "devices.csv") }
        let server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/24")
        phone = try lab.station("phone", mac: "\(row.mac)", address: "10.9.0.2/24")
        bellhop = try Bellhop(on: server, row.configuration())
        guard row.leases else { return }
        try phone.forgetAddresses()
        try bellhop.wait(for: "leasing.begun")
    }

    deinit { lab.remove() }

    /// One that signed itself, for the address that bellhop has, as `name.pem` and `name.key`.
    static func makeCertificate(_ name: String, in lab: Lab) throws {
        let words = "req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=bellhop -addext subjectAltName=IP:10.9.0.1"
        let files = "-keyout \(name).key -out \(name).pem"
        _ = try lab.run("openssl", "\(words) \(files)".split(separator: " ").map(String.init))
    }

    var phonesim: [String] {
        ["--interface", "lab0", "--family", row.system] + row.flags + (row.uuid.map { ["--uuid", $0] } ?? [])
    }

    /// Boots, and says each step: without its moment, and without how long a file is.
    func boot() throws -> [String] {
        let outcome = try phone.run(Bellhop.binary("phonesim"), phonesim)
        guard outcome.errors.isEmpty else { throw LabFailure(outcome.text) }
        return SystemScene.steps(outcome.output)
    }

    static func steps(_ output: String) -> [String] {
        output.split(separator: "\n").map { line in
            String(line).replacing(#/^\+[0-9.]+ s  /#, with: "").replacing(#/, [0-9]+ bytes\)/#, with: ")")
                .replacing(#/; it is day .*/#, with: "")
        }
    }

    func why() throws -> Program.Outcome {
        try Bellhop.run(
            lab, "why", row.mac.colons, "--config", Bellhop.configurationPath(lab), "--state",
            lab.folder.appending(path: "state").path, in: bellhop.station)
    }
}

extension LabTests.Files {
    @Suite struct `The five systems boot` {
        @Test(arguments: SystemBoot.all)
        func `step by step, and why says that it is done, or which file is missing`(row: SystemBoot) throws {
            let lab = try SystemScene(row)
            let steps = try lab.boot()
            if ProcessInfo.processInfo.environment["BELLHOP_WRITE_GOLDEN"] != nil {
                try Data((steps.joined(separator: "\n") + "\n").utf8).write(to: row.golden)
            }
            let golden = try String(contentsOf: row.golden, encoding: .utf8).split(separator: "\n").map(String.init)
            #expect(steps == golden)
            var why: Program.Outcome?
            try eventually("why never said done", showing: { why?.text ?? "" }) {
                why = try lab.why()
                return why?.status == 0
            }

            try FileManager.default.removeItem(at: lab.lab.folder.appending(path: "tree/\(row.without)"))
            let name = row.without.split(separator: "/").last.map { $0.replacing(".tmpl", with: "") } ?? ""
            // A template is asked for by the phone's own name.
            let missed =
                name == "phone.xml"
                ? row.mac.plain.uppercased() : String(name).replacing(row.mac.plain, with: row.uuid ?? row.mac.plain)
            try eventually("why never missed \(missed)", showing: { why?.text ?? "" }) {
                _ = try lab.boot()
                // What happened is stored a moment later.
                return try (0..<20).contains { _ in
                    why = try lab.why()
                    // Where it was the last of its files, the phone is not even told to come.
                    let text = why?.output ?? ""
                    return text.contains("sked for \(missed) and got") || (why?.status == 1 && text.contains(missed))
                }
            }
        }
    }
}
