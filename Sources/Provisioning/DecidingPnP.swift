import Packets
import SIPMessages
import VendorCatalogue

extension Policy {
    /// What is done about a SUBSCRIBE heard on the PnP group, or sent to us alone.
    func decide(
        _ subscribe: PnPSubscribe, in request: Request, on link: Link, learnt: LearntDevice?, as known: Identity?
    ) -> Decision {
        let frame = request.frame
        var decision = Decision(kind: .pnpSubscribe, identity: Identity(mac: nil), outcome: .ignore(.notAPhone))
        do throws(Silence) {
            decision.identity = known ?? identify(subscribe, request.macEvidence(on: link), learnt: learnt)
            guard settings.pnp.answer != .off else { throw Silence.pnpOff }
            // A source that cannot be answered, or one that asks for the answer to go elsewhere, gets none (RFC 3261 §18.2.2 would
            // trust Via and Contact; anyone could aim our answers at others with them).
            guard frame.source.isHost else { throw Silence.noClientAddress }
            guard link.isOnLink(frame.source) else { throw Silence.notOnLink(frame.source) }
            guard subscribe.contactAddress == frame.source else {
                throw Silence.contactElsewhere(contact: subscribe.contact.host, source: frame.source)
            }
            var asker = Asker(identity: decision.identity, link: link.answering(frame))
            asker.vlans = frame.tags.map(\.identifier)
            asker.address = frame.source
            // A connection shows no frame; who fetches over one is known by the kernel's neighbour table.
            asker.provenMAC = frame.sourceMAC.isStation ? frame.sourceMAC : decision.identity.mac
            let rule = settings.rules.first(for: asker)
            decision.rule = rule?.name
            let choice = try chooseForSpeaker(subscribe, asker, rule)
            decision.url = choice.url
            let answer = try answer(subscribe, in: request, asker, choice, try choice.notified.get())
            guard settings.pnp.answer != .observe else {
                decision.withheld = .pnp(answer)
                throw Silence.observing
            }
            decision.outcome = .answer(.pnp(answer))
        } catch {
            decision.outcome = .ignore(error)
        }
        return decision
    }

    /// Whoever speaks PnP is a phone; one that nothing else is known of is worth a word of its own.
    private func chooseForSpeaker(_ subscribe: PnPSubscribe, _ asker: Asker, _ rule: Rule?) throws(Silence) -> Choice {
        do {
            return try choose(for: asker, rule: rule)
        } catch .notAPhone {
            let says = [subscribe.vendor, subscribe.model].compactMap { $0.flatMap(safeName) }.joined(separator: " ")
            throw .unknownPhone(asker.identity.mac, says: says)
        }
    }

    private func identify(_ subscribe: PnPSubscribe, _ evidence: [MACEvidence], learnt: LearntDevice?) -> Identity {
        let mac = MACEvidence.heaviest(evidence)
        var seen = Observations(mac: mac)
        seen.userAgent = subscribe.userAgentBytes
        seen.eventVendor = subscribe.vendor
        seen.eventModel = subscribe.model
        seen.eventVersion = subscribe.version
        seen.learnt = learnt
        seen.known = mac.flatMap { settings.devices[$0] }
        return catalogue.identify(seen, macEvidence: evidence)
    }

    /// The refusal that a request deserves which was sent to us alone (RFC 3261 §8.2, RFC 6665 §4.2.1.1); `nil` for what must not be
    /// answered at all.
    package func refusal(of message: SIPMessage, _ fault: PnPFault, from source: IPv4Address, port: UInt16) -> [UInt8]? {
        guard let refusal = fault.refusal else { return nil }
        let tag = DialogHash([message.first(.callID) ?? [], message.first(.from) ?? []], secret: secret).tag
        return PnPReply.refusal(to: message, refusal, toTag: tag, receivedFrom: source, port: port)?.encoded()
    }

    /// The same for what cannot be read as a message.
    package func refusal(of bytes: ArraySlice<UInt8>, _ fault: SIPFault, from source: IPv4Address, port: UInt16) -> [UInt8]? {
        let tag = DialogHash([Array("\(source):\(port)".utf8)[...]], secret: secret).tag
        return PnPReply.refusal(toUnreadable: bytes, fault, toTag: tag, receivedFrom: source, port: port)?.encoded()
    }

