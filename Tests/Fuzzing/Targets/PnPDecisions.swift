import Packets
import Provisioning
import Responder
import SIPMessages

private let policies: [Result<Policy, any Error>] = [
    "", "pnp: {answer: observe}", "pnp: {answer: off}",
    "rules: [{match: {vendor: snom}, url: 'http://{server}/{model}/{mac}.htm'}, {match: {vendor: yealink}, answer: ignore}]",
].map { yaml in Result { try policy(yaml) } }

extension FuzzTarget {
    /// What is decided about a SUBSCRIBE, and what goes to a phone that never answers: the first byte names the configuration, the
    /// second how it came, the third how often and when it comes again.
    static let pnpDecisions = FuzzTarget("pnp-decisions") {
        let messages = try samples("Tests/SIPMessagesTests/Samples/phones") + capturedPayloads(to: [5060])
        return messages.flatMap { message in [[0, 1, 0], [3, 1, 9]].map { $0 + message } }
    } run: { bytes in
        var choices = Choices(bytes)
        let policy = try choices.among(policies).get()
        let (way, pauses) = (choices.byte(), choices.byte())
        guard let message = try? SIPMessage(parsing: choices.rest) else { return }
        let claimed = (try? PnPSubscribe(message))?.contactAddress
        let link = Link(interface: "eth1", mac: ourMAC, address: ourAddress)
        let frame = UDPFrame(
            from: MACAddress(bits: 0x0004_1312_3456), (way & 1 == 1 ? claimed : nil) ?? IPv4Address(192, 168, 50, 31), port: 5060,
            to: way & 2 == 2 ? ourMAC : MACAddress(bits: 0x0100_5e00_014b),
            way & 2 == 2 ? ourAddress : IPv4Address(224, 0, 1, 75),
            port: 5060, tags: way & 4 == 4 ? [VLANTag(control: 20)] : [], payload: Array(choices.rest))
        guard let request = try? Request(frame, sipPorts: [5060]) else { return }
        var others = OtherResponderWatch()
        if case .subscribe(let subscribe) = request.content { others.heard(subscribe, from: frame.source, mac: nil) }
        _ = others.overheard(message, in: frame, on: link)
        if case .otherSIP(_, let fault) = request.content {
            _ = policy.refusal(of: message, fault, from: frame.source, port: 5060)
        }
        let decision = policy.decide(request, on: link, at: second(0))
        try expect(decision.silence?.sentence.isEmpty != true, "a silence says why")
        guard case .pnp(let answer)? = decision.answer else { return }
        try expect(policy.settings.pnp.answer == .on, "only where PnP is on, it is answered")
        try expect(answer.to == frame.source && answer.mac == frame.sourceMAC, "an answer goes to the one who asked")
        try expect(answer.tags == frame.tags, "an answer has the tags of its request")
        try expect(!answer.body.utf8.contains { $0 < 0x20 || $0 == 0x7f }, "a URL holds no control character")
        try expect(answer.body.hasPrefix("http://192.168.50.1/"), "the host of a URL is the configuration's: \(answer.body)")
        try checkBytes(to: answer, frame: frame, pauses: pauses)
    }
}

/// Sends it again and again and never answers: T6.
private func checkBytes(to answer: PnPAnswer, frame: UDPFrame, pauses: UInt8) throws {
    var exchanges = NotifyExchanges()
    var (now, heard, sent): (UInt64, Int, Int) = (1, 0, 0)
    func count(_ actions: [NotifyExchanges.Action]) {
        for action in actions {
            switch action {
            case .sendOkay(let answer, _): sent += answer.okay.count
            case .sendNotify(let answer, _, _): sent += answer.notify.count
            case .answered, .unanswered: continue
            }
        }
    }
    for round in 0...(pauses & 3) {
        heard += frame.payload.count
        count(exchanges.subscribed(answer, mac: frame.sourceMAC, on: "eth1", at: now).actions)
        // A stranger's answer is nobody's.
        let key = SIPResponseKey(branch: answer.notifyBranch, method: "NOTIFY")
        try expect(
            exchanges.responded(key, status: 200, from: IPv4Address(bits: answer.to.bits ^ 1), at: now) == nil,
            "a stranger answers for no phone")
        now += UInt64(pauses >> (round % 4)) * 100_000_000
        count(exchanges.elapsed(at: now))
    }
    count(exchanges.elapsed(at: now + 64_000_000_000))
    try expect(sent <= 3 * heard, "a phone that never answers is sent \(sent) bytes for \(heard)")
}
