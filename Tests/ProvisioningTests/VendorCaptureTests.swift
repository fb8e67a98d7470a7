import ConfigTree
import DHCPMessages
import Foundation
import FrameLink
import LinuxSystem
import Packets
import TestSupport
import Testing
import VendorCatalogue

@testable import Provisioning

/// `Captures/NAME.pcap`: a phone's request and our answer, which tshark has to read as it is meant. `GOLDEN_WRITE=1` writes them anew.
@Suite struct VendorCaptureTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// The file's name, and the family's id where it is none of the special ones.
        var name: String
        var family: String
        /// What it asks for, where that is not what the catalogue's phone asks for.
        var asked: [UInt8]?
        var lease = false
        var isRelayed = false
        var tags: [VLANTag] = []
        /// The options behind 53, 54 and 61, in order: octets, and text in quotes.
        var told: [(UInt8, String)]
        /// What tshark's own fields are to hold, beyond what follows from ``told``.
        var fields: [String: String] = [:]
        /// tshark takes TLV in 43 without option 60 for another maker's, whose 66 has one octet, and 159 for RFC 7618's.
        var expert = ""

        init(
            _ family: String, as name: String? = nil, asked: [UInt8]? = nil, lease: Bool = false, isRelayed: Bool = false,
            tags: [VLANTag] = [], _ told: [(UInt8, String)], _ fields: [String: String] = [:], expert: String = ""
        ) {
            self.name = name ?? family
            self.family = family
            self.asked = asked
            self.lease = lease
            self.isRelayed = isRelayed
            self.tags = tags
            self.told = told
            self.fields = fields
            self.expert = expert
        }

        var testDescription: String { name }
    }

    private static let root = "'http://192.168.50.1/'"
    private static let psn = "'http://192.168.50.1/spa$PSN.cfg'"
    private static let host = "'http://192.168.50.1'"

    /// From what the families' sources say of how each is told.
    static let rows: [Row] = [
        Row("alcatel-ot4135", [(66, root)], ["dhcp.option.tftp_server_name": "http://192.168.50.1/"]),
        Row(
            "ale-dbid", [(43, "42 14 \(root)"), (66, root)], ["dhcp.option.tftp_server_name": "http://192.168.50.1/"],
            expert: "length isn't 1"),
        Row("audiocodes-4xxhd", [(66, host), (160, host)], ["dhcp.option.captive_portal": "http://192.168.50.1"]),
        Row(
            "avaya-1200-sip", [(66, host), (60, "'Nortel-SIP-Phone-A' 00")],
            ["dhcp.option.vendor_class_id": "Nortel-SIP-Phone-A", "dhcp.option.tftp_server_name": "http://192.168.50.1"]),
        Row("fanvil", [(43, "'http://192.168.50.1/$mac.cfg'"), (66, "'http://192.168.50.1/$mac.cfg'")]),
        Row("gigaset-n510-n720", [(114, "'http://192.168.50.1/002104000012.xml'")]),
        Row("gigaset-n870-maxwell-p", [(114, "'http://192.168.50.1/7C2F80000012.xml'")]),
        Row("grandstream", [(66, root)]),
        Row("panasonic-hdv-tgp", [(66, "'http://192.168.50.1/{MODEL}.cfg'")]),
        Row("polycom-ucs", [(160, root), (66, root)]),
        Row("snom-dect", [(66, root)]),
        Row(
            "alcatel-iptouch", [(43, "43 13 \(host)")],
            ["dhcp.file": "sipconfig.txt"]),
        Row("ale-myriad", [(43, "42 14 \(root)")], expert: "length isn't 1"),
        Row("tiptel", [(43, root), (66, root)]),
        Row("poly-edge", [(160, root), (66, root)]),
        Row("mitel-68xx-69xx", [(43, "02 13 \(host)"), (66, host), (159, host), (160, host)], expert: "length must be 4"),
        Row("avaya-j100-sip", [(242, "'HTTPSRVR=192.168.50.1'")]),
        Row("avaya-96x1-46xx", [(242, "'HTTPSRVR=192.168.50.1'")]),
        Row(
            "avaya-96x1-46xx", as: "avaya-46xx", asked: [1, 28, 3, 6, 15, 42, 43, 176, 66],
            [(176, "'TFTPSRVR=192.168.50.1'"), (66, "'192.168.50.1'")]),
        Row("htek", [(66, root)]),
        Row("sangoma-s", [(66, root)]),
        Row("digium", [(66, root)]),
        Row("cisco-spa", [(66, psn), (160, psn), (159, psn)], expert: "length must be 4"),
        Row("linksys-sipura", [(66, "'192.168.50.1'"), (150, "c0a83201")]),
        Row("cisco-mpp", [(66, "'http://192.168.50.1/$MA.xml'"), (160, "'http://192.168.50.1/$MA.xml'")]),
        Row("cisco-enterprise", [(66, "'192.168.50.1'"), (150, "c0a83201")]),
        Row("patton-smartnode", [(66, "'http://192.168.50.1/$(system.mac).cfg'")]),
        Row("cyberdata", [(66, root)]),
        Row("zenitel", [(66, "'192.168.50.1'")]),
        Row("swissvoice", [(66, "'192.168.50.1'"), (67, "'swupdate_ip10.inf'")]),
        Row("vtech-vsp", [(66, root)]),
        Row("flyingvoice", [(66, root)]),
        Row("audiocodes-gateway", [(160, host)]),
        Row("2n", [(66, "'192.168.50.1'"), (150, "c0a83201")]),
        Row(
            "auerswald-comfortel",
            [(43, "42 14 \(host) 00 43 0c '<HWTYP>.bak' 00"), (66, host), (67, "'<HWTYP>.bak'")],
            expert: "length isn't 1"),
        Row(
            "snom-desk", asked: [1, 3, 6, 12, 15, 42, 43, 66, 67, 120], [(43, "42 15 \(root) 00"), (66, root)],
            expert: "length isn't 1"),
        Row("spectralink-ipdect", [(66, host)]),
        Row("yealink", [(66, root)]),
        Row(
            "snom-desk", as: "snom-desk-relayed", isRelayed: true, [(66, root), (82, "01 04 'eth1' 02 03 'sw1'")],
            [
                "dhcp.option.agent_information_option.agent_circuit_id": "65746831", "dhcp.ip.relay": "10.0.20.1",
                "ip.dst": "10.0.20.31",
            ]),
        Row(
            "snom-desk", as: "snom-desk-tagged", tags: [VLANTag(control: 0xa014)], [(66, root)],
            ["vlan.id": "20", "vlan.priority": "5"]),
        Row(
            "snom-desk", as: "snom-desk-lease", asked: [1, 3, 6, 15, 42, 28, 66], lease: true,
            [
                (51, "00000e10"), (58, "00000708"), (59, "00000c4e"), (61, ""), (1, "ffffff00"), (3, "c0a832fe"),
                (6, "c0a83201 09090909"),
                (15, "'phones.example'"), (42, "c0a83201"), (28, "c0a832ff"), (66, root),
            ],
            [
                "dhcp.option.dhcp": "2", "dhcp.ip.your": "192.168.50.100", "dhcp.ip.client": "0.0.0.0",
                "ip.dst": "192.168.50.100",
                "dhcp.option.ip_address_lease_time": "3600", "dhcp.option.subnet_mask": "255.255.255.0",
                "dhcp.option.router": "192.168.50.254",
                "dhcp.option.domain_name": "phones.example",
            ]),
        Row(
            "avaya-1200-sip", as: "avaya-1200-sip-header", asked: [1, 3, 6], [(60, "'Nortel-SIP-Phone-A' 00")],
            ["dhcp.server": "http://192.168.50.1"]),
    ]

    @Test func `every family that is played has its capture`() throws {
        let played = shipped.families.filter { $0.phone != nil }.map(\.id)
        #expect(Set(VendorCaptureTests.rows.map(\.family)) == Set(played))
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".pcap") }
        #expect(files.sorted() == VendorCaptureTests.rows.map { $0.name + ".pcap" }.sorted())
    }

    @Test(arguments: rows)
    func `tshark reads an answer as it is meant`(_ row: Row) throws {
        let (request, answer) = try exchange(row)
        let path = folder.appending(path: row.name + ".pcap").path
        if ProcessInfo.processInfo.environment["GOLDEN_WRITE"] != nil {
            let writer = try CaptureWriter(path: path)
            for (place, bytes) in [request, answer].enumerated() {
                writer.write(CapturedFrame(time: WallTime(seconds: 1_800_000_000 + Int64(place)), bytes: bytes))
            }
            try writer.flush()
        }
        let reader = try CaptureReader(path: path)
        #expect(try reader.nextFrame().map { hexText($0.bytes) } == hexText(request))
        #expect(try reader.nextFrame().map { hexText($0.bytes) } == hexText(answer))
        #expect(try reader.nextFrame() == nil)

        let mac = try UDPFrame(decoding: request[...]).payload.dropFirst(28).prefix(6)
        let identifier = "01" + hexText(mac)
        var told = try row.told.map { ($0.0, $0.0 == 61 ? identifier : try octetsInQuotes($0.1)) }
        if !row.lease { told.insert((61, identifier), at: 0) }
        told = [(53, row.lease ? "02" : "05"), (54, "c0a83201")] + told
        var expected = [
            "ip.checksum.status": "1", "udp.checksum.status": "1", "udp.srcport": "67", "udp.dstport": "68",
            "ip.src": "192.168.50.1",
            "dhcp.type": "2", "dhcp.option.dhcp": "5", "dhcp.option.dhcp_server_id": "192.168.50.1", "dhcp.ip.your": "0.0.0.0",
            "dhcp.ip.server": "192.168.50.1", "_ws.malformed": "", "_ws.expert.message": row.expert,
            "dhcp.option.value": told.map(\.1).joined(separator: "|"),
        ]
        for (code, field) in [(UInt8(66), "dhcp.option.tftp_server_name"), (67, "dhcp.option.bootfile_name")] {
            expected[field] = row.told.first { $0.0 == code }?.1.replacing("'", with: "") ?? ""
        }
        expected.merge(row.fields) { $1 }
        let read = try tshark(path, Array(expected.keys) + ["dhcp.option.type"])
        for (field, value) in expected { #expect(read[field] == value, "\(field)") }
        // Behind the last option it lists the octets that pad.
        let types = read["dhcp.option.type"]?.split(separator: "|").prefix { $0 != "0" && $0 != "255" }
        #expect(types?.map(String.init) == told.map { String($0.0) })
    }

    private let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Captures")

    /// The request of the family's phone as the catalogue has it, and what it is answered with.
    private func exchange(_ row: Row) throws -> (request: [UInt8], answer: [UInt8]) {
        let family = try #require(shipped.families.first { $0.id == row.family })
        let phone = try #require(family.phone)
        let mac = MACAddress(bits: phone.macPrefix.bits | 0x12)
        let facts = PhoneFacts(mac: mac, model: phone.model, version: phone.version)
        var heard = row.lease ? heard(.discover) : Heard.snomInform()
        heard.message.hardwareAddress = (mac.octets + [UInt8](repeating: 0, count: 10))[...]
        heard.sourceMAC = mac
        heard.tags = row.tags
        heard.message.options[.vendorClass] = phone.vendorClass.map { Array($0.filled(with: facts).utf8)[...] }
        heard.message.options[.parameterRequestList] = (row.asked ?? phone.parameterRequestList)[...]
        heard.message.options[.clientIdentifier] = ([1] + mac.octets)[...]
        if row.isRelayed {
            heard = heard.relayed(by: IPv4Address(10, 0, 20, 1), adding: [1, 4, 0x65, 0x74, 0x68, 0x31, 2, 3, 0x73, 0x77, 0x31])
            heard.message.clientAddress = IPv4Address(10, 0, 20, 31)
        }
        // Nothing in a DHCP request tells some families: they stand in devices.csv.
        var bench = try Bench(
            row.lease ? leasing : "dhcp: {relays: 10.0.20.1}", files: family.files.compactMap { $0.name.name(for: facts) },
            devices: "mac,vendor\n\(mac),\(row.family)\n")
        let answer = try bench.reply(heard)
        #expect(answer.encoded.leftOut.isEmpty)
        return (try #require(heard.frame.encoded()), try #require(answer.frame.encoded()))
    }

    /// The fields of the capture's second frame; several values of one have `|` between them.
    private func tshark(_ path: String, _ fields: [String]) throws -> [String: String] {
        let options = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields", "-E", "aggregator=|"]
        let output = try run(
            "/usr/bin/env", ["tshark", "-Q", "-r", path, "-Y", "frame.number == 2"] + options + fields.flatMap { ["-e", $0] })
        let values =
            output.split(separator: "\n").first?.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) ?? []
        #expect(values.count == fields.count)
        return Dictionary(zip(fields, values)) { $1 }
    }
}

/// Hexadecimal digits of text in which parts in quotes stand for their ASCII: `02 01 'x'`.
func octetsInQuotes(_ text: String) throws -> String {
    hexText(
        try text.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap { place, part in
            place % 2 == 1 ? Array(part.utf8) : try octets(String(part))
        })
}
