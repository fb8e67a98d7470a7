import ConfigTree
import DHCPMessages
import Packets

// 66: "{url}"                                     as the option's definition has it: text, addresses, numbers, names, …
// 6: [192.0.2.1, 192.0.2.2]
// 67: {text: boot.cfg, nul: true}                 or in a form of one's own choice
// 43: {tlv: {2: "{url}", 3: {flag: false}}}       code, length, value; values as here
// 125: {enterprise: 1027, tlv: {1: x}}            RFC 3925
// 224: [{u8: 1}, {text: x}]                       one behind the other

extension OptionTemplates {
    /// Reads pairs of an option's number, or its name in the registry, and a value. What a server answers by itself cannot be set.
    package init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "options", problems) else { return nil }
        for entry in map.allEntries() {
            guard let code = OptionTemplates.code(entry.key) else {
                let hint = nearest(to: entry.key, in: DHCPOptionCode.names).map { "; did you mean \"\($0)\"?" }
                problems.add(
                    "\"\(entry.key)\" is no DHCP option\(hint ?? "; write its number, 1 to 254, or its name")", at: entry.keyPlace
                )
                continue
            }
            if let reason = OptionTemplates.reserved[code.rawValue] {
                problems.add("option \(code) cannot be set: \(reason)", at: entry.keyPlace)
                continue
            }
            if self[code.rawValue] != nil {
                problems.add("option \(code) is set twice", at: entry.keyPlace)
                continue
            }
            if let value = OptionTemplate(entry.value, as: code.form ?? .text, of: "option \(code) (\(code.name))", problems) {
                self = OptionTemplates(all + [.init(code: code.rawValue, value: value)])
            }
        }
    }

    private static func code(_ key: String) -> DHCPOptionCode? {
        guard let number = wholeNumber(key).flatMap(UInt8.init(exactly:)) else { return DHCPOptionCode(named: key) }
        return (1...254).contains(number) ? DHCPOptionCode(number) : nil
    }

    private static let reserved: [UInt8: String] = [
        50: "only clients send it", 51: "the lease decides it", 52: "it describes the message itself",
        53: "it is the message's type", 54: "it is the server's own address", 55: "only clients send it",
        57: "only clients send it",
        61: "the client's own is given back (RFC 6842)",
        81: "it answers the client's own (RFC 4702)", 82: "the relay agent's own is given back (RFC 3046)",
        90: "it authenticates the message (RFC 3118)",
    ]
}

extension OptionTemplate {
    /// - Parameters:
    ///   - form: what a bare value is read as: by the option's definition, else text.
    ///   - what: names the value in messages.
    init?(_ node: ConfigNode, as form: DHCPOptionForm, of what: String, _ problems: ConfigProblems) {
        switch node.content {
        case .list(let items) where items.contains(where: { if case .map = $0.content { true } else { false } }):
            let parts = items.compactMap { OptionTemplate($0, as: form, of: what, problems) }
            guard parts.count == items.count else { return nil }
            self = .parts(parts)
        case .map:
            self.init(inFormOf: node, problems)
        case .scalar, .list, .empty:
            self.init(bare: node, form, of: what, problems)
        }
    }

