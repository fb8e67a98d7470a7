import DHCPMessages
import Packets
import VendorCatalogue

/// A client that asks about an address, with all that the answer needs.
struct LeaseQuestion {
    var message: DHCPMessage
    var frame: UDPFrame
    var asker: Asker
    /// What it is told of its configuration; `nil` where there is nothing to tell.
    var choice: Choice?
    var terms: LeaseSettings
    var network: IPv4Prefix
    var client: LeaseBook.Client
    var now: Moment
}

extension Policy {
    /// DISCOVER, REQUEST, DECLINE and RELEASE where bellhop gives addresses (RFC 2131 §4.3).
    func answer(_ question: LeaseQuestion, _ type: DHCPMessageType, from book: inout LeaseBook) throws(Silence) -> (
        DHCPAnswer?, [LeaseChange]
    ) {
        let message = question.message
        let requested = (try? message.options.address(.requestedAddress)).flatMap { $0 }
        let server = (try? message.options.address(.serverIdentifier)).flatMap { $0 }
        switch type {
        case .discover:
            switch book.discover(question.client, wanting: requested, at: question.now) {
            case .success(let lease): return (try reply(.offer, question, lease.address), [])
            case .failure(let error): throw .noLease(error.reason)
            }
        case .request:
            let answer: LeaseBook.RequestAnswer
            if let server {
                // SELECTING: the server that it chose, the address that it was offered (§4.3.2).
                guard let requested else { throw .incompleteRequest }
                answer = book.select(
                    question.client, address: requested, server: server, isOurs: question.asker.link.isOwn(server),
                    at: question.now)
            } else if message.clientAddress != .any {
                // RENEWING by unicast, REBINDING by broadcast: from the address that it uses, unless a relay passes it on.
                guard message.clientAddress == question.frame.source || question.asker.relay != nil else {
                    throw .clientAddressIsNotSource(client: message.clientAddress, source: question.frame.source)
                }
                answer = book.renew(question.client, address: message.clientAddress, at: question.now)
            } else {
                guard let requested else { throw .incompleteRequest }
                answer = book.reboot(question.client, address: requested, at: question.now)
            }
            switch answer {
            case .acknowledge(let lease, let change): return (try reply(.acknowledge, question, lease.address), [change])
            case .refuse(let reason): return (refusal(question, reason), [])
            case .silence(let reason): throw .noLease(reason)
            }
        case .decline:
            guard let requested, server.map(question.asker.link.isOwn) ?? true else { throw .incompleteRequest }
            guard let change = book.decline(question.client, address: requested, at: question.now) else {
                throw .noLease(.unknownClient)
            }
            return (nil, [change])
        case .release:
            guard server.map(question.asker.link.isOwn) ?? true else { throw .noLease(.choseAnotherServer(server ?? .any)) }
            guard let change = book.release(question.client, address: message.clientAddress, at: question.now) else {
                throw .noLease(.unknownClient)
            }
            return (nil, [change])
        default:
            throw .neverAnswered(type)
        }
    }

    /// OFFER or ACK: 53, 54, the times, then what was asked for in its order, then what a rule insists on (RFC 2131 table 3).
    private func reply(_ type: DHCPMessageType, _ question: LeaseQuestion, _ address: IPv4Address) throws(Silence) -> DHCPAnswer {
        var reply = DHCPMessage(replyingTo: question.message, type: type, server: question.asker.link.address)
        reply.yourAddress = address
        if type == .acknowledge { reply.clientAddress = question.message.clientAddress }
        if question.choice?.isOwnURL == true { reply.nextServer = question.asker.link.address }
        let time = question.terms.time
        reply.options[.leaseTime] = Policy.octets(time)
        // §4.4.5: T1 at half of the time, T2 at seven eighths, unless a rule insists on others.
        for (code, seconds) in [(DHCPOptionCode.renewalTime, time / 2), (.rebindingTime, time / 8 * 7)]
        where question.choice?.insisted.contains(code.rawValue) != true { reply.options[code] = Policy.octets(seconds) }
        var asker = question.asker
        asker.address = address
        try addOptions(to: &reply, question.message, asker, question.choice, network: (question.terms, question.network))
        return DHCPAnswer(message: reply, to: question.message, in: question.frame, from: question.asker.link)
    }

    /// NAK: 53, 54, a word of explanation, and what is given back; never anything else (RFC 2131 table 3).
    private func refusal(_ question: LeaseQuestion, _ reason: String) -> DHCPAnswer {
        var reply = DHCPMessage(replyingTo: question.message, type: .negativeAcknowledge, server: question.asker.link.address)
        reply.options[.message] = Array(reason.utf8)[...]
        // "If 'giaddr' is set in the DHCPREQUEST message … the server MUST set the broadcast bit in the DHCPNAK" (RFC 2131 §4.3.2): the
        // client may not have a correct address to answer at.
        if question.message.relayAddress != .any { reply.flags |= DHCPMessage.broadcastFlag }
        giveBack(to: &reply, question.message)
        return DHCPAnswer(message: reply, to: question.message, in: question.frame, from: question.asker.link)
    }

    static func octets(_ number: UInt32) -> ArraySlice<UInt8> { IPv4Address(bits: number).octets[...] }
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
            message: message, encoded: encoded,
            frame: UDPFrame(
                from: link.mac ?? Policy.unknownMAC, link.address, port: DHCPMessage.serverPort, to: mac, address, port: port,
                tags: frame.tags, payload: encoded.bytes))
    }
}
