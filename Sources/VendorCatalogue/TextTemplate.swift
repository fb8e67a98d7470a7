/// Text with variables: `{mac}` is filled in here, `{{mac}}` leaves `{mac}` for the phone to fill in.
package struct TextTemplate: Hashable, Sendable {
    package enum Variable: String, CaseIterable, Sendable {
        /// The address of the interface that the phone was heard on.
        case server
        case mac
        case macUpper = "MAC"
        case macColon = "mac-colon"
        case macDash = "mac-dash"
        case vendor, model, version
        /// The phone's own address.
        case ip
        /// The whole URL; in options and PnP bodies only.
        case url
        /// The URL's host, and its port; where the whole URL can be.
        case host, port

        /// It is said of the URL that a phone is told, and cannot be a part of that.
        package var isOfURL: Bool { [.url, .host, .port].contains(self) }

        /// The value is chosen by whoever sent the packet, not by the configuration.
        package var comesFromTheWire: Bool {
            switch self {
            case .server, .url, .host, .port, .vendor: false
            case .mac, .macUpper, .macColon, .macDash, .model, .version, .ip: true
            }
        }
    }

    package enum Part: Hashable, Sendable {
        case literal(String)
        case variable(Variable)
    }

    package let source: String
    package let parts: [Part]

    /// Why text is not a template.
    package struct Fault: Error, Hashable, Sendable {
        package let sentence: String
    }

    package init(_ source: String) throws(Fault) {
        self.source = source
        var parts: [Part] = []
        var literal = ""
        var rest = source[...]
        while let character = rest.first {
            if rest.hasPrefix("{{") {
                guard let end = rest.dropFirst(2).firstIndex(of: "}"), rest[end...].hasPrefix("}}") else {
                    throw Fault(sentence: "\"{{\" is never closed by \"}}\"")
                }
                literal += "{" + rest[rest.index(rest.startIndex, offsetBy: 2)..<end] + "}"
                rest = rest[rest.index(end, offsetBy: 2)...]
            } else if character == "{" {
                guard let end = rest.firstIndex(of: "}") else { throw Fault(sentence: "\"{\" is never closed by \"}\"") }
                let name = String(rest[rest.index(after: rest.startIndex)..<end])
                guard let variable = Variable(rawValue: name) else {
                    let known = Variable.allCases.map { "{\($0.rawValue)}" }.joined(separator: " ")
                    throw Fault(
                        sentence:
                            "{\(name)} is no variable; there are \(known), and {{\(name)}} leaves it for the phone to fill in")
                }
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = ""
                parts.append(.variable(variable))
                rest = rest[rest.index(after: end)...]
            } else if character == "}" {
                throw Fault(sentence: "\"}\" closes nothing")
            } else {
                literal.append(character)
                rest = rest.dropFirst()
            }
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        self.parts = parts
    }

    package var variables: [Variable] {
        parts.compactMap { if case .variable(let variable) = $0 { variable } else { nil } }
    }

    /// The text with every variable filled in.
    package func expanded(_ value: (Variable) -> String?) throws(UnknownVariable) -> String {
        var text = ""
        for part in parts {
            let more: String
            switch part {
            case .literal(let literal): more = literal
            case .variable(let variable):
                guard let value = value(variable) else { throw UnknownVariable(variable: variable) }
                more = value
            }
            if text.isEmpty { text = more } else { text += more }
        }
        return text
    }
}

/// A template wants something that is not known of this phone.
package struct UnknownVariable: Error, Hashable, Sendable {
    package let variable: TextTemplate.Variable
}
