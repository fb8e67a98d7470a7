import DHCPMessages
import Foundation
import Packets
import Testing

//  bellhop          phone            ruled            laptop           leasers
//  10.9.0.1         10.9.0.10        10.9.0.11        10.9.0.20        10.9.0.31, .32
//  02:…:01          00:04:13:12:…    00:04:13:5c:…    52:54:…          00:04:13:99:…
//     └───────────────┴────────────────┴─ switch ───────┴────────────────┘
//                                           tcpdump
final class DHCPScene: Scene {
    let lab: Lab
    let bellhop: Bellhop
    let phone: Station
    let ruled: Station
    let laptop: Station
    let leasers: [Station]
    let capture: Capture

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        // Longer than what is read into memory, and of every byte.
        try lab.write(Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }), to: "tree/0004135c0001.xml")
        let server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        ruled = try lab.station("ruled", mac: "00:04:13:5c:00:01", address: "10.9.0.11/16")
        laptop = try lab.station("laptop", mac: "52:54:00:00:00:07", address: "10.9.0.20/16")
        leasers = try [
            lab.station("leaser1", mac: "00:04:13:99:00:01", address: "10.9.0.31/16"),
            lab.station("leaser2", mac: "00:04:13:99:00:02", address: "10.9.0.32/16"),
        ]
        capture = try lab.capture()
        bellhop = try Bellhop(
            on: server,
            """
            root: tree
            rules:
              - name: by address
                match: {mac: "00:04:13:5c"}
                url: "http://{server}/{mac}.xml"
              - name: too much
                match: {mac: "00:04:13:70"}
                options: {224: "\(String(repeating: "x", count: 400))"}
            """,
            "--http-port", "80")
    }

    func check() throws {
        let frames = try capture.frames(markedBy: phone)
        let ours = frames.filter { $0.sourceMAC == bellhop.station.mac }
        let replies = ours.compactMap(\.dhcp)
        let asked = frames.filter { $0.sourceMAC != bellhop.station.mac }.compactMap(\.dhcp)
        let informs = Set(asked.filter { $0.type == .inform }.map(\.transactionID))
        #expect(replies.allSatisfy { $0.type == .acknowledge && informs.contains($0.transactionID) && $0.yourAddress == .any })
        #expect(replies.allSatisfy { $0.options[.leaseTime] == nil })
        #expect(ours.allSatisfy { frame in !([laptop] + leasers).map(\.mac).contains { frame.destinationMAC == $0 } })
        #expect(ours.allSatisfy { $0.dhcp == nil || $0.destinationMAC?.isGroup == false })
    }
}

