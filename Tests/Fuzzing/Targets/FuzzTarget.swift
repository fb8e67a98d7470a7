import TestSupport

/// Something that reads what strangers send, and what has to hold whatever they send. A trap is a finding too.
package struct FuzzTarget: Sendable, CustomStringConvertible {
    package let name: String
    /// What to begin with.
    package let seeds: @Sendable () throws -> [[UInt8]]
    /// - Throws: ``Broken``
    package let run: @Sendable ([UInt8]) throws -> Void

    init(
        _ name: String, seeds: @escaping @Sendable () throws -> [[UInt8]], run: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        self.name = name
        self.seeds = seeds
        self.run = run
    }

    package var description: String { name }

    /// All there are; `scripts/fuzz` has a row for each.
    package static let all: [FuzzTarget] = [
        frames, groups, dhcp, dhcpDecisions, leases, sip, pnpDecisions, tftp, ftp, requestedNames, fileAccess, httpRequests,
        httpFields,
        json,
        yaml, settings, devices, templates, urls, captures,
    ]

    package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }

    /// What was found before, each in a file of its own.
    package func found() throws -> [(name: String, bytes: [UInt8])] {
        try files(in: "Tests/Fuzzing/Found/\(name)")
    }
}

/// A rule that does not hold.
package struct Broken: Error, CustomStringConvertible {
    package let description: String
}

func expect(_ holds: Bool, _ rule: @autoclosure () -> String) throws(Broken) {
    if !holds { throw Broken(description: rule()) }
}

/// What the front of an input decides besides what is read. Behind its end all is zero.
struct Choices {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isEmpty: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func flag() -> Bool { byte() & 1 == 1 }

    /// One of these.
    mutating func among<Element>(_ elements: [Element]) -> Element { elements[Int(byte()) % elements.count] }

    /// Two octets of length, and as many as they say, or as there are.
    mutating func piece() -> [UInt8] {
        let length = Int(byte()) << 8 | Int(byte())
        defer { rest = rest.dropFirst(length) }
        return Array(rest.prefix(length))
    }

    mutating func text() -> String { String(decoding: piece(), as: UTF8.self) }
}

/// What ``Choices/piece()`` reads.
func piece(_ bytes: some Collection<UInt8>) -> [UInt8] {
    [UInt8(truncatingIfNeeded: bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)] + bytes
}
