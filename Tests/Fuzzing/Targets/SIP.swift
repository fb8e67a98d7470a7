import Packets
import SIPMessages

extension FuzzTarget {
    /// SIP messages, one by one and in a stream, the answers to them, and Digest challenges.
    static let sip = FuzzTarget("sip") {
        try samples("Tests/SIPMessagesTests/Samples") + capturedPayloads(to: [5060])
            + [
                Array(
                    """
                    SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nCSeq: 1 NOTIFY\r\n\
                    WWW-Authenticate: Digest realm="a\\"b", nonce="1", qop="auth,auth-int", algorithm=MD5, opaque="", stale=TRUE\r\n\r\n
                    """.utf8)
            ]
    } run: { bytes in
        try checkStream(bytes)
        let refused = SIPMessage(salvaging: bytes[...])
        let message: SIPMessage
        do throws(SIPFault) {
            message = try SIPMessage(parsing: bytes[...])
        } catch {
            try check(
                PnPReply.refusal(toUnreadable: bytes[...], error, toTag: "t", receivedFrom: peer, port: 5060), answers: refused)
            return
        }
        let written = message.encoded()
        guard let read = try? SIPMessage(parsing: written[...]) else {
            throw Broken(description: "a message that is written can be read")
        }
        try expect(read.body == message.body && read.start == message.start, "a message that is written reads back as it was")
        try expect(read.encoded() == written, "what was read back is written the same")
        for name in ["Via", "Contact", "Call-ID", "From", "Event", "Accept"] { _ = (message.all(name), message.first(name)) }
        _ = (message.topVia, message.from, message.to, SIPResponseKey(response: message), SIPResponseKey(request: message))
        if let challenge = DigestChallenge(in: message),
            let header = challenge.answer(
                user: "a\"\\", password: "b", method: "NOTIFY", uri: "sip:a", clientNonce: "0", hash: { _, bytes in bytes })
        {
            try expect(!header.bytes.contains { $0 < 0x20 && $0 != 9 }, "credentials hold no line end")
        }
        switch Result(catching: { () throws(PnPFault) in try PnPSubscribe(message) }) {
        case .success(let subscribe): try check(subscribe)
        case .failure(let fault):
            guard let refusal = fault.refusal else { return }
            try check(PnPReply.refusal(to: message, refusal, toTag: "t", receivedFrom: peer, port: 5060), answers: message)
        }
    }
}

private let peer = IPv4Address(192, 0, 2, 31)

private func check(_ subscribe: PnPSubscribe) throws(Broken) {
    let contact = SIPContact(IPv4Address(192, 0, 2, 1), 5060)
    _ = (subscribe.macCandidates, subscribe.transactionKey, subscribe.accept, subscribe.contactAddress, subscribe.expires)
    let okay = PnPReply.okay(to: subscribe, toTag: "t", receivedFrom: peer, port: 5060, contact: contact)
    try check(okay, answers: subscribe.message)
    let notify = PnPReply.notify(
        for: subscribe, toTag: "t", branch: "z9hG4bK1", cseq: 1, contact: contact, body: Array("http://192.0.2.1/".utf8))
    let read = try? SIPMessage(parsing: notify.encoded()[...])
    try expect(read?.method == "NOTIFY", "a NOTIFY can be read")
    try expect(read?.headers.count == notify.headers.count, "nothing of a SUBSCRIBE begins a header of its own in a NOTIFY")
}

private func check(_ answer: SIPMessage?, answers request: SIPMessage?) throws(Broken) {
    guard let answer else { return }
    let read = try? SIPMessage(parsing: answer.encoded()[...])
    try expect(read?.status != nil && read?.status == answer.status, "an answer can be read")
    try expect(read?.headers.count == answer.headers.count, "nothing of a request begins a header of its own in its answer")
    try expect(read?.first("Call-ID") == request?.first("Call-ID"), "an answer has its request's Call-ID")
    try expect(request?.status == nil, "an answer is not answered")
}

/// What a stream gives does not depend on how its bytes arrive.
private func checkStream(_ bytes: [UInt8]) throws(Broken) {
    try expect(
        messages(bytes, inPartsOf: max(1, bytes.count)) == messages(bytes, inPartsOf: 97),
        "a stream reads the same however it arrives")
}

private func messages(_ bytes: [UInt8], inPartsOf size: Int) -> [SIPMessage] {
    var stream = SIPStream()
    var messages: [SIPMessage] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
        stream.append(Array(bytes[start..<min(start + size, bytes.count)]))
        do throws(SIPFault) {
            while let message = try stream.next() { messages.append(message) }
        } catch {
            return messages
        }
    }
    return messages
}
