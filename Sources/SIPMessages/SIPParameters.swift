/// The `;name=value` pairs behind a header's value or within a URI, in their order.
package struct SIPParameters: Equatable, Sendable {
    package struct Parameter: Equatable, Sendable {
        /// As sent; compared without regard to case (RFC 3261 §7.3.1).
        package let name: String
        /// Without quotes and escapes; `nil` where there is no `=`.
        package let value: String?

        package init(_ name: String, _ value: String?) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var list: [Parameter]

    package init(_ list: [Parameter] = []) {
        self.list = list
    }

    package func has(_ name: String) -> Bool { index(of: name) != nil }

    /// The first parameter of this name; `nil` also when it stands without a value.
    package func value(_ name: String) -> String? {
        index(of: name).flatMap { list[$0].value }
    }

    /// Gives a parameter its value in its place, or adds it at the end.
    package mutating func set(_ name: String, to value: String?) {
        if let at = index(of: name) {
            list[at] = Parameter(list[at].name, value)
        } else {
            list.append(Parameter(name, value))
        }
    }

    private func index(of name: String) -> Int? {
        list.firstIndex { isSameName($0.name, name) }
    }

    /// `;a;b=c;d="e f"`: values that are more than a word in quotes.
    package var encoded: String {
        list.map { parameter in
            parameter.value.map { ";\(parameter.name)=\(SIPParameters.quotedIfNeeded($0))" } ?? ";\(parameter.name)"
        }.joined()
    }

    private static func quotedIfNeeded(_ value: String) -> String {
        guard !value.utf8.allSatisfy(isPlain) else { return value }
        var quoted = [UInt8(ascii: "\"")]
        for byte in value.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
            quoted.append(byte)
        }
        return quoted[...].text + "\""
    }

    /// What a value holds without quotes: more than `token`, for addresses (`received=`) and for tags that end in `==`.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"):
            false
        default: byte > 0x20 && byte < 0x7f
        }
    }
}

extension SIPParameters {
    /// Reads `;name=value` to the end of a Via, From, To or Contact. `nil` when something else stands there, or a name stands
    /// twice: "any given parameter-name MUST NOT appear more than once" (RFC 3261 §7.3.1), and two tags are nobody's tag.
    init?(_ scanner: inout SIPScanner) {
        var read = SIPParameters()
        scanner.skipBlanks()
        while !scanner.isAtEnd {
            guard scanner.takeSeparator(UInt8(ascii: ";")) else { return nil }
            let name = scanner.take(while: \.isToken)
            guard !name.isEmpty, !read.has(name.text) else { return nil }
            var value: String?
            if scanner.takeSeparator(UInt8(ascii: "=")) {
                if scanner.next == UInt8(ascii: "\"") {
                    guard let inside = scanner.quotedString() else { return nil }
                    value = inside[...].text
                } else {
                    value = scanner.take(while: SIPParameters.isPlain).text
                }
            }
            read.list.append(Parameter(name.text, value))
            scanner.skipBlanks()
        }
        self = read
    }

    /// Reads the parameters of an Event, in which phones are freer: blanks within an unquoted value, empty parameters, a `;` at
    /// the end. Of two with one name the first counts. `nil` when a quote has no end or a name is none.
    init?(ofEvent scanner: inout SIPScanner) {
        var read = SIPParameters()
        while scanner.takeSeparator(UInt8(ascii: ";")) {
            let name = scanner.take(while: \.isToken)
            if name.isEmpty { continue }
            var value: String?
            if scanner.takeSeparator(UInt8(ascii: "=")) {
                if scanner.next == UInt8(ascii: "\"") {
                    guard let inside = scanner.quotedString() else { return nil }
                    value = inside[...].text
                } else {
                    value = scanner.take { $0 != UInt8(ascii: ";") }.trimmed.text
                }
            }
            read.list.append(Parameter(name.text, value))
        }
        scanner.skipBlanks()
        guard scanner.isAtEnd else { return nil }
        self = read
    }
}
