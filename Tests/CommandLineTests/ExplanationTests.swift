import ConfigFiles
import ConfigTree
import DHCPMessages
import JSONText
import Packets
import Provisioning
import TestSupport
import Testing
import VendorCatalogue

@testable import CommandLine

/// What `explain` prints of a DHCP answer.
@Suite struct ExplanationTests {
    private static let own = IPv4Address(192, 168, 50, 1)
    private static let network = [IPv4Prefix(own, length: 24)].compactMap { $0 }

    private func question(_ yaml: String, leasing: Bool = false) throws -> Question {
        let problems = ConfigProblems()
        let catalogue = CatalogueFolder.load(program: conf.appending(path: "vendors").path, usersOwn: nil, problems)
        let settings = Settings(try YAMLDocument.parse(Array(yaml.utf8), file: "x.yaml"), vendors: catalogue.names, problems)
        #expect(problems.inOrder.map(\.description) == [])
        let link = Link(interface: "eth1", mac: nil, address: ExplanationTests.own)
        var leasingLink = link
        leasingLink.networks = ExplanationTests.network
        let policy = Policy(settings: settings, catalogue: catalogue, tree: TreeSnapshot(files: ["snomD735.htm"]))
        return Question(policy: policy, link: link, leasing: leasing ? leasingLink : nil)
    }

    private func explanation(_ yaml: String, leasing: Bool = false, _ arguments: String...) throws -> Explanation {
        let all = ["--mac", "00:04:13:12:34:56", "--vendor-class", "snomD735"] + arguments
        return try question(yaml, leasing: leasing).ask(byMAC: Arguments(all, ExplainCommand.grammar))
    }

    /// The lines from `DHCP` to `PnP`.
    private func dhcp(_ explanation: Explanation) -> String {
        let lines = explanation.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let from = lines.firstIndex { $0.hasPrefix("DHCP") } ?? lines.endIndex
        let to = lines.firstIndex { $0.hasPrefix("PnP") } ?? lines.endIndex
        return lines[from..<to].joined(separator: "\n")
    }

    @Test func `every option is shown with number, name, length, value and octets, and what is within it`() throws {
        let yaml = """
            rules:
              - match: {vendor: snom}
                options: {150: "{server}", 121: default via 192.168.50.254, 125: {enterprise: 1027, tlv: {1: x}}}
            """
        let expected = """
            DHCP    ACK of 320 bytes to 192.0.2.100 answers its INFORM
              ciaddr 192.0.2.100  siaddr 192.168.50.1  flags none
              53          message-type                         1  ACK                                      05
              54          server-identifier                    4  192.168.50.1                             c0a83201
              66          tftp-server-name                    20  http://192.168.50.1/                     687474703a2f2f3139322e3136382e35302e312f
              43          vendor-encapsulated-options         23  66=http://192.168.50.1/\\x00              4215687474703a2f2f3139322e3136382e35302e312f00
              43.66                                           21  http://192.168.50.1/\\x00                 687474703a2f2f3139322e3136382e35302e312f00
              150         tftp-server-addresses                4  192.168.50.1                             c0a83201
              121         classless-static-route               5  0.0.0.0/0 via 192.168.50.254             00c0a832fe
              125         vendor-identifying-vendor-options    8  1027.1=x                                 0000040303010178
              125.1027.1                                       1  x                                        78
            """
        #expect(try dhcp(explanation(yaml)) == expected)
    }

    @Test func `what cannot say the URL is named, and why`() throws {
        let explanation = try explanation(
            "rules: [{match: {vendor: snom}, url: \"http://x.example/\", options: {150: \"{host}\"}}]")
        let sentence = "option 150 is not told: it holds addresses, and x.example is none"
        #expect(dhcp(explanation).hasSuffix("\n  \(sentence); a rule's options can set it"))
        #expect(explanation.json.text.contains("\"not-told\":[\"\(sentence)\"]"))
    }

