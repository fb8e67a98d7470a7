import SIPMessages

/// What a phone asks of the messages that answer its SUBSCRIBE (RFC 3261 §8.1.3, §12.1.2; RFC 6665 §4.1).
struct NotifyCheck: Sendable {
    private let subscribe: PnPSubscribe

    init(_ subscribe: PnPSubscribe) {
        self.subscribe = subscribe
    }

    /// Why a phone does not take a message, and the status that says so to whoever sent it.
    struct Objection: Error, Equatable, Sendable {
        let status: UInt16
        let sentence: String

        init(_ status: UInt16, _ sentence: String) {
            self.status = status
            self.sentence = sentence
        }

        /// Of a response: nobody is told.
        init(_ sentence: String) {
            self.init(0, sentence)
        }
    }

    /// - Returns: the tag of the responder.
    func tag(ofOkay response: SIPMessage) throws(Objection) -> String {
        guard response.first("Call-ID") == subscribe.callID else { throw Objection("its Call-ID is not the phone's") }
        guard let cseq = response.first("CSeq").flatMap({ try? SIPCSeq(parsing: $0) }) else {
            throw Objection("its CSeq cannot be read")
        }
        guard cseq.number == subscribe.cseq, cseq.method == "SUBSCRIBE" else {
            throw Objection("its CSeq is \(cseq.number) \(cseq.method), not \(subscribe.cseq) SUBSCRIBE")
        }
        guard response.headers("Via").count == 1, let via = response.topVia, via.host == subscribe.topVia.host,
            via.port == subscribe.topVia.port, via.branch == subscribe.topVia.branch
        else { throw Objection("its Via is not the phone's") }
        guard response.headers("From").map(\.bytes) == subscribe.message.headers("From").map(\.bytes) else {
            throw Objection("its From is not the phone's")
        }
        guard let to = response.to, to.uri.text == subscribe.to.uri.text else { throw Objection("its To is not the phone's") }
        guard let tag = to.tag else { throw Objection("its To has no tag") }
        guard !response.leniencies.contains(.missingBlankLine) else {
            throw Objection("the blank line after its headers is missing")
        }
        return tag
    }

    /// - Parameter tags: those of the 200s that came; empty where the NOTIFY was faster.
    /// - Returns: the URL.
    func url(ofNotify request: SIPMessage, knownTags tags: Set<String>) throws(Objection) -> String {
        try checkDialog(of: request, tags)
        guard let event = request.first("Event").flatMap({ try? SIPEventHeader(parsing: $0) }) else {
            throw Objection(489, "its Event cannot be read")
        }
        guard event.isPackage(PnPSubscribe.eventPackage), event.id == subscribe.eventID else {
            throw Objection(489, "its Event is \(request.first("Event") ?? ""), not the one asked for")
        }
        guard let state = request.first("Subscription-State") else { throw Objection(400, "it has no Subscription-State") }
        let word = state.prefix { $0 != ";" && $0 != " " }.lowercased()
        // RFC 6665 §4.4.3: a SUBSCRIBE that expires at once is answered by one NOTIFY, and that says so.
        guard word == "terminated" || (word == "active" && subscribe.expires != 0) else {
            throw Objection(400, "its Subscription-State is \(state)")
        }
        return try url(inBodyOf: request)
    }

    /// From and To are those of the SUBSCRIBE, swapped.
    private func checkDialog(of request: SIPMessage, _ tags: Set<String>) throws(Objection) {
        guard request.first("Call-ID") == subscribe.callID else { throw Objection(481, "its Call-ID is not the phone's") }
        guard let cseq = request.first("CSeq").flatMap({ try? SIPCSeq(parsing: $0) }), cseq.method == "NOTIFY" else {
            throw Objection(400, "its CSeq is none of a NOTIFY")
        }
        guard let via = request.topVia else { throw Objection(400, "its Via cannot be read") }
        guard let branch = via.branch, branch.hasPrefix(SIPTransactionKey.magicCookie) else {
            throw Objection(400, "its Via has no branch of its own")
        }
        guard branch != subscribe.topVia.branch, !(via.host == subscribe.topVia.host && via.port == subscribe.topVia.port) else {
            throw Objection(400, "its Via is the phone's own")
        }
        guard let to = request.to, to.uri.text == subscribe.from.uri.text else {
            throw Objection(481, "its To is not the phone's From")
        }
        guard to.tag == subscribe.from.tag else { throw Objection(481, "its To tag is not the phone's") }
        guard let from = request.from, from.uri.text == subscribe.to.uri.text else {
            throw Objection(481, "its From is not the phone's To")
        }
        guard let tag = from.tag else { throw Objection(481, "its From has no tag") }
        guard tags.isEmpty || tags.contains(tag) else { throw Objection(481, "its From tag is not that of the 200") }
        guard case .request(_, let uri) = request.start, uri == subscribe.contact.textWithoutHeaders else {
            throw Objection(404, "its Request-URI is not the phone's Contact")
        }
    }

    private func url(inBodyOf request: SIPMessage) throws(Objection) -> String {
        let type = (request.first("Content-Type") ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
        let wanted = subscribe.accept.isEmpty ? ["application/url"] : subscribe.accept
        guard wanted.contains(type) else {
            throw Objection(415, "its Content-Type is \"\(type)\", not \(wanted.joined(separator: ", "))")
        }
        guard !request.leniencies.contains(.missingContentLength) else { throw Objection(400, "it has no Content-Length") }
        guard !request.leniencies.contains(.bytesAfterBody) else {
            throw Objection(400, "its Content-Length is less than its body")
        }
        var body = request.body[...]
        while let last = body.last, last == 0x0d || last == 0x0a { body.removeLast() }
        guard !body.isEmpty, body.allSatisfy({ (0x21...0x7e).contains($0) }) else { throw Objection(400, "its body is no URL") }
        return String(decoding: body, as: UTF8.self)
    }
}
