import DHCPMessages
import Packets
import VendorCatalogue

/// Who asks about an address, and all that the answer follows from but the book. Shared by all questions that are alike.
final class LeaseAsker: Sendable {
    let frame: UDPFrame
    let asker: Asker
    /// What it is told of its configuration; `nil` where there is nothing to tell.
    let choice: Choice?
    let network: IPv4Prefix
    let client: LeaseBook.Client

    init(
        frame: UDPFrame, asker: Asker, choice: Choice?, network: IPv4Prefix, client: LeaseBook.Client
    ) {
        self.frame = frame
        self.asker = asker
        self.choice = choice
        self.network = network
        self.client = client
    }

    /// The memory for what was asked is for phones: those who make up clients would fill it.
    var isWorthKeeping: Bool { asker.isKnown || asker.identity.vendor != nil }
}

/// A client that asks about an address.
struct LeaseQuestion {
    let message: DHCPMessage
    let from: LeaseAsker
    let now: Moment
    /// What was answered when the same was asked before: it holds where the address is the same.
    var earlier: DHCPAnswer?

    var requested: IPv4Address? { (try? message.options.address(.requestedAddress)).flatMap { $0 } }
    var server: IPv4Address? { (try? message.options.address(.serverIdentifier)).flatMap { $0 } }

    /// RENEWING or REBINDING: there alone ciaddr is filled in (RFC 2131 §4.3.2). Some say by which server they lease then, too, and no
    /// requested address, which SELECTING has.
    var isRenewal: Bool {
        message.type == .request && message.clientAddress != .any && (server == nil || requested == nil)
    }
}

extension Policy {
    func decide(
        _ question: LeaseQuestion, _ type: DHCPMessageType, _ decision: inout Decision, _ book: inout LeaseBook
    ) throws(Silence) {
        let (answer, changes) = try answer(question, type, from: &book)
        decision.changes = changes
        decision.isRenewal = question.isRenewal
        decision.outcome = answer.map { .answer(.dhcp($0)) } ?? .ignore(.noReplyDue(type))
    }

    /// DISCOVER, REQUEST, DECLINE and RELEASE where bellhop gives addresses (RFC 2131 §4.3).
    private func answer(_ question: LeaseQuestion, _ type: DHCPMessageType, from book: inout LeaseBook) throws(Silence) -> (
        DHCPAnswer?, [LeaseChange]
    ) {
        let message = question.message
        let (requested, server) = (question.requested, question.server)
        switch type {
        case .discover:
            try checkClientAddress(question)
            switch book.discover(question.from.client, wanting: requested, at: question.now) {
            case .success(let lease): return (try reply(.offer, question, lease.address), [])
            case .failure(let error): throw .noLease(error.reason)
            }
        case .request:
            if !isRebindingFromNowhere(question, book) { try checkClientAddress(question) }
            let answer: LeaseBook.RequestAnswer
            if let server {
                // SELECTING: the server that it chose, the address that it was offered (§4.3.2). Some say so when they renew, too.
                let own = message.clientAddress == .any ? nil : message.clientAddress
                guard let requested = requested ?? own else { throw .incompleteRequest }
                answer = book.select(
                    question.from.client, address: requested, server: server, isOurs: question.from.asker.link.isOwn(server),
                    at: question.now)
            } else if message.clientAddress != .any {
                // RENEWING by unicast, REBINDING by broadcast.
                answer = book.renew(question.from.client, address: message.clientAddress, at: question.now)
            } else {
                guard let requested else { throw .incompleteRequest }
                answer = book.reboot(question.from.client, address: requested, at: question.now)
            }
            switch answer {
            case .acknowledge(let lease, let change): return (try reply(.acknowledge, question, lease.address), [change])
            case .refuse(let reason): return (refusal(question, reason), [])
            case .silence(let reason): throw .noLease(reason)
            }
        case .decline:
            guard let requested else { throw .incompleteRequest }
            try checkIsOurs(server, question)
            guard let change = book.decline(question.from.client, address: requested, at: question.now) else {
                throw .noLease(.unknownClient)
            }
            return (nil, [change])
        case .release:
            try checkIsOurs(server, question)
            guard let change = book.release(question.from.client, address: message.clientAddress, at: question.now) else {
                throw .noLease(.unknownClient)
            }
            return (nil, [change])
        default:
            throw .neverAnswered(type)
        }
    }

    /// The answer goes to ciaddr where there is one (RFC 2131 §4.1): that is the address that it came from, unless a relay passed it on, or
    /// anybody could have answers sent to a third host.
    private func checkClientAddress(_ question: LeaseQuestion) throws(Silence) {
        let (claimed, source) = (question.message.clientAddress, question.from.frame.source)
        guard question.from.asker.relay != nil || claimed == .any || claimed == source else {
            throw .clientAddressIsNotSource(client: claimed, source: source)
        }
    }