    @Test func `as JSON the same, with the whole message`() throws {
        let explanation = try explanation("rules: [{match: {vendor: snom}, options: {125: {enterprise: 1027, tlv: {1: x}}}}]")
        guard case .dhcp(let answer)? = explanation.dhcp?.answer else {
            Issue.record("there is no answer")
            return
        }
        let json = explanation.json.text
        #expect(json.contains("\"question\":\"INFORM\",\"type\":\"ACK\",\"to\":\"192.0.2.100:68\""))
        #expect(json.contains("\"fields\":{\"ciaddr\":\"192.0.2.100\",\"siaddr\":\"192.168.50.1\",\"flags\":\"none\"}"))
        #expect(
            json.contains(
                "{\"code\":54,\"name\":\"server-identifier\",\"length\":4,\"text\":\"192.168.50.1\",\"hex\":\"c0a83201\"}"))
        #expect(
            json.contains(
                "\"options\":[{\"code\":66,\"length\":21,\"text\":\"http://192.168.50.1/\\\\x00\",\"hex\":\"687474703a2f2f3139322e3136382e35302e312f00\"}]"
            ))
        #expect(json.contains("\"options\":[{\"enterprise\":1027,\"code\":1,\"length\":1,\"text\":\"x\",\"hex\":\"78\"}]"))
        #expect(json.contains("\"left-out\":[],\"message\":\"\(hexText(answer.payload))\""))
        #expect(json.contains("\"offer\":null"))
    }

    @Test func `a relay's option 82 is shown by its parts, header fields by their names, and what found no room`() throws {
        let policy = try question(
            """
            dhcp: {relays: 10.0.20.1}
            rules: [{match: {vendor: snom}, options: {66: tftp.example, 67: boot.cfg, 224: "\(String(repeating: "x", count: 400))"}}]
            """
        ).policy
        let phone = MACAddress(bits: 0x0004_1312_3456)
        var inform = DHCPMessage(type: .inform, transactionID: 1, client: phone)
        inform.relayAddress = IPv4Address(10, 0, 20, 1)
        inform.options[.parameterRequestList] = [1, 3, 43]
        inform.options[.relayAgentInformation] = [1, 4, 0x65, 0x74, 0x68, 0x31, 5, 4, 10, 0, 30, 0]
        let frame = UDPFrame(
            from: MACAddress(bits: 0x0200_0000_0077), IPv4Address(10, 0, 20, 1), port: 67, to: .broadcast, ExplanationTests.own,
            port: 67,
            payload: inform.encoded().bytes)
        let folder = try TemporaryFolder()
        try folder.write(hexText(frame.encoded() ?? []), to: "frame.hex")
        let link = Link(interface: "eth1", mac: nil, address: ExplanationTests.own)
        let lines = try dhcp(Question(policy: policy, link: link).ask(byFrame: folder.path + "/frame.hex")).split(separator: "\n")
        #expect(lines[0] == "DHCP    ACK of 313 bytes to 10.0.20.1 answers its INFORM")
        #expect(lines[1] == "  siaddr 192.168.50.1  giaddr 10.0.20.1  flags broadcast  sname tftp.example  file boot.cfg")
        #expect(
            lines.contains(
                "  82.1          circuit-id                         4  eth1                                     65746831"))
        #expect(
            lines.contains(
                "  82.5          link-selection                     4  10.0.30.0                                0a001e00"))
        #expect(lines.last == "  left out, since there is no room for it: 224")
    }

    @Test func `where addresses are given the OFFER is shown too`() throws {
        let yaml = "dhcp: {answer: lease, lease: {range: 192.168.50.100-192.168.50.199, gateway: 192.168.50.254}}"
        let lines = try dhcp(explanation(yaml, leasing: true)).split(separator: "\n")
        #expect(lines.contains("DHCP    ACK of 315 bytes to 192.168.50.100 answers its INFORM"))
        #expect(lines.contains("DHCP    OFFER of 333 bytes to 192.168.50.100 answers its DISCOVER"))
        #expect(lines.contains("  yiaddr 192.168.50.100  siaddr 192.168.50.1  flags none"))
        #expect(lines.contains { $0.hasPrefix("  51          lease-time                           4  3600 s") })
        #expect(lines.filter { $0.hasPrefix("  3           router                               4  192.168.50.254") }.count == 2)
    }

    @Test func `silence says to what`() throws {
        #expect(
            try dhcp(explanation("dhcp: {answer: observe}")).hasPrefix("DHCP    silence to its INFORM: bellhop only observes"))
    }
}