    /// The URL as this family wants to be told it.
    private func body(for asker: Asker, _ shape: NotifyShape, _ rule: Rule?, _ url: String) throws(Silence) -> String {
        var body = url
        if let template = shape.body {
            do {
                body = try template.expanded(variables(of: asker, url: url))
            } catch {
                throw .unknownVariable(error.variable.rawValue, url: template.source)
            }
        }
        if shape.isFolder, !body.hasSuffix("/") { body += "/" }
        // What was made of the URL must lead somewhere as well.
        if body != url, ProvisioningURL(body) != nil { _ = try checkServed(body, to: asker, rule) }
        return body
    }

    private func answer(
        _ subscribe: PnPSubscribe, in request: Request, _ asker: Asker, _ choice: Choice, _ url: String
    ) throws(Silence) -> PnPAnswer {
        let frame = request.frame
        let shape = asker.identity.family?.answer.notify ?? NotifyShape()
        let body = try body(for: asker, shape, choice.rule, url)
        let contact = SIPContact(asker.link.address, asker.link.sipPort, request.transport)
        let dialog = DialogHash(
            [subscribe.callIDBytes, subscribe.from.tagBytes ?? [], subscribe.topVia.bytes], subscribe.cseq, secret: secret
        )
        let okay = PnPReply.okay(
            to: subscribe, status: shape.status == 202 ? .accepted : .ok, toTag: dialog.tag, receivedFrom: frame.source,
            port: frame.sourcePort, contact: contact)
        let branch = SIPTransactionKey.magicCookie + dialog.branch
        let notify = PnPReply.notify(
            for: subscribe, toTag: dialog.tag, branch: branch, cseq: 1 + UInt32(dialog.number), contact: contact,
            contentType: shape.contentType, body: Array(body.utf8) + (shape.endsLine ? [0x0d, 0x0a] : []))
        let (okayBytes, notifyBytes) = (okay.encoded(), notify.encoded())
        // Whoever forges the source of a SUBSCRIBE must not gain by it (T6). A connection cannot be forged so.
        guard request.transport == .tcp || okayBytes.count + notifyBytes.count <= 3 * frame.payload.count else {
            throw .answerTooLong(bytes: okayBytes.count + notifyBytes.count, request: frame.payload.count)
        }
        return PnPAnswer(
            exchange: subscribe.transactionKey, okay: okayBytes, notify: notifyBytes, notifyBranch: branch, body: body,
            to: frame.source, okayPort: frame.sourcePort, notifyPort: subscribe.contactPort, mac: frame.sourceMAC,
            tags: frame.tags, from: contact, bytesHeard: frame.payload.count)
    }
}

/// Tags and branches of one exchange. They follow from the request and a secret: a retransmission gets the same without anything
/// being remembered, and no stranger can make an answer to our NOTIFY up.
private struct DialogHash {
    private var state: UInt64

    /// FNV-1a over the parts, from a secret start.
    init(_ parts: [ArraySlice<UInt8>], _ number: UInt32? = nil, secret: UInt64) {
        state = secret ^ 0xcbf2_9ce4_8422_2325
        for part in parts {
            for byte in part { add(byte) }
            add(0xff)
        }
        guard let number else { return }
        for digit in String(number).utf8 { add(digit) }
        add(0xff)
    }

    private mutating func add(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }

    /// RFC 3261 §19.3: "at least 32 bits of randomness". Short, since all of it is sent again with every NOTIFY (T6).
    var tag: String { hex(1, digits: 8) }
    var branch: String { hex(2, digits: 16) }
    /// 0 to 65,535, to begin our own CSeq with.
    var number: UInt16 { UInt16(truncatingIfNeeded: mixed(4)) }

    private func hex(_ lane: UInt64, digits: Int) -> String {
        let value = mixed(lane)
        let text = (0..<digits).map { hexDigit(UInt8(truncatingIfNeeded: value >> (60 - 4 * UInt64($0))) & 15) }
        return String(decoding: text, as: UTF8.self)
    }

    /// splitmix64's finishing steps: every bit of the state reaches every bit of the result.
    private func mixed(_ lane: UInt64) -> UInt64 {
        var value = state &+ lane &* 0x9e37_79b9_7f4a_7c15
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
