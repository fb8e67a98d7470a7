import Packets

/// The messages that a PnP responder sends. Tags, branches and numbers are the caller's, so that equal questions get equal bytes.
///
/// All go to the source of the packet that they answer, whatever Via's maddr or Contact say: else anyone could aim them at
/// others.
package enum PnPReply {
    package enum Acceptance: UInt16, Sendable {
        case ok = 200
        /// What a Grandstream UCM answers.
        case accepted = 202

        var reason: String {
            switch self {
            case .ok: "OK"
            case .accepted: "Accepted"
            }
        }
    }

    /// The 200 to a SUBSCRIBE.
    ///
    /// - Parameters:
    ///   - toTag: ours, the same for each retransmission of this SUBSCRIBE; not used when its To has a tag.
    ///   - receivedFrom: the source of the packet, with `port`.
    ///   - contact: where we hear.
    package static func okay(
        to subscribe: PnPSubscribe, status: Acceptance = .ok, toTag: String, receivedFrom address: IPv4Address, port: UInt16,
        contact: SIPContact
    ) -> SIPMessage {
        let added = subscribe.to.parameters.has("tag") ? nil : toTag
        let copied = copiedHeaders(subscribe.message, vias: subscribe.vias, adding: added, from: address, port: port)
        return SIPMessage(
            start: .response(status: status.rawValue, reason: status.reason),
            headers: copied + [
                SIPHeader("Contact", contact.headerValue),
                // RFC 6665 §4.2.1.1: the duration in a 200 may be shorter than asked for. One NOTIFY, and the subscription is
                // over.
                SIPHeader("Expires", "0"),
                SIPHeader("Content-Length", "0"),
            ])
    }

    /// A no, for a peer that asked us alone; `nil` when the request is a response or an ACK, or has no Via that can be read, for
    /// then there is nobody to answer.
    package static func refusal(
        to request: SIPMessage, _ refusal: PnPRefusal, toTag: String, receivedFrom address: IPv4Address, port: UInt16
    ) -> SIPMessage? {
        guard let method = request.method, method != "ACK" else { return nil }
        let vias = request.elements("Via").compactMap { try? SIPVia(parsing: $0) }
        guard request.topVia != nil, vias.count == request.elements("Via").count else { return nil }
        let added = request.to?.parameters.has("tag") == false ? toTag : nil
        let copied = copiedHeaders(request, vias: vias, adding: added, from: address, port: port)
        return SIPMessage(
            start: .response(status: refusal.status, reason: refusal.reason),
            headers: copied + [refusal.header].compactMap { $0 } + [SIPHeader("Content-Length", "0")])
    }

    /// A no to a request that was refused before anyone asked what it means; `nil` where there is nobody to answer.
    package static func refusal(
        toUnreadable bytes: ArraySlice<UInt8>, _ fault: SIPFault, toTag: String, receivedFrom address: IPv4Address, port: UInt16
    ) -> SIPMessage? {
        guard let refusal = fault.refusal, let request = SIPMessage(salvaging: bytes) else { return nil }
        return self.refusal(to: request, refusal, toTag: toTag, receivedFrom: address, port: port)
    }

    /// RFC 3261 §8.2.6.2: From, Call-ID, CSeq and all Vias are those of the request, in its order, and To as well but for the
    /// tag.
    ///
    /// - Parameter toTag: of a To that has none.
    private static func copiedHeaders(
        _ request: SIPMessage, vias: [SIPVia], adding toTag: String?, from address: IPv4Address, port: UInt16
    ) -> [SIPHeader] {
        let top = vias.prefix(1).map { $0.answered(from: address, port: port) }
        return (top + vias.dropFirst()).map { SIPHeader("Via", $0.encoded) }
            + copied("From", of: request)
            + copied("To", of: request, tag: toTag)
            + copied("Call-ID", of: request)
            + copied("CSeq", of: request)
    }
}

extension PnPReply {
    /// The NOTIFY that carries the URL.
    ///
    /// - Parameters:
    ///   - toTag: the tag of our 200: it is the tag of our From here.
    ///   - branch: of our own Via; begins with `SIPTransactionKey.magicCookie` and is never used again.
    ///   - cseq: our own number, 0 to 2^31-1, not the phone's.
    ///   - contact: where we hear, and where the answer is to come to.
    package static func notify(
        for subscribe: PnPSubscribe, toTag: String, branch: String, cseq: UInt32, contact: SIPContact,
        event: String = PnPSubscribe.eventPackage, contentType: String = "application/url", body: [UInt8],
        userAgent: String? = nil
    ) -> SIPMessage {
        let via = SIPVia(
            transport: contact.transport.rawValue, host: "\(contact.address)", port: contact.port,
            parameters: SIPParameters([.init("branch", branch), .init("rport", nil)]))
        let added = subscribe.to.parameters.has("tag") ? nil : toTag
        let id = subscribe.eventID.map { SIPParameters([.init("id", $0)]).encoded } ?? ""
        // RFC 3261 §12.2.1.1, the UAS of the SUBSCRIBE: our From is their To, our To is their From.
        let headers: [SIPHeader?] = [
            SIPHeader("Via", via.encoded),
            SIPHeader("Max-Forwards", "70"),
            copied("To", of: subscribe.message, as: "From", tag: added).first,
            copied("From", of: subscribe.message, as: "To").first,
            copied("Call-ID", of: subscribe.message).first,
            SIPHeader("CSeq", "\(min(cseq, SIPNumber.most)) NOTIFY"),
            SIPHeader("Contact", contact.headerValue),
            SIPHeader("Event", event + id),
            SIPHeader("Subscription-State", "terminated;reason=timeout"),
            userAgent.map { SIPHeader("User-Agent", $0) },
            SIPHeader("Content-Type", contentType),
            SIPHeader("Content-Length", "\(body.count)"),
        ]
        return SIPMessage(
            start: .request(method: "NOTIFY", uri: subscribe.contact.textWithoutHeaders), headers: headers.compactMap { $0 },
            body: body)
    }

    /// The headers of this name with their bytes untouched, the long name, and a tag where one is to be added.
    private static func copied(_ name: String, of request: SIPMessage, as newName: String? = nil, tag: String? = nil)
        -> [SIPHeader]
    {
        let added = tag.map { Array(";tag=\($0)".utf8) } ?? []
        return request.headers(name).map { SIPHeader(newName ?? name, bytes: $0.bytes + added) }
    }
}
