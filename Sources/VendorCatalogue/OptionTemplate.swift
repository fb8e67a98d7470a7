import ConfigTree
import Packets

/// The value of a DHCP option as a rule or the catalogue writes it.
///
/// ```yaml
/// 66: "{url}"                        # text
/// 67: {text: "boot.cfg", nul: true}  # text with a NUL inside its length
/// 132: {u16: 20}                     # u8, u16, u32: numbers, big-endian
/// 150: {addresses: ["{server}"]}     # IPv4 addresses
/// 43: {tlv: {2: "{url}"}}            # code, length, value; values as above
/// 125: {enterprise: 3561, tlv: {1: "x"}}   # RFC 3925
/// 161: {hex: "0a 0b"}
/// ```
package indirect enum OptionTemplate: Hashable, Sendable {
    case text(TextTemplate, nul: Bool)
    case number(UInt32, octets: Int)
    case addresses([TextTemplate])
    case octets([UInt8])
    case tlv([Element])
    case enterprise(UInt32, [Element])

    package struct Element: Hashable, Sendable {
        package let code: UInt8
        package let value: OptionTemplate

        package init(code: UInt8, value: OptionTemplate) {
            self.code = code
            self.value = value
        }
    }
}

/// Options in the order in which they were written, each code once.
package struct OptionTemplates: Hashable, Sendable {
    package private(set) var all: [OptionTemplate.Element] = []

    package init() {}

    package init(_ elements: [OptionTemplate.Element]) {
        all = elements
    }

    package subscript(code: UInt8) -> OptionTemplate? {
        for element in all where element.code == code { return element.value }
        return nil
    }

    /// These, with those of `over` in place of or after them.
    package func overlaid(with over: OptionTemplates) -> OptionTemplates {
        var result = all.map { element in over[element.code].map { .init(code: element.code, value: $0) } ?? element }
        result += over.all.filter { self[$0.code] == nil }
        return OptionTemplates(result)
    }
}

// MARK: Reading

extension OptionTemplates {
    /// Reads `CODE: value` pairs. Codes that a server answers by itself cannot be set.
    package init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "options", problems) else { return nil }
        for entry in map.allEntries() {
            guard let code = wholeNumber(entry.key).flatMap(UInt8.init(exactly:)), (1...254).contains(code) else {
                problems.add("\"\(entry.key)\" is no DHCP option; write its number, 1 to 254", at: entry.keyPlace)
                continue
            }
            if let reason = OptionTemplates.reserved[code] {
                problems.add("option \(code) cannot be set: \(reason)", at: entry.keyPlace)
                continue
            }
            if let value = OptionTemplate(entry.value, problems) { all.append(.init(code: code, value: value)) }
        }
    }

    private static let reserved: [UInt8: String] = [
        50: "only clients send it", 51: "the lease decides it", 52: "it describes the message itself", 53: "it is the message's type",
        54: "it is the server's own address", 55: "only clients send it", 57: "only clients send it",
        61: "the client's own is given back (RFC 6842)", 82: "the relay agent's own is given back (RFC 3046)",
        90: "it authenticates the message (RFC 3118)",
    ]
}

