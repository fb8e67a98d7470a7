import DHCPMessages
import Packets
import VendorCatalogue

extension Policy {
    /// What is done about a DHCP message while no addresses are given: INFORM is answered (RFC 2131 §3.4, §4.3.5), nothing else is.
    func decide(_ message: DHCPMessage, in frame: UDPFrame, on link: Link, learnt: LearntDevice?, as known: Identity?) -> Decision {
        var seen = Observations(mac: message.clientMAC)
        seen.vendorClass = (try? message.options.octets(.vendorClass, atLeast: 1)).flatMap { $0 }
        seen.parameterRequestList = (try? message.options.octets(.parameterRequestList, atLeast: 1)).flatMap { $0 }
        seen.learnt = learnt
        seen.known = message.clientMAC.flatMap { settings.devices[$0] }
        var decision = Decision(kind: .dhcp(message.type), identity: Identity(mac: message.clientMAC), outcome: .ignore(.notAPhone))
        do throws(Silence) {
            // Messages that are no request are dropped before anybody is identified: they are most of what a network carries.
            let type = try requestType(of: message)
            decision.identity = known ?? catalogue.identify(seen)
            guard settings.dhcp.answer != .off else { throw Silence.dhcpOff }
            guard type == .inform else { throw Silence.wantsLease(type) }
            let client = try clientAddress(of: message, in: frame, on: link)

            var asker = Asker(identity: decision.identity, link: link)
            asker.vlan = frame.tags.first?.identifier
            asker.relay = message.relayAddress == .any ? nil : message.relayAddress
            asker.address = client ?? message.clientAddress
            asker.vendorClass = seen.vendorClass
            let rule = settings.rules.first { $0.match.matches(asker) }
            decision.rule = rule?.name
            let choice = try choose(for: asker, rule: rule)
            decision.url = choice.url
            var reply = try acknowledge(message, asker, choice, seen.parameterRequestList)
            guard settings.dhcp.answer != .observe else { throw Silence.observing }
            reply.clientAddress = client ?? .any
            // A relay that is told to broadcast reaches a client whose address nobody knows.
            if client == nil { reply.flags |= DHCPMessage.broadcastFlag }
            let encoded = reply.encoded(limit: message.replyLimit)
            let carrier = UDPFrame(
                from: link.mac ?? Policy.unknownMAC, link.address, port: DHCPMessage.serverPort,
                to: frame.sourceMAC, client ?? message.relayAddress, port: client == nil ? DHCPMessage.serverPort : DHCPMessage.clientPort,
                tags: frame.tags, payload: encoded.bytes)
            decision.outcome = .answer(.dhcp(DHCPAnswer(message: reply, encoded: encoded, frame: carrier)))
        } catch {
            decision.outcome = .ignore(error)
        }
        return decision
    }

    /// Stands for an interface whose own address is not known: a locally administered one.
    static let unknownMAC = MACAddress(bits: 0x0200_0000_0001)

    private func requestType(of message: DHCPMessage) throws(Silence) -> DHCPMessageType {
        guard message.operation == DHCPMessage.request else { throw .dhcpReply(message.type) }
        guard let type = message.type else { throw .noMessageType }
        switch type {
        case .discover, .request, .decline, .release, .inform: break
        default: throw .neverAnswered(type)
        }
        guard message.clientMAC != nil else { throw .notEthernetClient }
        return type
    }

    /// Where an INFORM is answered to: its ciaddr, "the client's address" (RFC 2131 table 5), and only where the packet came from that
    /// address or through a relay that the configuration names. Clients that leave ciaddr empty are answered at their source address
    /// (they exist: ISC's server does the same since 1997). `nil`: no address is known, and the relay has to find the client.
    private func clientAddress(of message: DHCPMessage, in frame: UDPFrame, on link: Link) throws(Silence) -> IPv4Address? {
        let claimed = message.clientAddress
        if message.relayAddress != .any {
            guard settings.dhcp.relays.contains(where: { $0.contains(message.relayAddress) }) else {
                throw .relayNotConfigured(message.relayAddress)
            }
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

    /// The ACK: 53 and 54, then what was asked for in the order of option 55, then what a rule insists on, then what is given back.
    ///
    /// An INFORM's ACK has no lease time and no yiaddr (§4.3.5), and nothing that the configuration does not hold is made up.
    private func acknowledge(
        _ request: DHCPMessage, _ asker: Asker, _ choice: Choice, _ asked: ArraySlice<UInt8>?
    ) throws(Silence) -> DHCPMessage {
        var reply = DHCPMessage(replyingTo: request, type: .acknowledge, server: asker.link.address)
        if choice.isOwnURL { reply.nextServer = asker.link.address }
        let value = variables(of: asker, url: choice.url)
        var told = 0
        let wanted = asked.map(Array.init) ?? choice.options.all.map(\.code)
        for code in wanted + choice.insisted where reply.options[DHCPOptionCode(code)] == nil {
            guard let template = choice.options[code] else { continue }
            let octets: [UInt8]
            do {
                octets = try template.rendered(value)
            } catch {
                throw .unknownVariable(error.variable.rawValue, url: "option \(code)")
            }
            guard !octets.isEmpty else { continue }
            reply.options[DHCPOptionCode(code)] = octets[...]
            told += 1
        }
        guard told > 0 else {
            throw .asksForNothingOffered(asked: wanted.map { DHCPOptionCode($0) }, offered: choice.options.all.map { DHCPOptionCode($0.code) })
        }
        if asker.identity.family?.answer.echoesVendorClass == true, reply.options[.vendorClass] == nil {
            reply.options[.vendorClass] = request.options[.vendorClass]
        }
        // "The server MUST return the 'client identifier' option, unaltered" (RFC 6842 §3).
        reply.options[.clientIdentifier] = request.options[.clientIdentifier]
        reply.options[.relayAgentInformation] = request.options[.relayAgentInformation]
        return reply
    }
}
