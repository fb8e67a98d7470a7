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
        guard let found = places.lazy.compactMap({ FoundURL(in: options, at: $0) }).first else { return nil }
        self = found
    }

    private init?(in options: DHCPOptions, at place: URLSource) {
        let text: String?
        switch place {
        case .option(let code): text = FoundURL.text(of: DHCPOptionCode(code), options[DHCPOptionCode(code)])
        case .inside(let outer, let inner):
            let elements = options[DHCPOptionCode(outer)].flatMap(EncapsulatedOptions.decode)
            text = FoundURL.text(of: nil, elements?.first { $0.code == inner }?.value)
        case .joined(let first, let second):
            guard let base = FoundURL(in: options, at: first) else { return nil }
            guard let rest = FoundURL(in: options, at: second)?.text else {
                self = base
                return
            }
            text = base.text + (base.text.hasSuffix("/") || rest.hasPrefix("/") ? "" : "/") + rest
        }
        guard let text else { return nil }
        self.init(source: place, text: text)
    }

    /// Printable ASCII, or the first of addresses in binary, which is what option 150 holds (RFC 5859) and others may; `nil` for
    /// anything else.
    private static func text(of code: DHCPOptionCode?, _ value: ArraySlice<UInt8>?) -> String? {
        guard let value else { return nil }
        let address = value.count % 4 == 0 ? IPv4Address(value.prefix(4)).flatMap { $0.isHost ? $0.description : nil } : nil
        if code?.form == .addresses, let address { return address }
        var text = value
        while text.last == 0 { text.removeLast() }
        guard !text.isEmpty, text.allSatisfy({ (0x21...0x7e).contains($0) }) else { return address }
        let words = String(decoding: text, as: UTF8.self)
        return FoundURL.isSettings(words) ? FoundURL.url(inSettings: words) : words
    }

    /// Avaya's 242 and 176: `HTTPSRVR=192.0.2.1,HTTPPORT=8080`.
    private static func isSettings(_ text: String) -> Bool {
        guard let end = text.firstIndex(of: "=") else { return false }
        return end > text.startIndex && text[..<end].allSatisfy { $0.isLetter || $0.isNumber }
    }

    /// The server of files that Avaya's settings name, TLS before HTTP before TFTP; `nil` where they name none.
    private static func url(inSettings text: String) -> String? {
        var settings: [String: Substring] = [:]
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { settings[parts[0].uppercased()] = parts[1] }
        }
        for (name, scheme) in [("TLS", "https"), ("HTTP", "http"), ("TFTP", "tftp")] {
            guard let host = settings[name + "SRVR"] else { continue }
            let port = settings[name + "PORT"].map { ":\($0)" } ?? ""
            let folder = settings[name + "DIR"].map { $0.hasPrefix("/") ? "\($0)" : "/\($0)" } ?? ""
            return "\(scheme)://\(host)\(port)\(folder.hasSuffix("/") ? folder : folder + "/")"
        }
        return nil
    }
}

extension URLSource {
    /// As the catalogue writes it: `66`, `43.66`, `66+67`, `43.66+43.67`.
    var name: String {
        switch self {
        case .option(let code): "\(code)"
        case .inside(let outer, let inner): "\(outer).\(inner)"
        case .joined(let first, let second): "\(first.name)+\(second.name)"
        }
    }
}