extension OptionTemplate {
    package init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        switch node.content {
        case .scalar(let text):
            guard let template = TextTemplate(text, at: node.place, problems) else { return nil }
            self = .text(template, nul: false)
        case .list, .empty:
            problems.add("an option's value is \(node.kind); it must be text, or one of text, u8, u16, u32, addresses, hex, tlv", at: node.place)
            return nil
        case .map:
            guard var map = MapReader(node, as: "an option's value", problems) else { return nil }
            defer { map.finish() }
            let nul = map.boolean("nul") ?? false
            let text = map.text("text")
            let numbers = [("u8", 1, UInt32(UInt8.max)), ("u16", 2, UInt32(UInt16.max)), ("u32", 4, UInt32.max)].compactMap { key, octets, most in
                map.value(key, expected: "a whole number up to \(most)") { wholeNumber($0).flatMap(UInt32.init(exactly:)).flatMap { $0 <= most ? $0 : nil } }
                    .map { OptionTemplate.number($0, octets: octets) }
            }
            let addresses = map.values("addresses", expected: "an IPv4 address or {server}") { text -> TextTemplate? in
                guard let template = try? TextTemplate(text), text == "{server}" || IPv4Address(text) != nil else { return nil }
                return template
            }
            let hex = map.value("hex", expected: "pairs of hexadecimal digits") { bytes(fromHexText: $0) }
            let enterprise = map.value("enterprise", expected: "an enterprise number of IANA's") { wholeNumber($0).flatMap(UInt32.init(exactly:)) }
            let elements = map.group("tlv") { OptionTemplate.elements($0, problems) }

            if let text {
                guard let template = TextTemplate(text, at: node.place, problems) else { return nil }
                self = .text(template, nul: nul)
            } else if let number = numbers.first {
                self = number
            } else if let addresses {
                self = .addresses(addresses)
            } else if let hex {
                self = .octets(hex)
            } else if let elements {
                self = enterprise.map { .enterprise($0, elements) } ?? .tlv(elements)
            } else {
                problems.add("an option's value must hold one of text, u8, u16, u32, addresses, hex or tlv", at: node.place)
                return nil
            }
        }
    }

    private static func elements(_ node: ConfigNode, _ problems: ConfigProblems) -> [Element]? {
        guard var map = MapReader(node, as: "tlv", problems) else { return nil }
        return map.allEntries().compactMap { entry in
            guard let code = wholeNumber(entry.key).flatMap(UInt8.init(exactly:)), (1...254).contains(code) else {
                problems.add("\"\(entry.key)\" is no code; write a number from 1 to 254", at: entry.keyPlace)
                return nil
            }
            return OptionTemplate(entry.value, problems).map { Element(code: code, value: $0) }
        }
    }
}

extension TextTemplate {
    /// The template, or `nil` with the fault noted.
    package init?(_ source: String, at place: ConfigPlace, _ problems: ConfigProblems) {
        do {
            try self.init(source)
        } catch {
            problems.add(error.sentence, at: place)
            return nil
        }
    }
}

extension URLTemplate {
    /// The template, or `nil` with the fault noted.
    package init?(_ source: String, at place: ConfigPlace, _ problems: ConfigProblems) {
        do {
            try self.init(source)
        } catch {
            problems.add(error.sentence, at: place)
            return nil
        }
    }
}

// MARK: Rendering

extension OptionTemplate {
    /// The option's octets; none where a text comes out empty or an inner value is too long for its length octet.
    package func rendered(_ value: (TextTemplate.Variable) -> String?) throws(UnknownVariable) -> [UInt8] {
        switch self {
        case .text(let template, let nul):
            let text = Array(try template.expanded(value).utf8)
            return text.isEmpty ? [] : text + (nul ? [0] : [])
        case .number(let number, let octets):
            return (0..<octets).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * (octets - 1 - $0))) }
        case .addresses(let templates):
            var octets: [UInt8] = []
            for template in templates {
                if let address = IPv4Address(try template.expanded(value)) { octets += address.octets }
            }
            return octets
        case .octets(let octets):
            return octets
        case .tlv(let elements):
            return try OptionTemplate.rendered(elements, value)
        case .enterprise(let number, let elements):
            let inner = try OptionTemplate.rendered(elements, value)
            guard !inner.isEmpty, inner.count <= 255 else { return [] }
            // RFC 3925 §4: enterprise number, length, then the vendor's own sub-options.
            return OptionTemplate.bigEndian(number) + [UInt8(inner.count)] + inner
        }
    }

    private static func rendered(
        _ elements: [Element], _ value: (TextTemplate.Variable) -> String?
    ) throws(UnknownVariable) -> [UInt8] {
        var octets: [UInt8] = []
        for element in elements {
            let inner = try element.value.rendered(value)
            guard !inner.isEmpty, inner.count <= 255 else { return [] }
            octets += [element.code, UInt8(inner.count)] + inner
        }
        return octets
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }
}
