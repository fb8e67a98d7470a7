import DHCPMessages
import Packets

/// The value of a DHCP option as a rule or the catalogue writes it.
package indirect enum OptionTemplate: Hashable, Sendable {
    /// `nul` overrides what the rule or the family says of a NUL at the end.
    case text(TextTemplate, nul: Bool?)
    /// Each with a length octet before it.
    case strings([TextTemplate])
    /// The low octets of each number, big-endian.
    case numbers([Int], octets: Int)
    /// Addresses, `{server}` or `{host}`.
    case addresses([TextTemplate])
    case names([TextTemplate])
    case sipNames([TextTemplate])
    case sipAddresses([TextTemplate])
    case routes([Route])
    case octets([UInt8])
    case tlv([Element])
    /// RFC 3925: data behind an enterprise's number and a length.
    case enterprise(UInt32, OptionTemplate)
    /// One value behind the other.
    case parts([OptionTemplate])

    package struct Element: Hashable, Sendable {
        package let code: UInt8
        package let value: OptionTemplate

        package init(code: UInt8, value: OptionTemplate) {
            self.code = code
            self.value = value
        }
    }

    package struct Route: Hashable, Sendable {
        package let destination: IPv4Prefix
        /// An address, `{server}` or `{host}`.
        package let router: TextTemplate
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

    /// Whether any of these variables stands in any of them.
    package func holds(_ variables: [TextTemplate.Variable]) -> Bool {
        all.contains { variables.contains(where: $0.value.holds) }
    }

    /// These, with those of `over` in place of or after them.
    package func overlaid(with over: OptionTemplates) -> OptionTemplates {
        var result = all.map { element in over[element.code].map { .init(code: element.code, value: $0) } ?? element }
        result += over.all.filter { self[$0.code] == nil }
        return OptionTemplates(result)
    }
}

extension OptionTemplate {
    /// Whether a variable stands in it, in a text or in the place of an address.
    package func holds(_ variable: TextTemplate.Variable) -> Bool {
        texts.contains { $0.variables.contains(variable) } || holdsAsAddress(variable)
    }

    /// Whether a variable stands where an address has to be.
    package func holdsAsAddress(_ variable: TextTemplate.Variable) -> Bool {
        templates.addresses.contains { $0.variables.contains(variable) }
    }

    /// The texts and names that it is made of.
    package var texts: [TextTemplate] { templates.texts }

    /// The templates of its texts, and those of its addresses.
    private var templates: (texts: [TextTemplate], addresses: [TextTemplate]) {
        switch self {
        case .text(let text, _): ([text], [])
        case .strings(let texts), .names(let texts), .sipNames(let texts): (texts, [])
        case .addresses(let addresses), .sipAddresses(let addresses): ([], addresses)
        case .routes(let routes): ([], routes.map(\.router))
        case .numbers, .octets: ([], [])
        case .tlv(let elements): OptionTemplate.together(elements.map(\.value))
        case .enterprise(_, let value): value.templates
        case .parts(let parts): OptionTemplate.together(parts)
        }
    }

    private static func together(_ values: [OptionTemplate]) -> (texts: [TextTemplate], addresses: [TextTemplate]) {
        (values.flatMap(\.templates.texts), values.flatMap(\.templates.addresses))
    }
}

extension OptionTemplate {
    /// How a template comes to its octets: the variables of one phone, and whether its texts end in a NUL.
    package struct Filling {
        package var value: (TextTemplate.Variable) -> String?
        package var endsInNUL: Bool

        package init(endsInNUL: Bool = false, _ value: @escaping (TextTemplate.Variable) -> String?) {
            self.value = value
            self.endsInNUL = endsInNUL
        }
    }

    /// The option's octets; `nil` where it is to be left out: a text comes out empty, a name is none, a host is no address where one has
    /// to be, or an inner value is too long for its length octet.
    package func rendered(_ filling: Filling) throws(UnknownVariable) -> [UInt8]? {
        switch self {
        case .text(let template, let nul):
            let text = Array(try template.expanded(filling.value).utf8)
            return text.isEmpty ? nil : text + (nul ?? filling.endsInNUL ? [0] : [])
        case .strings(let templates):
            var octets: [UInt8] = []
            for text in try OptionTemplate.expanded(templates, filling) {
                guard (1...255).contains(text.utf8.count) else { return nil }
                octets += [UInt8(text.utf8.count)] + text.utf8
            }
            return octets
        case .numbers(let numbers, let octets):
            return numbers.flatMap { number in
                (0..<octets).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
            }
        case .addresses(let templates):
            return try OptionTemplate.addresses(templates, filling)?.flatMap(\.octets)
        case .names(let templates):
            return DomainNames.encode(try OptionTemplate.expanded(templates, filling))
        case .sipNames(let templates):
            return SIPServers.names(try OptionTemplate.expanded(templates, filling)).encoded
        case .sipAddresses(let templates):
            return try OptionTemplate.addresses(templates, filling).flatMap { SIPServers.addresses($0).encoded }
        case .routes(let routes):
            var octets: [UInt8] = []
            for route in routes {
                guard let router = try OptionTemplate.addresses([route.router], filling)?.first else { return nil }
                octets += ClasslessRoute(route.destination, via: router).encoded
            }
            return octets
        case .octets(let octets):
            return octets
        case .tlv(let elements):
            var inner: [(code: UInt8, value: [UInt8])] = []
            for element in elements {
                guard let value = try element.value.rendered(filling) else { return nil }
                inner.append((element.code, value))
            }
            return EncapsulatedOptions.encode(inner)
        case .enterprise(let number, let value):
            return try value.rendered(filling).flatMap { EnterpriseOptions.encode(number, $0) }
        case .parts(let parts):
            var octets: [UInt8] = []
            for part in parts {
                guard let more = try part.rendered(filling) else { return nil }
                octets += more
            }
            return octets
        }
    }

    private static func expanded(_ templates: [TextTemplate], _ filling: Filling) throws(UnknownVariable) -> [String] {
        var texts: [String] = []
        for template in templates { texts.append(try template.expanded(filling.value)) }
        return texts
    }

    /// `nil` where one of them is no address.
    private static func addresses(_ templates: [TextTemplate], _ filling: Filling) throws(UnknownVariable) -> [IPv4Address]? {
        let texts = try expanded(templates, filling)
        let addresses = texts.compactMap { IPv4Address($0) }
        return addresses.count == texts.count ? addresses : nil
    }
}
