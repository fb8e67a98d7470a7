import Packets

/// The options of one message: raw values in the order of the wire, each code once.
///
/// Parts of one option that a sender split are joined when a message is read (RFC 3396 §7), so a code stands here at most once.
/// Absent and malformed are two answers: a typed reader gives `nil` for the first and throws ``MalformedOption`` for the second.
package struct DHCPOptions: Equatable, Sendable {
    package struct Option: Equatable, Sendable {
        package var code: DHCPOptionCode
        package var value: ArraySlice<UInt8>
    }

    package private(set) var all: [Option] = []

    package init() {}

    package init(_ options: [(DHCPOptionCode, [UInt8])]) {
        for (code, value) in options { self[code] = value[...] }
    }

    package var isEmpty: Bool { all.isEmpty }
    package var codes: [DHCPOptionCode] { all.map(\.code) }

    /// The raw value. Setting an option that stands already replaces its value and keeps its place; a new one comes last.
    package subscript(code: DHCPOptionCode) -> ArraySlice<UInt8>? {
        get {
            for option in all where option.code == code { return option.value }
            return nil
        }
        set {
            let place = all.firstIndex { $0.code == code }
            switch (place, newValue) {
            case (let place?, let value?): all[place].value = value
            case (let place?, nil): all.remove(at: place)
            case (nil, let value?): all.append(Option(code: code, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Joins a part to what stands already (RFC 3396 §5).
    mutating func join(_ code: DHCPOptionCode, _ part: ArraySlice<UInt8>) {
        if let place = all.firstIndex(where: { $0.code == code }) {
            all[place].value = (Array(all[place].value) + part)[...]
        } else {
            all.append(Option(code: code, value: part))
        }
    }
}

/// An option's value does not have the shape that its definition demands. The option counts as absent; the message is kept.
package struct MalformedOption: Error, Equatable, Sendable {
    package let code: DHCPOptionCode
    package let length: Int

    package var sentence: String { "option \(code) (\(code.name)) has an impossible length, \(length)" }
}

extension DHCPOptions {
    /// One octet: 52, 53 (RFC 2132 §9.3, §9.6).
    package func uint8(_ code: DHCPOptionCode) throws(MalformedOption) -> UInt8? {
        try exactly(1, code)?.first
    }

    /// Two octets: 57 (RFC 2132 §9.10).
    package func uint16(_ code: DHCPOptionCode) throws(MalformedOption) -> UInt16? {
        try number(2, code).map { UInt16(truncatingIfNeeded: $0) }
    }

    /// Four octets: 51, 58, 59 (RFC 2132 §9.2, §9.11, §9.12).
    package func uint32(_ code: DHCPOptionCode) throws(MalformedOption) -> UInt32? {
        try number(4, code)
    }

    /// One address: 1, 50, 54 (RFC 2132 §3.3, §9.1, §9.7).
    package func address(_ code: DHCPOptionCode) throws(MalformedOption) -> IPv4Address? {
        try uint32(code).map(IPv4Address.init(bits:))
    }

    /// One address or more: 3, 6, 42, 150.
    package func addresses(_ code: DHCPOptionCode) throws(MalformedOption) -> [IPv4Address]? {
        guard let value = self[code] else { return nil }
        guard let addresses = IPv4Address.list(value) else { throw malformed(code, value) }
        return addresses
    }

    /// Text of at least one octet with trailing NULs taken off (RFC 2132 §2: receivers must not depend on them).
    package func text(_ code: DHCPOptionCode) throws(MalformedOption) -> ArraySlice<UInt8>? {
        guard var value = self[code] else { return nil }
        guard !value.isEmpty else { throw malformed(code, value) }
        while value.last == 0 { value.removeLast() }
        return value
    }

    /// Raw octets, at least `minimum` of them: 61 wants two (RFC 2132 §9.14), 55 one (§9.8).
    package func octets(_ code: DHCPOptionCode, atLeast minimum: Int) throws(MalformedOption) -> ArraySlice<UInt8>? {
        guard let value = self[code] else { return nil }
        guard value.count >= minimum else { throw malformed(code, value) }
        return value
    }

    private func number(_ count: Int, _ code: DHCPOptionCode) throws(MalformedOption) -> UInt32? {
        guard let value = try exactly(count, code) else { return nil }
        var number: UInt32 = 0
        for octet in value { number = number << 8 | UInt32(octet) }
        return number
    }

    private func exactly(_ count: Int, _ code: DHCPOptionCode) throws(MalformedOption) -> ArraySlice<UInt8>? {
        guard let value = self[code] else { return nil }
        guard value.count == count else { throw malformed(code, value) }
        return value
    }

    private func malformed(_ code: DHCPOptionCode, _ value: ArraySlice<UInt8>) -> MalformedOption {
        MalformedOption(code: code, length: value.count)
    }
}