    private init?(inFormOf node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "an option's value", problems) else { return nil }
        defer { map.finish() }
        let given = DHCPOptionForm.allCases.compactMap { form in map.node(form.rawValue).map { (form, $0) } }
        let nul = map.boolean("nul")
        let enterprise = map.value("enterprise", expected: "an enterprise number of IANA's") {
            wholeNumber($0).flatMap(UInt32.init(exactly:))
        }
        guard let (form, inner) = given.first, given.count == 1 else {
            let words = given.isEmpty ? DHCPOptionForm.allCases.map(\.rawValue) : given.map(\.0.rawValue)
            problems.add(
                "an option's value must hold one of \(orList(words))\(given.isEmpty ? "" : ", not several")", at: node.place)
            return nil
        }
        guard let value = OptionTemplate(bare: inner, form, of: form.rawValue, problems) else { return nil }
        switch value {
        case .text(let text, _): self = .text(text, nul: nul)
        default:
            if nul != nil { problems.add("nul goes with text alone", at: node.place) }
            self = value
        }
        if let enterprise { self = .enterprise(enterprise, self) }
    }

    /// A value of this form.
    private init?(bare node: ConfigNode, _ form: DHCPOptionForm, of what: String, _ problems: ConfigProblems) {
        if form == .tlv {
            guard let elements = OptionTemplate.elements(node, problems) else { return nil }
            self = .tlv(elements)
            return
        }
        let reader = BareValue(node: node, what: what, problems: problems)
        let value: OptionTemplate? =
            switch form {
            case .text:
                reader.one(expected: "text") { $0 }.flatMap { TextTemplate($0, at: node.place, problems) }.map {
                    .text($0, nul: nil)
                }
            case .hex: reader.one(expected: "pairs of hexadecimal digits") { bytes(fromHexText: $0) }.map { .octets($0) }
            case .flag: reader.one(expected: "true or false") { ["true": 1, "false": 0][$0] }.map { .numbers([$0], octets: 1) }
            case .strings: reader.all(expected: "texts of 1 to 255 octets", OptionTemplate.string).map { .strings($0) }
            case .addresses: reader.all(expected: OptionTemplate.anAddress, OptionTemplate.address).map { .addresses($0) }
            case .names: reader.all(expected: OptionTemplate.aName, OptionTemplate.name).map { .names($0) }
            case .routes:
                reader.all(expected: "PREFIX via ROUTER, such as 10.0.0.0/8 via 192.0.2.1", Route.init).map { .routes($0) }
            case .sip: OptionTemplate.sip(reader)
            default:
                form.number.flatMap { number in
                    reader.all(expected: "a whole number from \(number.range.lowerBound) to \(number.range.upperBound)") { text in
                        Int(text).flatMap { number.range.contains($0) ? $0 : nil }
                    }.map { .numbers($0, octets: number.octets) }
                }
            }
        guard let value else { return nil }
        self = value
    }

    private static func elements(_ node: ConfigNode, _ problems: ConfigProblems) -> [Element]? {
        guard var map = MapReader(node, as: "tlv", problems) else { return nil }
        return map.allEntries().compactMap { entry in
            guard let code = wholeNumber(entry.key).flatMap(UInt8.init(exactly:)), (1...254).contains(code) else {
                problems.add("\"\(entry.key)\" is no code; write a number from 1 to 254", at: entry.keyPlace)
                return nil
            }
            return OptionTemplate(entry.value, as: .text, of: "sub-option \(code)", problems).map {
                Element(code: code, value: $0)
            }
        }
    }

    private static func sip(_ reader: BareValue) -> OptionTemplate? {
        let expected = "all addresses or all names"
        guard let texts = reader.all(expected: expected, { $0 }), let first = texts.first else { return nil }
        if address(first) != nil { return reader.all(expected: "\(expected); \(anAddress)", address).map { .sipAddresses($0) } }
        return reader.all(expected: "\(expected); \(aName)", name).map { .sipNames($0) }
    }

    private static let anAddress = "an IPv4 address, {server} or {host}"
    private static let aName = "a domain name"

    fileprivate static func address(_ text: String) -> TextTemplate? {
        ["{server}", "{host}"].contains(text) || IPv4Address(text) != nil ? try? TextTemplate(text) : nil
    }

    /// A variable may stand for a part of a name.
    private static func name(_ text: String) -> TextTemplate? {
        guard let template = try? TextTemplate(text), let sample = try? template.expanded({ _ in "x" }),
            IPv4Address(text) == nil, DomainNames.encode([sample]) != nil
        else { return nil }
        return template
    }

    private static func string(_ text: String) -> TextTemplate? {
        (1...255).contains(text.utf8.count) ? try? TextTemplate(text) : nil
    }
}

extension OptionTemplate.Route {
    /// `10.0.0.0/8 via 192.0.2.1`, `default via {server}`
    fileprivate init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 3, words[1] == "via", let router = OptionTemplate.address(String(words[2])),
            let destination = IPv4Prefix(words[0] == "default" ? "0.0.0.0/0" : words[0]),
            destination.address.bits & ~destination.mask == 0
        else { return nil }
        self.init(destination: destination, router: router)
    }
}

/// A single value or a list of such, without the name of a form.
private struct BareValue {
    let node: ConfigNode
    let what: String
    let problems: ConfigProblems

    func one<Value>(expected: String, _ parse: (String) -> Value?) -> Value? {
        guard case .scalar(let text) = node.content else {
            problems.add("\(what) is \(node.kind); it must be \(expected)", at: node.place)
            return nil
        }
        let value = parse(text)
        if value == nil { problems.add("\(what) is \"\(text)\"; it must be \(expected)", at: node.place) }
        return value
    }

    /// `nil` for an empty list too: an option without a value is `{hex: ""}`.
    func all<Value>(expected: String, _ parse: (String) -> Value?) -> [Value]? {
        let items = node.items
        let values = items.compactMap { BareValue(node: $0, what: what, problems: problems).one(expected: expected, parse) }
        if items.isEmpty { problems.add("\(what) is an empty list; it must be \(expected)", at: node.place) }
        return values.isEmpty || values.count < items.count ? nil : values
    }
}
