/// What a name in a template stands for.
package enum TemplateValue: Hashable, Sendable {
    /// Never empty.
    case text(String)
    /// The name means something, and this phone has no value for it: a section is left out, and a value is an error that says so.
    case missing(String)
    /// The name means nothing: an error even for a section, since it is mistyped.
    case unknown(String)
}

extension FileTemplate {
    /// The most that is made of one template, in bytes.
    package static let mostMade = 4 << 20

    /// The file.
    /// - Parameter value: is asked for each name that is reached.
    package func rendered(_ value: (String) -> TemplateValue) throws(TemplateFault) -> [UInt8] {
        var made: [UInt8] = []
        try render(parts, &made, value)
        return made
    }

    private func render(_ parts: [Part], _ made: inout [UInt8], _ value: (String) -> TemplateValue) throws(TemplateFault) {
        for part in parts {
            switch part {
            case .text(let text): made += text
            case .value(let name, let line):
                switch value(name) {
                case .text(let text):
                    guard text.utf8.count <= FileTemplate.mostMade else { throw tooLong(line) }
                    guard let escaped = kind.escaped(text) else {
                        throw TemplateFault(line: line, "the value of {{\(name)}} holds \(kind.refused)")
                    }
                    made += escaped
                case .missing(let why), .unknown(let why): throw TemplateFault(line: line, "{{\(name)}}: \(why)")
                }
                guard made.count <= FileTemplate.mostMade else { throw tooLong(line) }
            case .section(let name, let line, let isInverted, let inside):
                let isThere: Bool
                switch value(name) {
                case .text: isThere = true
                case .missing: isThere = false
                case .unknown(let why): throw TemplateFault(line: line, "{{#\(name)}}: \(why)")
                }
                if isThere != isInverted { try render(inside, &made, value) }
            }
        }
    }

    private func tooLong(_ line: Int) -> TemplateFault {
        TemplateFault(line: line, "the file would be longer than \(FileTemplate.mostMade) bytes")
    }
}
