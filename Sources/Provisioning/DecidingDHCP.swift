import DHCPMessages
import Packets
import VendorCatalogue

extension Policy {
    /// What is done about a DHCP message: INFORM is answered (RFC 2131 §3.4, §4.3.5); what is about addresses only where bellhop gives
    /// them, and from the book of that interface.
    /// - Returns: with it who asked about an address, where one was asked for.
    func decide(
        _ message: DHCPMessage, in frame: UDPFrame, on link: Link, at now: Moment, learnt: LearntDevice?, as known: Identity?,
        leases book: inout LeaseBook?, limits: inout RequestLimits?
    ) -> (decision: Decision, lease: LeaseAsker?) {
        var lease: LeaseAsker?
        var decision = Decision(
            kind: .dhcp(message.type), identity: Identity(mac: message.clientMAC), outcome: .ignore(.notAPhone))
        do throws(Silence) {
            // Messages that are no request are dropped before anybody is identified: they are most of what a network carries.
            let (type, mac) = try requestType(of: message)
            if type != .inform, settings.dhcp.answer == .lease { try checkSource(of: message, type, mac, in: frame, on: link) }
            let isKnown = settings.devices[mac] != nil || learnt?.familyID != nil
            let refusal = limits?.refusal(
                of: type, from: mac, isKnown: isKnown || book?.knows(client(message, mac)) == true, at: now.steady)
            if let refusal { throw refusal }
            var seen = Observations(mac: mac)
            seen.vendorClass = (try? message.options.octets(.vendorClass, atLeast: 1)).flatMap { $0 }
            seen.parameterRequestList = (try? message.options.octets(.parameterRequestList, atLeast: 1)).flatMap { $0 }
            seen.learnt = learnt
            seen.known = settings.devices[mac]
            decision.identity = known ?? catalogue.identify(seen)
            guard settings.dhcp.answer != .off else { throw Silence.dhcpOff }

            let relay = message.relayAddress == .any ? nil : message.relayAddress
            let facing = link.answering(relay ?? frame.source, asAddressed: frame.destination)
            var asker = Asker(identity: decision.identity, link: facing)
            asker.vlans = frame.tags.map(\.identifier)
            asker.relay = relay
            asker.relayInformation = RelayAgentInformation(message)
            asker.vendorClass = seen.vendorClass
            asker.provenMAC = asker.relay == nil ? frame.sourceMAC : nil
            asker.isKnown = isKnown
            if type == .inform {
                try decideInform(message, in: frame, asker, &decision)
            } else {
                guard settings.dhcp.answer == .lease else { throw Silence.wantsLease(type) }
                try decideLease(message, type, mac, in: frame, asker, at: now, &decision, &book, &lease)
            }
        } catch {
            decision.outcome = .ignore(error)
        }
        return (decision, lease)
    }

    private func decideInform(
        _ message: DHCPMessage, in frame: UDPFrame, _ asker: Asker, _ decision: inout Decision
    ) throws(Silence) {
        let client = try clientAddress(of: message, in: frame, on: asker.link)
        var asker = asker
        asker.address = client ?? message.clientAddress
        let rule = settings.rules.first(for: asker)
        decision.rule = rule?.name
        let choice = try choose(for: asker, rule: rule)
        decision.url = choice.url
        decision.untold = choice.untold
        var reply = try acknowledge(message, asker, choice)
        // As it came, and empty where the client left it so (RFC 2131 table 3).
        reply.clientAddress = message.clientAddress
        // A relay that is told to broadcast reaches a client whose address nobody knows.
        if client == nil { reply.flags |= DHCPMessage.broadcastFlag }
        let encoded = reply.encoded(limit: message.replyLimit)
        let carrier = UDPFrame(
            from: asker.link.mac ?? Policy.unknownMAC, asker.link.address, port: DHCPMessage.serverPort,
            to: frame.sourceMAC, client ?? message.relayAddress,
            port: client == nil ? DHCPMessage.serverPort : DHCPMessage.clientPort,
            tags: frame.tags, payload: encoded.bytes)
        let answer = Answer.dhcp(DHCPAnswer(message: reply, leavingOut: encoded.leftOut, in: carrier))
        guard settings.dhcp.answer != .observe else {
            decision.withheld = answer
            throw Silence.observing
        }
        decision.outcome = .answer(answer)
    }

    /// Only where `dhcp.lease.to` lets it, and behind a relay only on the network that the ranges belong to.
    private func decideLease(
        _ message: DHCPMessage, _ type: DHCPMessageType, _ mac: MACAddress, in frame: UDPFrame, _ asker: Asker, at now: Moment,
        _ decision: inout Decision, _ book: inout LeaseBook?, _ asked: inout LeaseAsker?
    ) throws(Silence) {
        let rule = settings.rules.first(for: asker)
        decision.rule = rule?.name
        if let rule, rule.ignores { throw .ruleIgnores(rule.name) }
        if settings.dhcp.lease.to == .phones { try checkIsPhone(asker, rule) }
        guard let network = settings.dhcp.lease.network(of: asker.link.networks), book != nil else { throw .notLeasingHere }
        // The client is where its relay is (RFC 2131 §4.3.1), and there is a pool for the link's own network only.
        if let relay = asker.relay, !network.contains(relay) { throw .leasesNotRelayed }
        var asker = asker
        asker.link.address = network.address
        // Where there is nothing to fetch, an address alone is still of use.
        let choice = try? choose(for: asker, rule: rule)
        decision.url = choice?.url
        decision.untold = choice?.untold ?? []
        let identifier = message.options[.clientIdentifier].map(Array.init) ?? []
        let name = (try? message.options.text(.hostName)).flatMap { $0 }.map(printable)
        let client = LeaseBook.Client(
            mac: mac, identifier: identifier, hostName: name, vendor: asker.identity.vendor ?? asker.identity.label,
            interface: asker.link.interface, standing: asker.isKnown ? .known : nil)
        let lease = LeaseAsker(
            frame: frame, asker: asker, choice: choice, network: network, client: client)
        asked = lease
        try book?.use { leases throws(Silence) in
            try decide(LeaseQuestion(message: message, from: lease, now: now), type, &decision, &leases)
        }
    }

