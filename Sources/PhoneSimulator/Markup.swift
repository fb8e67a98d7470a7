/// The elements of an XML settings file as a phone takes them: where each stands, its attributes, and the text in it.
///
/// A phone's own reading, and a lenient one: what is not well formed ends it, and what was read before counts.
struct MarkupElement: Equatable, Sendable {
    /// `config/provisioning/check`, the root first.
    let path: String
    let attributes: [String: String]
    /// Without the blanks around it; empty where there are elements inside.
    let text: String

    /// The last step of the path.
    var name: Substring { path.split(separator: "/").last ?? "" }

    /// In the order in which they end.
    static func all(in text: String) -> [MarkupElement] {
        var found: [MarkupElement] = []
        var open: [(path: String, attributes: [String: String], text: String)] = []
        var rest = Substring(text).unicodeScalars
        while let start = rest.firstIndex(of: "<") {
            if !open.isEmpty { open[open.count - 1].text.unicodeScalars += rest[..<start] }
            rest = rest[start...].dropFirst()
            if let other = skipped(rest) {
                rest = other
                continue
            }
            guard let end = tagEnd(rest) else { break }
            let tag = rest[..<end]
            rest = rest[end...].dropFirst()
            if tag.first == "/" {
                guard let last = open.popLast() else { break }
                found.append(MarkupElement(path: last.path, attributes: last.attributes, text: decoded(last.text)))
                if !open.isEmpty { open[open.count - 1].text = "" }
                continue
            }
            guard open.count < deepest, let (name, attributes) = MarkupElement.tag(tag) else { break }
            let path = (open.last.map { $0.path + "/" } ?? "") + name
            if tag.last == "/" {
                found.append(MarkupElement(path: path, attributes: attributes, text: ""))
            } else {
                open.append((path, attributes, ""))
            }
        }
        return found
    }

    private static let deepest = 64
    private typealias Text = Substring.UnicodeScalarView

    /// What follows a comment, a declaration or an instruction.
    private static func skipped(_ rest: Text) -> Text? {
        let text = Substring(rest)
        for (start, end) in [("!--", "-->"), ("?", "?>"), ("!", ">")] where text.hasPrefix(start) {
            guard let mark = text.firstRange(of: end) else { return Substring("").unicodeScalars }
            return text[mark.upperBound...].unicodeScalars
        }
        return nil
    }

    /// Where the tag ends: at the first `>` that is not inside quotes.
    private static func tagEnd(_ rest: Text) -> Text.Index? {
        var quote: Unicode.Scalar?
        return rest.indices.first { index in
            let scalar = rest[index]
            if let open = quote {
                if scalar == open { quote = nil }
                return false
            }
            if scalar == "\"" || scalar == "'" { quote = scalar }
            return scalar == ">"
        }
    }

    private static func tag(_ text: Text) -> (name: String, attributes: [String: String])? {
        var rest = Substring(text.last == "/" ? text.dropLast() : text)
        let name = rest.prefix { !$0.isWhitespace }
        guard !name.isEmpty else { return nil }
        rest = rest[name.endIndex...]
        var attributes: [String: String] = [:]
        while true {
            rest = rest.drop(while: \.isWhitespace)
            guard let equals = rest.firstIndex(of: "=") else { break }
            let key = rest[..<equals].filter { !$0.isWhitespace }
            rest = rest[equals...].dropFirst().drop(while: \.isWhitespace)
            guard let quote = rest.first, quote == "\"" || quote == "'" else { break }
            rest = rest.dropFirst()
            guard let end = rest.firstIndex(of: quote) else { break }
            attributes[String(key)] = decoded(String(rest[..<end]))
            rest = rest[end...].dropFirst()
        }
        return (String(name), attributes)
    }

    private static func decoded(_ text: String) -> String {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        // The ampersand comes last, so that what it brings is not read again.
        return [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")].reduce(String(text)) {
            $0.split(separator: $1.0, omittingEmptySubsequences: false).joined(separator: $1.1)
        }
    }
}
