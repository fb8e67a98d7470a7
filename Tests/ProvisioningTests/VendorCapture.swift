import DHCPMessages
import Packets
import Testing
import VendorCatalogue

@testable import Provisioning

/// One exchange under `Captures`, by its file's name.
struct VendorCapture: Sendable, CustomTestStringConvertible {
    /// The file's name, and the family's id where it is none of the special ones.
    var name: String
    var family: String
    /// What it asks for, where that is not what the catalogue's phone asks for; of a family without one, what is told.
    var asked: [UInt8]?
    /// What the user's rule for it says beside `match`.
    var rule: String?
    var lease = false
    var isRelayed = false
    var tags: [VLANTag] = []
    /// The options behind 53, 54 and 61, in order: octets, and text in quotes.
    var told: [(UInt8, String)]
    /// What tshark's own fields are to hold, beyond what follows from ``told``.
    var fields: [String: String] = [:]
    /// tshark takes TLV in 43 without option 60 for another maker's, whose 66 has one octet, text there for TLV, and 159 for RFC 7618's.
    var expert = ""

    init(
        _ family: String, as name: String? = nil, asked: [UInt8]? = nil, rule: String? = nil, lease: Bool = false,
        isRelayed: Bool = false, tags: [VLANTag] = [], _ told: [(UInt8, String)], _ fields: [String: String] = [:],
        expert: String = ""
    ) {
        self.name = name ?? family
        self.family = family
        self.asked = asked
        self.rule = rule
        self.lease = lease
        self.isRelayed = isRelayed
        self.tags = tags
        self.told = told
        self.fields = fields
        self.expert = expert
    }

    var testDescription: String { name }

    /// The request of the family's phone, as the catalogue has it where it plays one, and what it is answered with.
    func exchange() throws -> (request: [UInt8], answer: [UInt8]) {
        let family = try #require(shipped.families.first { $0.id == self.family })
        let prefixes = family.recognition.prefixes + family.recognition.sharedPrefixes
        let mac = MACAddress(bits: ((family.phone?.macPrefix ?? prefixes.first)?.bits ?? 0x0200_0000_0000) | 0x12)
        let facts = PhoneFacts(mac: mac, model: family.phone?.model, version: family.phone?.version)
        let classes = family.samples.compactMap {
            if case .vendorClass(let text) = $0.subject { text } else { nil }
        }
        var heard = lease ? heard(.discover) : Heard.snomInform()
        heard.message.hardwareAddress = (mac.octets + [UInt8](repeating: 0, count: 10))[...]
        heard.sourceMAC = mac
        heard.tags = tags
        let vendorClass = family.phone == nil ? classes.first : family.phone?.vendorClass?.filled(with: facts)
        heard.message.options[.vendorClass] = vendorClass.map { Array($0.utf8)[...] }
        heard.message.options[.parameterRequestList] = (asked ?? family.phone?.parameterRequestList ?? told.map(\.0))[...]
        heard.message.options[.clientIdentifier] = ([1] + mac.octets)[...]
        if isRelayed {
            heard = heard.relayed(by: IPv4Address(10, 0, 20, 1), adding: [1, 4, 0x65, 0x74, 0x68, 0x31, 2, 3, 0x73, 0x77, 0x31])
            heard.message.clientAddress = IPv4Address(10, 0, 20, 31)
        }
        let rules = rule.map { "\nrules:\n  - match: {mac: \"\(mac)\"}\n    " + $0.replacing("\n", with: "\n    ") }
        // Nothing in a DHCP request tells some families: they stand in devices.csv.
        var bench = try Bench(
            (lease ? leasing : "dhcp: {relays: 10.0.20.1}") + (rules ?? ""),
            files: family.files.compactMap { $0.name.name(for: facts) } + ["x"], devices: "mac,vendor\n\(mac),\(family.id)\n")
        let answer = try bench.reply(heard)
        #expect(answer.leftOut.isEmpty)
        return (try #require(heard.frame.encoded()), try #require(answer.frame.encoded()))
    }
}
