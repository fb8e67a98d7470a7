import DHCPMessages
import Packets
import Provisioning

/// Where addresses are given, to a few phones and to anyone.
let leasing = """
    dhcp:
      answer: lease
      relays: [192.168.50.0/24]
      lease: {range: 192.168.50.100-192.168.50.103, to: anyone, time: 2m, gateway: 192.168.50.254, dns: 192.168.50.1}
    """

private let policies: [Result<Policy, any Error>] = [
    "dhcp: {answer: off}", "dhcp: {answer: observe}", "", "dhcp: {relays: [10.0.0.0/8]}", leasing,
    "rules: [{match: {vendor: snom}, options: {43: {tlv: {2: '{url}'}}, 125: {enterprise: 1, tlv: {1: '{model}'}}, 120: a.example}}]",
].map { yaml in Result { try policy(yaml) } }

extension FuzzTarget {
    /// What is decided about a DHCP message: the first bytes say by which configuration and how it came, then stands the message.
    static let dhcpDecisions = FuzzTarget("dhcp-decisions") {
        let messages = try samples("Tests/DHCPMessagesTests/Samples/good") + capturedPayloads(to: [67])
        return messages.enumerated().flatMap { number, message in
            [[2, 3], [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number)]].map { $0 + message }
        }
    } run: { bytes in
        var choices = Choices(bytes)
        let policy = try choices.among(policies).get()
        let way = choices.byte()
        let message = try? DHCPMessage(decoding: choices.rest)
        let source = way & 1 == 1 ? message?.clientAddress ?? .any : way & 2 == 2 ? .any : IPv4Address(192, 168, 50, 31)
        let isToUs = way & 4 == 4
        let frame = UDPFrame(
            from: way & 8 == 8 ? MACAddress(bits: 0x0200_0000_0077) : message?.clientMAC ?? MACAddress(bits: 0x0200_0000_0078),
            source.isHost ? source : .any, port: 68, to: isToUs ? ourMAC : .broadcast, isToUs ? ourAddress : .broadcast, port: 67,
            tags: way & 16 == 16 ? [VLANTag(control: 20)] : [], payload: Array(choices.rest))
        guard let request = try? Request(frame, sipPorts: [5060]), let message else { return }
        _ = OtherServer(message, in: frame, on: link)
        var book: LeaseBook? =
            policy.settings.dhcp.answer == .lease
            ? LeaseBook(.init(ranges: policy.settings.dhcp.lease.ranges, time: 120), at: second(0)) : nil
        for seconds: UInt64 in 0...1 { _ = book?.tend(at: second(seconds)) }
        var limits: RequestLimits?
        let decision = policy.decide(request, on: link, at: second(2), leases: &book, limits: &limits)
        try expect(decision.silence?.sentence.isEmpty != true, "a silence says why")
        guard case .dhcp(let answer)? = decision.answer else { return }
        try check(answer, to: message, in: frame, by: policy)
    }
}

private func check(_ answer: DHCPAnswer, to message: DHCPMessage, in frame: UDPFrame, by policy: Policy) throws {
    let out = answer.frame
    let said = try answer.message
    let isLeasing = policy.settings.dhcp.answer == .lease
    try expect(said.operation == DHCPMessage.reply && message.operation == DHCPMessage.request, "requests are answered")
    try expect(said.transactionID == message.transactionID, "an answer has its request's xid")
    try expect(answer.payload.count <= max(message.replyLimit, DHCPMessage.leastLength), "an answer keeps to its limit")
    let isInform = message.type == .inform
    try expect(isLeasing || isInform, "outside of lease mode INFORM alone is answered")
    try expect(!isInform || said.type == .acknowledge, "an INFORM gets an ACK or nothing")
    try expect(!isInform || said.yourAddress == .any, "the ACK to an INFORM gives no address (RFC 2131 §4.3.5)")
    try expect(
        !isInform || said.options[.leaseTime] == nil, "the ACK to an INFORM has no lease time (RFC 2131 §4.3.5)")
    try expect(
        said.yourAddress == .any
            || policy.settings.dhcp.lease.ranges.contains { $0.contains(said.yourAddress) },
        "an address comes from the pool")
    let relay = message.relayAddress
    try expect(
        relay == .any || policy.settings.dhcp.relays.contains { $0.contains(relay) }, "a relay that nobody named is not heard")
    try expect(
        out.destinationMAC == frame.sourceMAC || (isLeasing && out.destinationMAC == .broadcast),
        "an answer goes back to where its request came from")
    let places = [frame.source, relay, relay == .any ? .any : message.clientAddress, said.yourAddress]
    try expect(
        out.destination != .any && places.contains(out.destination) || (!isInform && out.destination == .broadcast),
        "an answer goes to the one who asked, not to \(out.destination)")
    try expect(out.tags == frame.tags, "an answer has the tags of its request")
    let written = out.encoded()
    try expect(written.flatMap { try? UDPFrame(decoding: $0[...]) } == out, "an answer can be sent")
}
