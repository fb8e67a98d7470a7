import Packets

extension Event {
    /// What is worth telling about a request that gets nothing: why, or what it would have got.
    package static func ignored(_ decision: Decision, _ silence: Silence, interface: String, at now: Moment) -> Event {
        let what: What =
            switch (silence, decision.withheld) {
            case (.observing, .dhcp(let answer)?): .dhcpObserved(DHCPAnswered(decision, answer))
            case (.observing, .pnp(let answer)?): .pnpObserved(PnPAnswered(decision, answer, isRepeated: false))
            default: .ignored(decision.kind, silence)
            }
        var event = Event(decision, interface: interface, at: now, what)
        event.isAboutStranger = decision.isFromStranger
        return event
    }
}

extension Event.DHCPAnswered {
    init(_ decision: Decision, _ answer: DHCPAnswer) {
        let identity = decision.identity
        self.init(
            vendor: identity.vendor, family: identity.family?.id, model: identity.model, version: identity.version,
            rule: decision.rule, url: decision.url ?? "", address: answer.destination, options: answer.told)
    }
}

extension Event.PnPAnswered {
    init(_ decision: Decision, _ answer: PnPAnswer, isRepeated: Bool) {
        let identity = decision.identity
        self.init(
            vendor: identity.vendor, family: identity.family?.id, model: identity.model, version: identity.version,
            rule: decision.rule, body: answer.body, address: answer.to,
            station: answer.mac.isStation && answer.mac != identity.mac ? answer.mac : nil,
            transport: answer.from.transport, isRepeated: isRepeated)
    }
}

extension Event {
    /// What is worth telling about an answered request.
    package static func answered(_ decision: Decision, interface: String, at now: Moment, isRepeated: Bool = false) -> Event? {
        if let news = decision.news { return Event(decision, interface: interface, at: now, news) }
        switch decision.answer {
        case .dhcp(let answer) where answer.type == .offer:
            return Event(decision, interface: interface, at: now, .offered(answer.yourAddress))
        case .dhcp(let answer) where answer.type == .negativeAcknowledge:
            return Event(decision, interface: interface, at: now, .refusedLease(answer.refusal ?? ""))
        case .dhcp(let answer) where answer.yourAddress != .any:
            guard case .put(let lease)? = decision.changes.first else { return nil }
            let leased = Leased(
                address: lease.address, vendor: lease.vendor, hostName: lease.hostName, seconds: answer.leaseTime ?? 0,
                url: decision.url,
                isRenewal: decision.isRenewal)
            return Event(decision, interface: interface, at: now, .leased(leased))
        case .dhcp(let answer):
            return Event(decision, interface: interface, at: now, .dhcpAnswered(DHCPAnswered(decision, answer)))
        case .pnp(let answer):
            let details = PnPAnswered(decision, answer, isRepeated: isRepeated)
            return Event(decision, interface: interface, at: now, .pnpAnswered(details))
        case nil:
            return nil
        }
    }
}
