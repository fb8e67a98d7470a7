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
        var writer = SIPWriter(status: status.rawValue, reason: status.reason)
        let added = subscribe.to.parameters.has(.tag) ? nil : toTag
        writer.copyHeaders(of: subscribe.message, subscribe.topVia, adding: added, from: address, port: port)
        writer.header(contact)
        // RFC 6665 §4.2.1.1: the duration in a 200 may be shorter than asked for. One NOTIFY, and the subscription is over.
        writer.header(.expires, "0")
        return writer.message()
    }

    /// A no, for a peer that asked us alone; `nil` when the request is a response or an ACK, or has no Via that can be read, for
    /// then there is nobody to answer.
    package static func refusal(
        to request: SIPMessage, _ refusal: PnPRefusal, toTag: String, receivedFrom address: IPv4Address, port: UInt16
    ) -> SIPMessage? {
        guard request.isRequest, !request.isRequest("ACK") else { return nil }
        guard let top = request.topVia, request.elements(.via).allSatisfy({ (try? SIPVia(parsing: $0)) != nil }) else {
            return nil
        }
        var writer = SIPWriter(status: refusal.status, reason: refusal.reason)
        let added = request.to?.parameters.has(.tag) == false ? toTag : nil
        writer.copyHeaders(of: request, top, adding: added, from: address, port: port)
        if let header = refusal.header { writer.header(header) }
        return writer.message()
    }

    /// A no to a request that was refused before anyone asked what it means; `nil` where there is nobody to answer.
    package static func refusal(
        toUnreadable bytes: ArraySlice<UInt8>, _ fault: SIPFault, toTag: String, receivedFrom address: IPv4Address, port: UInt16
    ) -> SIPMessage? {
        guard let refusal = fault.refusal, let request = SIPMessage(salvaging: bytes) else { return nil }
        return self.refusal(to: request, refusal, toTag: toTag, receivedFrom: address, port: port)
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
        var writer = SIPWriter(method: "NOTIFY", uri: subscribe.contact.bytesWithoutHeaders)
        writer.begin(.via)
        writer.write(.versionSlash)
        writer.write(contact.transport.rawValue)
        writer.write(UInt8(ascii: " "))
        writer.write(contact.address, port: contact.port)
        writer.write(.semicolonBranch)
        writer.write(branch)
        writer.write(.semicolonPort)
        writer.end()
        writer.header(.maxForwards, "70")
        // RFC 3261 §12.2.1.1, the UAS of the SUBSCRIBE: our From is their To, our To is their From.
        writer.copy(.to, of: subscribe.message, as: .from, tag: subscribe.to.parameters.has(.tag) ? nil : toTag)
        writer.copy(.from, of: subscribe.message, as: .to)
        writer.copy(.callID, of: subscribe.message)
        writer.begin(.cseq)
        writer.write(decimal: min(cseq, SIPNumber.most))
        writer.write(" NOTIFY")
        writer.end()
        writer.header(contact)
        writer.begin(.event)
        writer.write(event)
        if let id = subscribe.event.parameters.bytes(.id) { writer.writeParameter(SIPWord.id.text[...], id) }
        writer.end()
        writer.header(.subscriptionState, "terminated;reason=timeout")
        if let userAgent { writer.header(.userAgent, userAgent) }
        writer.header(.contentType, contentType)
        return writer.message(body)
    }
}

extension SIPWriter {
    /// RFC 3261 §8.2.6.2: From, Call-ID, CSeq and all Vias are those of the request, in its order, and To as well but for the
    /// tag.
    ///
    /// - Parameter toTag: of a To that has none.
    mutating func copyHeaders(
        of request: SIPMessage, _ topVia: SIPVia?, adding toTag: String?, from address: IPv4Address, port: UInt16
    ) {
        if let topVia {
            begin(.via)
            write(topVia, answeredFrom: address, port: port)
            end()
        }
        if topVia == nil || !request.hasOneVia {
            for via in request.elements(.via).dropFirst(topVia == nil ? 0 : 1) {
                begin(.via)
                write(via)
                end()
            }
        }
        copy(.from, of: request)
        copy(.to, of: request, tag: toTag)
        copy(.callID, of: request)
        copy(.cseq, of: request)
    }

    /// Where we hear.
    fileprivate mutating func header(_ contact: SIPContact) {
        begin(.contact)
        write(.uriStart)
        write(contact.address, port: contact.port)
        // RFC 3261 §19.1.2: UDP is what a URI without a transport means.
        write(contact.transport == .tcp ? ";transport=tcp>" : ">")
        end()
    }
}

extension SIPMessage {
    /// What answers a request, with the headers that every answer copies and no others.
    package static func response(
        to request: SIPMessage, status: UInt16, reason: String, receivedFrom address: IPv4Address, port: UInt16
    ) -> SIPMessage {
        var writer = SIPWriter(status: status, reason: reason)
        writer.copyHeaders(of: request, request.topVia, adding: nil, from: address, port: port)
        return writer.message()
    }
}
