import DHCPMessages
import Packets
import Testing
import VendorCatalogue

@testable import Provisioning

/// What a server that leases is told.
let leasing = """
    dhcp:
      answer: lease
      lease: {range: 192.168.50.100-192.168.50.199, time: 1h, gateway: 192.168.50.254, dns: [192.168.50.1, 9.9.9.9], ntp: 192.168.50.1, domain: phones.example}
    """

/// Seconds since the server began.
func second(_ seconds: UInt64) -> Moment {
    Moment(microseconds: 1_800_000_000_000_000 + Int64(seconds) * 1_000_000, steady: seconds * 1_000_000_000)
}

/// A server with its book of leases where the configuration says so, and clients that talk to it.
struct Bench {
    var policy: Policy
    var book: LeaseBook?

    init(
        _ yaml: String = leasing, files: [String] = snomTree, devices: String? = nil, leases: [Lease] = [],
        catalogue: Catalogue = shipped
    ) throws {
        policy = try ProvisioningTests.policy(yaml, files: files, devices: devices, catalogue: catalogue)
        let lease = policy.settings.dhcp.lease
        guard !lease.ranges.isEmpty else { return }
        var book = LeaseBook(
            .init(ranges: lease.ranges, time: lease.time, fixed: policy.settings.devices.compactMapValues(\.address)),
            leases: leases, at: second(0))
        // Every address is asked for, and nobody answers.
        _ = book.tend(at: second(0))
        _ = book.tend(at: second(1))
        self.book = book
    }

    mutating func says(_ heard: Heard, at seconds: UInt64 = 2) throws -> Decision {
        do {
            let bytes = try #require(heard.frame.encoded())
            let request = try Request(reading: bytes[...], sipPorts: [5060])
            var limits: RequestLimits?
            return policy.decide(request, on: heard.link, at: second(seconds), leases: &book, limits: &limits)
        } catch let unreadable as Request.Unreadable {
            return Decision(kind: unreadable.kind, identity: Identity(mac: unreadable.mac), outcome: .ignore(unreadable.silence))
        }
    }

    /// The answer, which must be there.
    mutating func reply(_ heard: Heard, at seconds: UInt64 = 2) throws -> DHCPAnswer {
        let decision = try says(heard, at: seconds)
        guard case .dhcp(let answer)? = decision.answer else {
            Issue.record("silence: \(decision.silence?.sentence ?? "?")")
            throw NoAnswer()
        }
        return answer
    }

    /// The same as its client reads it.
    mutating func read(_ heard: Heard, at seconds: UInt64 = 2) throws -> DHCPMessage {
        try reply(heard, at: seconds).message
    }

    /// A phone that took what it was offered.
    @discardableResult
    mutating func lease(_ change: (inout Heard) -> Void = { _ in }, at seconds: UInt64 = 2) throws -> IPv4Address {
        let offered = try reply(heard(.discover, change), at: seconds).message.yourAddress
        var taking = request(offered)
        change(&taking)
        let answer = try reply(taking, at: seconds)
        try #require(answer.message.type == .acknowledge)
        return try answer.message.yourAddress
    }
}

/// A message of a snom D735 that has no address.
func heard(_ type: DHCPMessageType, _ change: (inout Heard) -> Void = { _ in }) -> Heard {
    Heard.snomInform {
        $0.message.options[.messageType] = [type.rawValue]
        $0.message.clientAddress = .any
        $0.source = .any
        change(&$0)
    }
}

/// A REQUEST for an address: in SELECTING with the server that it was offered by, in INIT-REBOOT without one.
func request(_ address: IPv4Address, server: IPv4Address? = ourAddress, _ change: (inout Heard) -> Void = { _ in }) -> Heard {
    heard(.request) {
        $0.message.options[.requestedAddress] = address.octets[...]
        $0.message.options[.serverIdentifier] = server?.octets[...]
        change(&$0)
    }
}

/// A message of a client that uses an address: a REQUEST is RENEWING where it comes to us alone, REBINDING where it comes to all.
func using(
    _ address: IPv4Address, _ type: DHCPMessageType = .request, toUs: Bool = true, _ change: (inout Heard) -> Void = { _ in }
) -> Heard {
    heard(type) {
        $0.message.clientAddress = address
        $0.source = address
        if toUs { ($0.destination, $0.destinationMAC) = (ourAddress, ourMAC) }
        change(&$0)
    }
}

/// A rule for every snom.
func snomRule(_ options: String) -> String {
    "rules: [{match: {vendor: snom}, options: {\(options)}}]"
}

/// What the ACK to a snom's INFORM tells, as its client reads it.
func snomOptions(_ yaml: String, asking: [UInt8]? = nil, _ change: (inout Heard) -> Void = { _ in }) throws -> DHCPOptions {
    let heard = Heard.snomInform {
        if let asking { $0.message.options[.parameterRequestList] = asking[...] }
        change(&$0)
    }
    return try heard.acknowledgement(policy(yaml)).message.options
}

/// One of each kind of answer.
enum AnswerKind: CaseIterable, Sendable {
    case inform, offer, acknowledge, negativeAcknowledge

    var type: DHCPMessageType {
        switch self {
        case .inform, .acknowledge: .acknowledge
        case .offer: .offer
        case .negativeAcknowledge: .negativeAcknowledge
        }
    }

    /// What brings it about, in a server that has just offered 192.168.50.100.
    var question: Heard {
        switch self {
        case .inform: Heard.snomInform()
        case .offer: heard(.discover)
        case .acknowledge: request(IPv4Address(192, 168, 50, 100))
        case .negativeAcknowledge: request(IPv4Address(192, 168, 50, 199))
        }
    }
}

/// What is different about a question, by name.
struct Change: Sendable, CustomTestStringConvertible {
    let name: String
    let apply: @Sendable (inout Heard) -> Void

    init(_ name: String, _ apply: @escaping @Sendable (inout Heard) -> Void = { _ in }) {
        self.name = name
        self.apply = apply
    }

    var testDescription: String { name }
}
