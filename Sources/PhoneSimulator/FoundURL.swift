import DHCPMessages
import Packets
import VendorCatalogue

/// An address in the options of a DHCP answer, by the first of the family's places that holds one.
struct FoundURL: Equatable, Sendable {
    let source: URLSource
    /// As told, trailing NULs gone.
    let text: String

    init(source: URLSource, text: String) {
        self.source = source
        self.text = text
    }

    init?(in options: DHCPOptions, by places: [URLSource]) {
        for place in places {
            let text: String? =
                switch place {
                case .option(let code): FoundURL.text(options[DHCPOptionCode(code)])
                case .inside(let outer, let inner): FoundURL.text(FoundURL.element(inner, of: options[DHCPOptionCode(outer)]))
                case .joined(let first, let second): FoundURL.joined(options, first, second)
                }
            if let text {
                self.init(source: place, text: text)
                return
            }
        }
        return nil
    }

    private static func element(_ code: UInt8, of option: ArraySlice<UInt8>?) -> ArraySlice<UInt8>? {
        option.flatMap(EncapsulatedOptions.decode)?.first { $0.code == code }?.value
    }

    private static func joined(_ options: DHCPOptions, _ first: UInt8, _ second: UInt8) -> String? {
        guard let base = text(options[DHCPOptionCode(first)]) else { return nil }
        guard let rest = text(options[DHCPOptionCode(second)]) else { return base }
        return base.hasSuffix("/") || rest.hasPrefix("/") ? base + rest : base + "/" + rest
    }

    /// Printable ASCII, or the first of addresses in binary, as option 150 has them (RFC 5859); `nil` for anything else.
    private static func text(_ value: ArraySlice<UInt8>?) -> String? {
        guard let value else { return nil }
        var text = value
        while text.last == 0 { text.removeLast() }
        if !text.isEmpty, text.allSatisfy({ (0x21...0x7e).contains($0) }) { return String(decoding: text, as: UTF8.self) }
        guard !value.isEmpty, value.count % 4 == 0, let address = IPv4Address(value.prefix(4)), address.isHost else { return nil }
        return address.description
    }
}

extension URLSource {
    /// As the catalogue writes it: `66`, `43.66`, `66+67`.
    var name: String {
        switch self {
        case .option(let code): "\(code)"
        case .inside(let outer, let inner): "\(outer).\(inner)"
        case .joined(let first, let second): "\(first)+\(second)"
        }
    }
}