extension LabTests.Wire {
    @Suite(.scene(DHCPScene.self)) struct DHCPTests {
        private let lab: DHCPScene = scene()

        @Test func `an option that finds no room in what a phone accepts is told, and the others go`() throws {
            let mac = MACAddress(bits: 0x0004_1370_0001)
            #expect(try InformClient(lab.phone).provisioningURL(as: mac) == "http://10.9.0.1/")
            try lab.bellhop.wait(for: "answer.options-left-out", mac: mac, ["options": "224"])
        }

        @Test func `dhcpcd is told the catalogue's URL in option 66`() throws {
            let outcome = try lab.phone.informByDHCPCD()
            #expect(toldURL(outcome) == "http://10.9.0.1/", "\(outcome.text)")
            #expect(outcome.output.contains("new_dhcp_server_identifier='10.9.0.1'"))
            let entry = try lab.bellhop.wait(for: "dhcp.answered", mac: lab.phone.mac)
            #expect(entry["url"] == "http://10.9.0.1/")
        }

        @Test func `dhcpcd is told a rule's URL with its own address in it`() throws {
            let outcome = try lab.ruled.informByDHCPCD()
            #expect(toldURL(outcome) == "http://10.9.0.1/0004135c0001.xml", "\(outcome.text)")
            try lab.bellhop.wait(for: "dhcp.answered", mac: lab.ruled.mac, ["rule": "by address"])
        }

        @Test func `nmap's dhcp-discover is told both`() throws {
            for (station, url) in [(lab.phone, "http://10.9.0.1/"), (lab.ruled, "http://10.9.0.1/0004135c0001.xml")] {
                let outcome = try station.run(
                    "nmap", "-n", "-Pn", "-e", "lab0", "-sU", "-p", "67", "--script", "dhcp-discover", "--script-args",
                    "dhcptype=DHCPINFORM", "10.9.0.1")
                let lines = outcome.output.split(separator: "\n").map { $0.drop { "|_ ".contains($0) } }
                #expect(lines.contains("DHCP Message Type: DHCPACK"), "\(outcome.text)")
                #expect(lines.contains("TFTP Server Name: \(url)"), "\(outcome.text)")
            }
        }

        @Test func `udhcpc, which asks for an address, gets nothing and the log says why`() throws {
            let leaser = lab.leasers[0]
            let outcome = try leaser.run(
                "udhcpc", "-f", "-n", "-q", "-t", "2", "-T", "1", "-A", "1", "-s", "/bin/false", "-i", "lab0")
            #expect(outcome.status == 1)
            #expect(outcome.text.contains("no lease, failing"))
            try lab.bellhop.wait(for: "ignored", mac: leaser.mac, ["kind": "dhcp-discover", "reason": "wants-lease"])
        }

        @Test func `dhclient, which wants its old address back and then any, gets nothing and the log says why`() throws {
            let leaser = lab.leasers[1]
            let configuration = try lab.lab.write("timeout 3;\nreboot 2;\nretry 60;\n", to: "dhclient.conf")
            let leases = try lab.lab.write(
                """
                lease {
                  interface "lab0";
                  fixed-address 10.9.0.132;
                  option subnet-mask 255.255.0.0;
                  option dhcp-lease-time 600;
                  option dhcp-message-type 5;
                  option dhcp-server-identifier 10.9.0.1;
                  renew 2 2037/01/06 00:00:00;
                  rebind 2 2037/01/06 00:00:00;
                  expire 2 2037/01/06 00:00:00;
                }

                """, to: "dhclient.leases")
            let outcome = try leaser.run(
                "dhclient", "-d", "-1", "-4", "-cf", configuration, "-lf", leases, "-pf",
                lab.lab.folder.appending(path: "dhclient.pid").path,
                "-sf", "/bin/false", "lab0")
            #expect(outcome.status == 2)
            #expect(outcome.text.contains("DHCPREQUEST for 10.9.0.132"), "\(outcome.text)")
            #expect(outcome.text.contains("No DHCPOFFERS received"), "\(outcome.text)")
            for kind in ["dhcp-request", "dhcp-discover"] {
                try lab.bellhop.wait(for: "ignored", mac: leaser.mac, ["kind": kind, "reason": "wants-lease"])
            }
        }

        @Test func `a laptop's INFORM gets nothing and the log says that it is no phone`() throws {
            let outcome = try lab.laptop.informByDHCPCD(giveUpAfter: 3)
            #expect(toldURL(outcome) == nil)
            #expect(outcome.status != 0)
            #expect(outcome.text.contains("timed out"), "\(outcome.text)")
            try lab.bellhop.wait(for: "ignored", mac: lab.laptop.mac, ["kind": "dhcp-inform", "reason": "not-a-phone"])
        }

        // MARK: What the URL leads to

        private func curl(_ arguments: String...) throws -> Program.Outcome {
            let outcome = try lab.lab.run("curl", ["-sS", "--max-time", "20"] + arguments, in: lab.ruled.namespace)
            #expect(outcome.status == 0, "\(outcome.text)")
            return outcome
        }

        @Test func `the file that the told URL names comes byte for byte`() throws {
            let url = try #require(toldURL(try lab.ruled.informByDHCPCD()))
            _ = try curl("-o", "fetched", url)
            #expect(try lab.lab.read("fetched") == lab.lab.read("tree/0004135c0001.xml"))
            let entry = try lab.bellhop.wait(for: "file.served", mac: lab.ruled.mac, ["name": "0004135c0001.xml"])
            #expect(entry["bytes"] == "100000")
        }

        @Test func `a short file comes byte for byte, from the folder of the phone that asks`() throws {
            _ = try lab.phone.informByDHCPCD()
            let outcome = try lab.phone.run(
                "curl", "-sS", "--max-time", "20", "-o", "own", "http://10.9.0.1/snomD735-000413123456.htm")
            #expect(outcome.status == 0, "\(outcome.text)")
            #expect(try lab.lab.read("own") == lab.lab.read("tree/devices/000413123456/snomD735-000413123456.htm"))
        }

        @Test(arguments: [
            ("no file", "404", ["http://10.9.0.1/nothing.cfg"]),
            ("another's file", "404", ["http://10.9.0.1/devices/000413123456/snomD735-000413123456.htm"]),
            ("POST", "405", ["-X", "POST", "http://10.9.0.1/0004135c0001.xml"]),
            ("DELETE", "405", ["-X", "DELETE", "http://10.9.0.1/0004135c0001.xml"]),
            ("an upload", "405", ["-T", "upload", "http://10.9.0.1/0004135c0001.xml"]),
            ("steps upwards", "400", ["--path-as-is", "http://10.9.0.1/../bellhop.yaml"]),
            ("steps upwards, escaped", "400", ["--path-as-is", "http://10.9.0.1/%2e%2e/bellhop.yaml"]),
            ("steps upwards, slash escaped", "400", ["--path-as-is", "http://10.9.0.1/snom%2f..%2f..%2fbellhop.yaml"]),
        ])
        func `what is not served is refused`(row: (name: String, status: String, arguments: [String])) throws {
            try lab.lab.write("x", to: "upload")
            let outcome = try lab.lab.run(
                "curl",
                ["-sS", "--max-time", "20", "-o", "refusal", "-D", "refusal-headers", "-w", "%{http_code}"]
                    + row.arguments,
                in: lab.ruled.namespace)
            #expect(outcome.output == row.status, "\(row.name): \(outcome.text)")
            #expect(try !String(decoding: lab.lab.read("refusal"), as: UTF8.self).contains("by address"))
            let headers = try String(decoding: lab.lab.read("refusal-headers"), as: UTF8.self)
            if row.status == "405" { #expect(headers.contains("Allow: GET, HEAD, OPTIONS\r\n")) }
        }

        @Test func `T9 who writes another's hardware address into a SUBSCRIBE does not see that one's folder`() throws {
            let mac = try #require(MACAddress("00:04:13:5d:00:99"))
            try lab.lab.write("another's", to: "tree/devices/\(mac.plain)/plain.cfg")
            _ = try SIPPhone(lab.phone).provision(mac: mac, server: IPv4Address(10, 9, 0, 1))
            let outcome = try lab.phone.run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "http://10.9.0.1/plain.cfg")
            #expect(outcome.output == "404")
        }

        @Test func `HEAD says the length and sends nothing`() throws {
            let headers = try curl("-I", "-w", "%{size_download}", "http://10.9.0.1/0004135c0001.xml").output
            #expect(headers.hasPrefix("HTTP/1.1 200"))
            #expect(headers.contains("Content-Length: 100000\r\n"))
            #expect(headers.hasSuffix("\r\n\r\n0"))
        }

        @Test func `two files come over one connection`() throws {
            let url = "http://10.9.0.1/0004135c0001.xml"
            let outcome = try curl("-o", "first", "-o", "second", "-w", "%{http_code} %{num_connects}\n", url, url)
            #expect(outcome.output == "200 1\n200 0\n")
        }
    }
}
