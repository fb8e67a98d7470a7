/// The `;name=value` pairs behind a header's value or within a URI, in their order.
package struct SIPParameters: Equatable, Sendable {
    package struct Parameter: Equatable, Sendable {
        let nameBytes: ArraySlice<UInt8>
        let valueBytes: ArraySlice<UInt8>?

        /// As sent; compared without regard to case (RFC 3261 §7.3.1).
        package var name: String { nameBytes.text }
        /// Without quotes and escapes; `nil` where there is no `=`.
        package var value: String? { valueBytes?.text }
    }

    package internal(set) var list: [Parameter] = []

    package func has(_ name: String) -> Bool { first(name) != nil }

    /// The first parameter of this name; `nil` also when it stands without a value.
    package func value(_ name: String) -> String? { bytes(name)?.text }

    package func bytes(_ name: String) -> ArraySlice<UInt8>? { first(name)?.valueBytes }

    private func first(_ name: String) -> Parameter? {
        for parameter in list where parameter.nameBytes.isNamed(name) { return parameter }
        return nil
    }

    private func has(_ name: ArraySlice<UInt8>) -> Bool {
        list.contains { $0.nameBytes.isNamed(name) }
    }

    /// What a value holds without quotes: more than `token`, for addresses (`received=`) and for tags that end in `==`.
    static func isPlain(_ byte: UInt8) -> Bool {
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
        scanner.skipBlanks()
        while !scanner.isAtEnd {
            guard scanner.takeSeparator(UInt8(ascii: ";")) else { return nil }
            let name = scanner.take(while: \.isToken)
            guard !name.isEmpty, !has(name) else { return nil }
            var value: ArraySlice<UInt8>?
            if scanner.takeSeparator(UInt8(ascii: "=")) {
                if scanner.next == UInt8(ascii: "\"") {
                    guard let inside = scanner.quotedString() else { return nil }
                    value = inside
                } else {
                    value = scanner.take(while: SIPParameters.isPlain)
                }
            }
            list.append(Parameter(nameBytes: name, valueBytes: value))
            scanner.skipBlanks()
        }
    }

    /// Reads the parameters of an Event, in which phones are freer: blanks within an unquoted value, empty parameters, a `;` at
    /// the end. Of two with one name the first counts. `nil` when a quote has no end or a name is none.
    ///
    /// - Parameter isTidy: whether the strict reading of parameters, that of Via and From, takes them as well.
    init?(ofEvent scanner: inout SIPScanner, isTidy: inout Bool) {
        isTidy = true
        while scanner.takeSeparator(UInt8(ascii: ";")) {
            let name = scanner.take(while: \.isToken)
            if name.isEmpty || has(name) { isTidy = false }
            if name.isEmpty { continue }
            var value: ArraySlice<UInt8>?
            if scanner.takeSeparator(UInt8(ascii: "=")) {
                if scanner.next == UInt8(ascii: "\"") {
                    guard let inside = scanner.quotedString() else { return nil }
                    value = inside
                } else {
                    let word = scanner.take { $0 != UInt8(ascii: ";") }.trimmed
                    if !word.allSatisfy(SIPParameters.isPlain) { isTidy = false }
                    value = word
                }
            }
            list.append(Parameter(nameBytes: name, valueBytes: value))
        }
        scanner.skipBlanks()
        guard scanner.isAtEnd else { return nil }
    }
}
