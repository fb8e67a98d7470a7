import ConfigTree
import Packets

/// A family of devices that behave alike: how to recognise one, and what to tell it. One file of the catalogue each. It is large and never
/// changes, so whoever names a family shares it.
package final class Family: Sendable {
    /// `snom-desk`
    package let id: String
    /// The brand, `snom`: what rules, folders and `{vendor}` say.
    package let vendor: String
    package let models: String
    package let confidence: Confidence
    package let sources: [String]
    package let notes: String?
    package let recognition: Recognition
    package let answer: FamilyAnswer
    /// What it asks for beneath its URL, in order.
    package let files: [AskedFile]
    /// Seconds after which it comes for its files again, where that is the maker's default.
    package let polls: UInt32?
    /// Names of its own for files of the tree, consulted where the tree has no such name.
    package let aliases: [FileAlias]
    package let samples: [FamilySample]
    package let phone: PhoneModel?
    /// Read from the user's own folder rather than from what came with the program.
    package let isUsersOwn: Bool

    /// Reads one file of the catalogue. `nil` where it cannot be used at all; every mistake is noted.
    package init?(_ node: ConfigNode, isUsersOwn: Bool, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "a family", problems) else { return nil }
        let word = "lower-case letters, digits and -"
        let id = map.value("id", expected: word) { Family.isWord($0) ? $0 : nil }
        let vendor = map.value("vendor", expected: word) { Family.isWord($0) ? $0 : nil }
        models = map.text("models") ?? ""
        confidence = map.choice("confidence", Confidence.self) ?? .inferred
        sources = map.texts("sources")?.map(\.text) ?? []
        notes = map.text("notes")
        recognition = map.group("recognise") { Recognition($0, problems) } ?? Recognition()
        answer = map.group("answer") { FamilyAnswer($0, problems) } ?? FamilyAnswer()
        files = map.nodes("files")?.compactMap { AskedFile($0, problems) } ?? []
        polls = map.value("polls", expected: "a duration from 1m to 30d, such as 24h", durationSeconds)
        aliases = map.group("aliases") { FileAlias.read($0, problems) } ?? []
        samples = map.nodes("samples")?.compactMap { FamilySample($0, problems) } ?? []
        phone = map.group("phone") { PhoneModel($0, problems) }
        self.isUsersOwn = isUsersOwn
        map.finish()
        if id == nil, map.node("id") == nil { problems.add("a family needs an id, such as snom-desk", at: node.place) }
        if vendor == nil, map.node("vendor") == nil { problems.add("a family needs a vendor, such as snom", at: node.place) }
        guard let id, let vendor else { return nil }
        self.id = id
        self.vendor = vendor
    }

    private static func isWord(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
    }
}

/// How sure the catalogue is of a family.
package enum Confidence: String, CaseIterable, Sendable {
    /// The maker's manual says so.
    case manual
    /// A public document says so.
    case documented
    /// Public code does so.
    case code
    /// Nobody says so; it follows from something else.
    case inferred
}

/// The marks by which a family is told.
package struct Recognition: Sendable {
    /// Prefixes that recognise a phone alone.
    package var prefixes: [MACPrefix] = []
    /// Prefixes that other products have too: they support other evidence.
    package var sharedPrefixes: [MACPrefix] = []
    /// DHCP option 60.
    package var vendorClasses: [ShapePattern] = []
    /// User-Agent of SIP and HTTP alike.
    package var userAgents: [ShapePattern] = []
    /// The parameter `vendor` of a SIP Event header.
    package var eventVendors: [ShapePattern] = []
    /// The parameter `model` of a SIP Event header.
    package var eventModels: [ShapePattern] = []
    /// Whole lists of option 55, in order.
    package var fingerprints: [[UInt8]] = []
}

/// What a family is told where no rule says better.
package struct FamilyAnswer: Sendable {
    package var url: URLTemplate?
    /// Why bellhop has nothing to tell it, for a family that is led by something else than a URL; a rule may tell it all the same.
    package var nothing: String?
    /// What stands between names of files, where the last step of its URL may hold several.
    package var separator: Character?
    /// In place of the general `66: "{url}"`.
    package var options: OptionTemplates?
    /// The options that hold `{host}`, by their codes.
    package var hosts: [UInt8: HostOption] = [:]
    /// Texts in options end in a NUL, where they do not say themselves.
    package var endsTextInNUL = false
    /// The client's option 60 is given back: it takes no other answer for one that knows phones.
    package var echoesVendorClass = false
    package var notify = NotifyShape()
    /// `nil` where no source says that it heeds any such thing.
    package var resync: ResyncShape?
}

/// An option that says of a URL no more than its host: the phone asks there by a protocol of its own choice, beneath the root.
package struct HostOption: Hashable, Sendable {
    /// The protocol; `nil` where it follows the URL's.
    package var scheme: URLScheme?
    /// What is told where the port is not the protocol's usual one, with `{port}`; `nil` where the option cannot say it.
    package var withPort: OptionTemplate?
}

/// How a family wants its PnP answer.
package struct NotifyShape: Hashable, Sendable {
    package var body: TextTemplate?
    /// The phone asks for names beneath it: a body that does not end in `/` gets one.
    package var isFolder = false
    package var endsLine = false
    /// 200, or 202 where the family's own servers say that.
    package var status = 200
    package var contentType = "application/url"

    package init() {}
}

/// A file that a family asks for.
package struct AskedFile: Sendable {
    package let name: FileNameTemplate
    package let isOptional: Bool
    /// Another brand's scheme, which this family took over: the name is no sign of it.
    package let isBorrowed: Bool
    package let purpose: String?

    /// Whether the name speaks for the family when it is asked for.
    package var isSign: Bool { !isBorrowed && name.isDistinctive }
}

/// A real string of a real device, and what it must be read as.
package struct FamilySample: Sendable {
    package enum Subject: Hashable, Sendable {
        case vendorClass(String)
        case userAgent(String)
        case mac(MACAddress)
        case parameterRequestList([UInt8])
        case event(String)
        case file(String)
    }

    package let subject: Subject
    package let model: String?
    package let version: String?
    package let line: Int
}
