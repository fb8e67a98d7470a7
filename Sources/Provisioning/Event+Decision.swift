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
        return Event(decision, interface: interface, at: now, what)
    }
}

extension Event.DHCPAnswered {
    init(_ decision: Decision, _ answer: DHCPAnswer) {
        let identity = decision.identity
        self.init(
            vendor: identity.vendor, family: identity.family?.id, model: identity.model, version: identity.version,
            rule: decision.rule, url: decision.url ?? "", address: answer.frame.destination, options: answer.told)
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