    /// REBINDING is broadcast, and older udhcpc of BusyBox has no source address in it. Such a client is believed for the lease that it has,
    /// and the answer goes to its own hardware address; who claims another's address hears nothing, not even that it is not its own.
    private func isRebindingFromNowhere(_ question: LeaseQuestion, _ book: LeaseBook) -> Bool {
        let (message, frame) = (question.message, question.from.frame)
        return frame.source == .any && question.from.asker.relay == nil && message.clientAddress != .any
            && message.options[.serverIdentifier] == nil && message.options[.requestedAddress] == nil
            && frame.sourceMAC == message.clientMAC && book.lease(of: question.from.client)?.address == message.clientAddress
    }

    /// DECLINE and RELEASE name the server whose address it was (RFC 2131 table 5); where they do not, the book knows.
    private func checkIsOurs(_ server: IPv4Address?, _ question: LeaseQuestion) throws(Silence) {
        if let server, !question.from.asker.link.isOwn(server) { throw .noLease(.choseAnotherServer(server)) }
    }

    /// OFFER or ACK: 53, 54, the times, then what was asked for in its order, then what a rule insists on (RFC 2131 table 3).
    private func reply(_ type: DHCPMessageType, _ question: LeaseQuestion, _ address: IPv4Address) throws(Silence) -> DHCPAnswer {
        if let earlier = question.earlier, earlier.type == type, earlier.yourAddress == address {
            return earlier.again(question.message.transactionID)
        }
        var reply = DHCPMessage(replyingTo: question.message, type: type, server: question.from.asker.link.address)
        reply.yourAddress = address
        if type == .acknowledge { reply.clientAddress = question.message.clientAddress }
        if question.from.choice?.isOwnURL == true { reply.nextServer = question.from.asker.link.address }
        reply.options.set(.leaseTime, Policy.octets(settings.dhcp.lease.time))
        let (renewal, rebinding) = times(question)
        reply.options.set(.renewalTime, Policy.octets(renewal))
        reply.options.set(.rebindingTime, Policy.octets(rebinding))
        var asker = question.from.asker
        asker.address = address
        try addOptions(
            to: &reply, question.message, asker, question.from.choice, network: (settings.dhcp.lease, question.from.network))
        // Behind the rest: it is the first to give way.
        reply.options[.clientFQDN] = question.message.options[.clientFQDN].flatMap { ClientFQDN(decoding: $0)?.refusal[...] }
        return DHCPAnswer(message: reply, to: question.message, in: question.from.frame, from: question.from.asker.link)
    }

    /// T1 at half of the time, T2 at seven eighths (§4.4.5), unless a rule has others: those must come in their order.
    private func times(_ question: LeaseQuestion) -> (renewal: UInt32, rebinding: UInt32) {
        let time = settings.dhcp.lease.time
        func seconds(_ code: DHCPOptionCode) -> UInt32? {
            let octets = try? question.from.choice?.options[code.rawValue]?.rendered(OptionTemplate.Filling { _ in nil })
            return octets.flatMap { IPv4Address($0)?.bits }
        }
        let usual = (time / 2, time - time / 8)
        let (renewal, rebinding) = (seconds(.renewalTime) ?? usual.0, seconds(.rebindingTime) ?? usual.1)
        return renewal < rebinding && rebinding < time ? (renewal, rebinding) : usual
    }

    /// NAK: 53, 54, a word of explanation, and what is given back; never anything else (RFC 2131 table 3).
    private func refusal(_ question: LeaseQuestion, _ reason: String) -> DHCPAnswer {
        var reply = DHCPMessage(
            replyingTo: question.message, type: .negativeAcknowledge, server: question.from.asker.link.address)
        // "If 'giaddr' is set in the DHCPREQUEST message … the server MUST set the broadcast bit in the DHCPNAK" (RFC 2131 §4.3.2): the
        // client may not have a correct address to answer at.
        if question.message.relayAddress != .any { reply.flags |= DHCPMessage.broadcastFlag }
        giveBackIdentifier(to: &reply, question.message)
        // The word of explanation gives way first where there is no room.
        reply.options[.message] = Array(reason.utf8)[...]
        giveBackRelayInformation(to: &reply, question.message)
        return DHCPAnswer(message: reply, to: question.message, in: question.from.frame, from: question.from.asker.link)
    }

    static func octets(_ number: UInt32) -> [UInt8] { IPv4Address(bits: number).octets }
}

extension DHCPAnswer {
    /// A reply on its way, as RFC 2131 §4.1 sends it, by the link and with the tags that the request came with.
    init(message: DHCPMessage, to request: DHCPMessage, in frame: UDPFrame, from link: Link) {
        let (mac, address, port): (MACAddress, IPv4Address, UInt16) =
            switch DHCPDestination(of: message, to: request) {
            case .relay(let relay): (frame.sourceMAC, relay, DHCPMessage.serverPort)
            case .client(let client): (frame.sourceMAC, client, DHCPMessage.clientPort)
            case .broadcast: (.broadcast, .broadcast, DHCPMessage.clientPort)
            case .hardware(let address): (request.clientMAC ?? .broadcast, address, DHCPMessage.clientPort)
            }
        let encoded = message.encoded(limit: request.replyLimit)
        self.init(
            message: message, leavingOut: encoded.leftOut,
            in: UDPFrame(
                from: link.mac ?? Policy.unknownMAC, link.address, port: DHCPMessage.serverPort, to: mac, address, port: port,
                tags: frame.tags, payload: encoded.bytes))
    }
}
