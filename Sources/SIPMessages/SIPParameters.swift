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

    /// Where one stands.
    private struct Place {
        let name: Range<Int>
        /// Within its quotes; `none` where there is no `=`.
        let value: Range<Int>
        let hasEscapes: Bool

        /// For the value.
        static var none: Range<Int> { -1 ..< -1 }
    }

    private let bytes: ArraySlice<UInt8>
    private var places: [Place] = []

    init(in bytes: ArraySlice<UInt8> = []) { self.bytes = bytes }

    package var list: [Parameter] { places.map { Parameter(nameBytes: bytes[$0.name], valueBytes: value(of: $0)) } }

    package func has(_ name: String) -> Bool { has(SIPWord(name)) }

    /// The first parameter of this name; `nil` also when it stands without a value.
    package func value(_ name: String) -> String? { bytes(SIPWord(name))?.text }

    func has(_ name: SIPWord) -> Bool { first(name) != nil }

    func bytes(_ name: SIPWord) -> ArraySlice<UInt8>? { first(name).flatMap(value) }

    private func first(_ name: SIPWord) -> Place? {
        for place in places where bytes[place.name].isNamed(name) { return place }
        return nil
    }

    private func has(_ name: Range<Int>) -> Bool {
        for place in places where place.name.count == name.count && bytes[place.name].isNamed(bytes[name]) { return true }
        return false
    }

    private func value(of place: Place) -> ArraySlice<UInt8>? {
        guard place.value != Place.none else { return nil }
        return place.hasEscapes ? SIPScanner.unescaped(bytes[place.value]) : bytes[place.value]
    }

    package static func == (left: Self, right: Self) -> Bool { left.list == right.list }

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
        self.init(in: scanner.bytes)
        scanner.skipBlanks()
        while !scanner.isAtEnd {
            guard scanner.takeSeparator(UInt8(ascii: ";")) else { return nil }
            let name = scanner.takePlace(while: \.isToken)
            guard !name.isEmpty, !has(name), add(name, &scanner, { $0.takePlace(while: SIPParameters.isPlain) }) else {
                return nil
            }
            scanner.skipBlanks()
        }
    }

    /// Reads the parameters of an Event, in which phones are freer: blanks within an unquoted value, empty parameters, a `;` at
    /// the end. Of two with one name the first counts. `nil` when a quote has no end or a name is none.
    ///
    /// - Parameter isTidy: whether the strict reading of parameters, that of Via and From, takes them as well.
    init?(ofEvent scanner: inout SIPScanner, isTidy: inout Bool) {
        self.init(in: scanner.bytes)
        isTidy = true
        while scanner.takeSeparator(UInt8(ascii: ";")) {
            let name = scanner.takePlace(while: \.isToken)
            if name.isEmpty || has(name) { isTidy = false }
            if name.isEmpty { continue }
            let isRead = add(name, &scanner) { scanner in
                let word = scanner.take { $0 != UInt8(ascii: ";") }.trimmed
                if !word.allSatisfy(SIPParameters.isPlain) { isTidy = false }
                return word.startIndex..<word.endIndex
            }
            guard isRead else { return nil }
        }
        scanner.skipBlanks()
        guard scanner.isAtEnd else { return nil }
    }

    /// The `name=value` pairs of a challenge, with commas between; `nil` when something else stands there or a name stands twice.
    init?(ofChallenge scanner: inout SIPScanner) {
        self.init(in: scanner.bytes)
        repeat {
            scanner.skipBlanks()
            let name = scanner.takePlace(while: \.isToken)
            guard !name.isEmpty, !has(name),
                add(name, &scanner, { $0.takePlace { $0 != UInt8(ascii: ",") && !$0.isBlank } }),
                places.last.flatMap(value) != nil
            else { return nil }
        } while scanner.takeSeparator(UInt8(ascii: ","))
        scanner.skipBlanks()
        guard scanner.isAtEnd else { return nil }
    }

    /// `;transport=udp;lr` of a URI: what begins with anything but `;`, has no name or holds an `@` is refused.
    init?(ofURI bytes: ArraySlice<UInt8>) {
        self.init(in: bytes)
        guard let first = bytes.first else { return }
        guard first == UInt8(ascii: ";"), !bytes.contains(UInt8(ascii: "@")) else { return nil }
        var scanner = SIPScanner(bytes)
        while scanner.take(UInt8(ascii: ";")) {
            let name = scanner.takePlace { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "=") }
            guard !name.isEmpty else { return nil }
            let hasValue = scanner.take(UInt8(ascii: "="))
            let value = scanner.takePlace { $0 != UInt8(ascii: ";") }
            places.append(Place(name: name, value: hasValue ? value : Place.none, hasEscapes: false))
        }
    }

    /// Adds a parameter whose value, if it has one, begins here; `false` where a quote has no end.
    private mutating func add(_ name: Range<Int>, _ scanner: inout SIPScanner, _ word: (inout SIPScanner) -> Range<Int>) -> Bool {
        if places.isEmpty { places.reserveCapacity(6) }
        guard scanner.takeSeparator(UInt8(ascii: "=")) else {
            places.append(Place(name: name, value: Place.none, hasEscapes: false))
            return true
        }
        guard scanner.next == UInt8(ascii: "\"") else {
            places.append(Place(name: name, value: word(&scanner), hasEscapes: false))
            return true
        }
        guard let (inside, hasEscapes) = scanner.takeQuoted() else { return false }
        places.append(Place(name: name, value: inside, hasEscapes: hasEscapes))
        return true
    }
}
