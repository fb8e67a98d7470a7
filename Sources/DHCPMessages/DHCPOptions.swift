import Packets

/// The options of one message: raw values in the order of the wire, each code once.
///
/// Parts of one option that a sender split are joined when a message is read (RFC 3396 §7), so a code stands here at most once.
/// Absent and malformed are two answers: a typed reader gives `nil` for the first and throws ``MalformedOption`` for the second.
///
/// All values lie in one run of octets, which is the packet's own where the message was read from one: so a message costs one
/// piece of memory however many options it has.
package struct DHCPOptions: Sendable {
    package struct Option: Equatable, Sendable {
        package var code: DHCPOptionCode
        package var value: ArraySlice<UInt8>
    }

    /// Where an option's value lies in `octets`.
    private struct Entry {
        let code: DHCPOptionCode
        let start: Int
        let count: Int
    }

    private var entries: [Entry] = []
    private var octets: ArraySlice<UInt8> = []

    package init() {}

    package init(_ options: [(DHCPOptionCode, [UInt8])]) {
        for (code, value) in options { self[code] = value[...] }
    }

    /// For options that will be read out of a field of `packet`, or out of several.
    init(in packet: ArraySlice<UInt8>) {
        octets = packet
        entries.reserveCapacity(16)
    }

    package var isEmpty: Bool { entries.isEmpty }
    package var codes: [DHCPOptionCode] { entries.map(\.code) }
    package var all: [Option] { entries.map { Option(code: $0.code, value: value(of: $0)) } }

    /// The raw value. Setting an option that stands already replaces its value and keeps its place; a new one comes last.
    package subscript(code: DHCPOptionCode) -> ArraySlice<UInt8>? {
        get { place(of: code).map { value(of: entries[$0]) } }
        set {
            switch (place(of: code), newValue) {
            case (let place, let value?): put(value, as: code, at: place)
            case (let place?, nil): entries.remove(at: place)
            case (nil, nil): break
            }
        }
    }

    /// Sets a value that was made for this message.
    package mutating func set(_ code: DHCPOptionCode, _ value: [UInt8]) { put(value, as: code, at: place(of: code)) }

    package func contains(_ code: DHCPOptionCode) -> Bool { place(of: code) != nil }

    /// Joins a part to what stands already (RFC 3396 §5).
    /// - Parameter part: where it lies in the packet that these options are read from.
    mutating func join(_ code: DHCPOptionCode, _ part: Range<Int>) {
        if let place = place(of: code) {
            put(value(of: entries[place]) + octets[part], as: code, at: place)
        } else {
            entries.append(Entry(code: code, start: part.lowerBound, count: part.count))
        }
    }

    /// What each is, from the first to the last.
    func forEach(_ body: (DHCPOptionCode, ArraySlice<UInt8>) -> Void) {
        for entry in entries { body(entry.code, value(of: entry)) }
    }

    private func place(of code: DHCPOptionCode) -> Int? {
        for place in entries.indices where entries[place].code == code { return place }
        return nil
    }

    private func value(of entry: Entry) -> ArraySlice<UInt8> { octets[entry.start..<entry.start + entry.count] }

    private mutating func put(_ value: some Collection<UInt8>, as code: DHCPOptionCode, at place: Int?) {
        if entries.isEmpty {
            entries.reserveCapacity(12)
            octets.reserveCapacity(256)
        }
        let entry = Entry(code: code, start: octets.endIndex, count: value.count)
        octets.append(contentsOf: value)
        if let place { entries[place] = entry } else { entries.append(entry) }
    }
}

extension DHCPOptions: Equatable {
    package static func == (left: DHCPOptions, right: DHCPOptions) -> Bool { left.all == right.all }
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
