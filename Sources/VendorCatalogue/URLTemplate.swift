/// A template of a URL that a phone is told. Scheme and host are the configuration's: nothing that a phone sent can stand there.
package struct URLTemplate: Hashable, Sendable {
    package let text: TextTemplate

    package var source: String { text.source }
    package let scheme: URLScheme

    package init(_ source: String) throws(TextTemplate.Fault) {
        let text = try TextTemplate(source)
        guard let schemeEnd = source.firstRange(of: "://"),
            let scheme = URLScheme(rawValue: String(source[..<schemeEnd.lowerBound]))
        else {
            throw .init(
                sentence:
                    "\"\(quotable(source))\" is no URL that phones understand; it must begin with http://, https://, tftp:// or ftp://"
            )
        }
        guard !source.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7f }) else {
            throw .init(sentence: "\"\(quotable(source))\" contains a space or a control character; write it percent-encoded")
        }
        // The authority ends at the first "/", "?" or "#" of a literal part.
        var authority = ""
        var rest = ""
        search: for (index, part) in text.parts.enumerated() {
            switch part {
            case .literal(let literal):
                let from =
                    index == 0
                    ? literal[
                        literal.index(
                            literal.startIndex, offsetBy: source.distance(from: source.startIndex, to: schemeEnd.upperBound))...]
                    : literal[...]
                if let end = from.firstIndex(where: { "/?#".contains($0) }) {
                    authority += from[..<end]
                    rest = from[end...] + text.parts[(index + 1)...].map(\.literalText).joined()
                    break search
                }
                authority += from
            case .variable(let variable) where variable.isOfURL:
                throw URLTemplate.fault(of: variable)
            case .variable(let variable):
                guard variable == .server else {
                    throw .init(
                        sentence: "{\(variable.rawValue)} cannot stand in the host of a URL; only {server} or plain text can")
                }
                authority += "{server}"
            }
        }
        if let variable = text.variables.first(where: \.isOfURL) { throw URLTemplate.fault(of: variable) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        guard !host.isEmpty, host.first != ":" else { throw .init(sentence: "\"\(quotable(source))\" names no host") }
        let port = host.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first
        // A password with such characters would end the host, and be shown as a part of the path.
        guard port.map({ UInt16($0) ?? 0 }) != 0, !rest.contains("@") else {
            throw .init(
                sentence:
                    "a URL's port is a number, and no @ stands behind its host; in a password write / as %2F, ? as %3F, # as %23, @ as %40"
            )
        }
        self.text = text
        self.scheme = scheme
    }

    private static func fault(of variable: TextTemplate.Variable) -> TextTemplate.Fault {
        .init(sentence: "{\(variable.rawValue)} cannot stand in a URL; it is for options")
    }

    package static let everyone: URLTemplate? = try? URLTemplate("http://{server}/")
}

/// A text that was meant to be a URL, without what may be its credentials.
private func quotable(_ source: String) -> String {
    source.contains("://") ? withoutCredentials(source) : String(withoutCredentials("://" + source).dropFirst(3))
}

extension TextTemplate.Part {
    fileprivate var literalText: String {
        if case .literal(let text) = self { text } else { "" }
    }
}

/// How phones fetch files.
package enum URLScheme: String, CaseIterable, Hashable, Sendable {
    case http, https, tftp, ftp

    package var defaultPort: UInt16 {
        switch self {
        case .http: 80
        case .https: 443
        case .tftp: 69
        case .ftp: 21
        }
    }
}