    /// Stands for an interface whose own address is not known: a locally administered one.
    package static let unknownMAC = MACAddress(bits: 0x0200_0000_0001)

    private func requestType(of message: DHCPMessage) throws(Silence) -> (DHCPMessageType, MACAddress) {
        guard message.operation == DHCPMessage.request else { throw .dhcpReply(message.type) }
        guard let type = message.type else { throw .noMessageType }
        switch type {
        case .discover, .request, .decline, .release, .inform: break
        default: throw .neverAnswered(type)
        }
        guard let mac = message.clientMAC else { throw .notEthernetClient }
        return (type, mac)
    }

    private func client(_ message: DHCPMessage, _ mac: MACAddress) -> LeaseClient {
        LeaseClient(mac: mac, identifier: message.options[.clientIdentifier].map(Array.init) ?? [])
    }

    /// Who asks about an address is on the link by its own hardware address (T3), or behind a relay that the configuration names. Where
    /// there are relays, a renewal may also come by way of a router: by unicast, from the address that it is about (RFC 2131 §4.4.5). It
    /// takes nothing from anybody.
    private func checkSource(
        of message: DHCPMessage, _ type: DHCPMessageType, _ mac: MACAddress, in frame: UDPFrame, on link: Link
    ) throws(Silence) {
        guard message.relayAddress == .any else { return try checkRelay(message.relayAddress) }
        let isRenewal =
            type == .request && message.clientAddress.isHost && message.clientAddress == frame.source
            && link.isOwn(frame.destination)
        guard mac == frame.sourceMAC || (isRenewal && !settings.dhcp.relays.isEmpty) else {
            throw .hardwareAddressIsNotSource(client: mac, source: frame.sourceMAC)
        }
    }

    private func checkRelay(_ relay: IPv4Address) throws(Silence) {
        guard settings.dhcp.trusts(relay) else { throw .relayNotConfigured(relay) }
    }

    /// Where an INFORM is answered to: its ciaddr, "the client's address" (RFC 2131 table 5), and only where the packet came from that
    /// address or through a relay that the configuration names. Clients that leave ciaddr empty are answered at their source address
    /// (they exist: ISC's server does the same since 1997). `nil`: no address is known, and the relay has to find the client.
    private func clientAddress(of message: DHCPMessage, in frame: UDPFrame, on link: Link) throws(Silence) -> IPv4Address? {
        let claimed = message.clientAddress
        if message.relayAddress != .any {
            try checkRelay(message.relayAddress)
            if claimed == .any { return nil }
            guard claimed.isHost else { throw .noClientAddress }
            return claimed
        }
        guard claimed == .any || claimed == frame.source else {
            throw .clientAddressIsNotSource(client: claimed, source: frame.source)
        }
        guard frame.source.isHost else { throw .noClientAddress }
        guard link.isOnLink(frame.source) else { throw .notOnLink(frame.source) }
        return frame.source
    }

    /// The ACK: 53 and 54, then what was asked for. It has no times of a lease and no yiaddr (§4.3.5), and nothing that the configuration does
    /// not hold is made up.
    private func acknowledge(_ request: DHCPMessage, _ asker: Asker, _ choice: Choice) throws(Silence) -> DHCPMessage {
        var reply = DHCPMessage(replyingTo: request, type: .acknowledge, server: asker.link.address)
        if choice.isOwnURL { reply.nextServer = asker.link.address }
        let terms = settings.dhcp.answer == .lease ? settings.dhcp.lease : nil
        let network = terms.flatMap { terms in terms.network(of: asker.link.networks).map { (terms, $0) } }
        try addOptions(to: &reply, request, asker, choice, network: network)
        reply.options[.renewalTime] = nil
        reply.options[.rebindingTime] = nil
        let isTold = choice.options.all.contains { reply.options.contains(DHCPOptionCode($0.code)) }
        guard isTold || !reply.serverName.isEmpty || !reply.bootFile.isEmpty else {
            if !choice.untold.isEmpty { throw .urlDoesNotFit(choice.untold) }
            let asked = (try? request.options.octets(.parameterRequestList, atLeast: 1)).flatMap { $0 } ?? []
            throw .asksForNothingOffered(
                asked: asked.map { DHCPOptionCode($0) }, offered: choice.options.all.map { DHCPOptionCode($0.code) })
        }
        return reply
    }
}
