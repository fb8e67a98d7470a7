/// A text with tags, from which a file is made for one phone: `{{name}}` is a value, `{{#name}}…{{/name}}` is there where the value is,
/// `{{^name}}…{{/name}}` where it is not, and `{{! … }}` is a comment. The forms are Mustache's (mustache(5)); what differs from it: a
/// value that is missing is an error with its line, never nothing, and values are escaped for the kind of file, always.
///
/// A section tag or a comment alone on its line takes the line with it. Names may be of anything but braces and line ends, so that every
/// heading of a table can be one; spaces around them do not count.
package struct FileTemplate: Sendable {
    /// In bytes. Nobody writes longer templates by hand, and one is read and taken apart for a single request.
    package static let longest = 1 << 20
    /// Sections within sections.
    static let deepest = 16

    indirect enum Part: Sendable {
        case text(ArraySlice<UInt8>)
        case value(String, line: Int)
        case section(String, line: Int, isInverted: Bool, [Part])
    }

    let parts: [Part]
    package let kind: Kind
    /// Every name that it uses, and the line where it stands.
    package let names: [(name: String, line: Int)]

    /// - Parameters:
    ///   - bytes: ASCII, or UTF-8 as the values are.
    ///   - name: of the file that is made of it, which says what to escape values for.
    package init(_ bytes: [UInt8], for name: String) throws(TemplateFault) {
        guard bytes.count <= FileTemplate.longest else {
            throw TemplateFault(line: 1, "a template of \(bytes.count) bytes; \(FileTemplate.longest) are the most")
        }
        var reader = TagReader(bytes: bytes)
        parts = try FileTemplate.parts(&reader, in: nil, depth: 0)
        names = reader.names
        kind = Kind(name: name, of: parts)
    }

    private static func parts(_ reader: inout TagReader, in section: Tag?, depth: Int) throws(TemplateFault) -> [Part] {
        var parts: [Part] = []
        while true {
            let (text, tag) = try reader.next()
            if !text.isEmpty { parts.append(.text(text)) }
            guard let tag else {
                guard let section else { return parts }
                throw TemplateFault(line: section.line, "{{#\(section.name)}} is never closed by {{/\(section.name)}}")
            }
            switch tag.sort {
            case .comment: continue
            case .value: parts.append(.value(tag.name, line: tag.line))
            case .open(let isInverted):
                guard depth < deepest else { throw TemplateFault(line: tag.line, "sections within more than \(deepest) others") }
                let inside = try self.parts(&reader, in: tag, depth: depth + 1)
                parts.append(.section(tag.name, line: tag.line, isInverted: isInverted, inside))
            case .close:
                guard section?.name == tag.name else {
                    let open = section.map { "{{#\($0.name)}} of line \($0.line)" } ?? "nothing"
                    throw TemplateFault(line: tag.line, "{{/\(tag.name)}} stands where \(open) is open")
                }
                return parts
            }
        }
    }
}

/// Why no file can be made of a template: where, and what is wrong. It never holds a value.
package struct TemplateFault: Error, Hashable, Sendable {
    package let line: Int
    package let sentence: String

    init(line: Int, _ sentence: String) {
        self.line = line
        self.sentence = sentence
    }
}
