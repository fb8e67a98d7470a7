import JSONText

extension FileTemplate {
    /// What values have to be escaped for, so that none can end the place where it stands.
    package enum Kind: Hashable, Sendable {
        /// XML and HTML: between tags, and inside quoted attributes.
        case xml
        /// Inside a string; the quotes are the template's.
        case json
        /// A line of its own for each setting, in one of many syntaxes that have no common escape: a value is put in as it is, and one
        /// that would end its line is refused.
        case plain

        /// By the end of the file's name; a file that may begin with `<` is XML whatever it is called, as Polycom's `.cfg` is.
        init(name: String, of parts: [Part]) {
            switch name.split(separator: ".").last.map({ $0.lowercased() }) {
            case "xml", "htm", "html": self = .xml
            case "json": self = .json
            default:
                var beginnings: Set<UInt8> = []
                _ = Kind.begins(parts, &beginnings)
                self = beginnings.contains(UInt8(ascii: "<")) ? .xml : .plain
            }
        }

        /// Adds the first octet of text that is no blank, in each way in which the file may be made: a section may be left out.
        /// - Returns: whether there is one in each.
        private static func begins(_ parts: [Part], _ beginnings: inout Set<UInt8>) -> Bool {
            for part in parts {
                switch part {
                case .text(let text):
                    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
                    let isMarked = text.startIndex == 0 && text.starts(with: mark)
                    guard let first = text.dropFirst(isMarked ? mark.count : 0).first(where: { $0 > 0x20 }) else { continue }
                    beginnings.insert(first)
                    return true
                case .value: continue
                case .section(_, _, _, let inside): _ = begins(inside, &beginnings)
                }
            }
            return false
        }

        /// `nil` where the file cannot hold the value.
        func escaped(_ value: String) -> [UInt8]? {
            switch self {
            case .xml: escapedForXML(value)
            case .json: Array(JSONValue.string(value).text.utf8.dropFirst().dropLast())
            case .plain: value.unicodeScalars.contains(where: endsOrHidesLine) ? nil : Array(value.utf8)
            }
        }

        /// What ``escaped(_:)`` refuses.
        var refused: String {
            switch self {
            case .xml: "a control character, which XML cannot hold"
            case .json: "nothing that JSON cannot hold"
            case .plain: "a line break or another control character, which would end its line"
            }
        }
    }
}

/// XML 1.0 §2.2, §2.4: line ends and tabs as references, or an attribute would turn them into spaces (§3.3.3).
private func escapedForXML(_ value: String) -> [UInt8]? {
    var escaped: [UInt8] = []
    for scalar in value.unicodeScalars {
        switch scalar.value {
        case UInt32(UInt8(ascii: "&")): escaped += "&amp;".utf8
        case UInt32(UInt8(ascii: "<")): escaped += "&lt;".utf8
        case UInt32(UInt8(ascii: ">")): escaped += "&gt;".utf8
        case UInt32(UInt8(ascii: "\"")): escaped += "&quot;".utf8
        case UInt32(UInt8(ascii: "'")): escaped += "&#39;".utf8
        case 0x9, 0xa, 0xd, 0x7f...0x9f, 0x2028, 0x2029: escaped += "&#\(scalar.value);".utf8
        case 0..<0x20, 0xfffe, 0xffff: return nil
        default: escaped += String(scalar).utf8
        }
    }
    return escaped
}

/// C0 and C1 controls, DEL, and Unicode's own line and paragraph ends.
private func endsOrHidesLine(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f...0x9f, 0x2028, 0x2029: true
    default: false
    }
}
