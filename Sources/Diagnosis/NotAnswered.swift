import Provisioning

extension Verdict {
    /// It asked, and bellhop told it nothing: the last reason that was written down, and what stands behind it.
    static func notAnswered(_ phone: PhoneCase, _ boot: Boot) -> [Finding?] {
        [notSent(boot.latest("answer.not-sent")), aboutLease(phone, boot)] + observed(boot) { _ in true }
            + silences(phone, boot) { _ in true }
    }

    /// It was answered, and is not any more: the same question got nothing since, or the answer did not leave.
    static func notAnsweredAnyMore(_ phone: PhoneCase, _ boot: Boot, since told: RecordedEvent) -> [Finding?] {
        [notSent(boot.latest { $0.name == "answer.not-sent" && $0.lastTime > told.lastTime })]
            + observed(boot, where: boot.isRefusedAfterAll) + silences(phone, boot, where: boot.isRefusedAfterAll)
    }

    private static func notSent(_ event: RecordedEvent?) -> Finding? {
        event.map {
            Finding(
                .notSent, "the answer to it could not be sent: \($0["text"] ?? "")", do: "look at the interface and its link")
        }
    }

    private static func observed(_ boot: Boot, where counts: (RecordedEvent) -> Bool) -> [Finding?] {
        ["dhcp.observed", "pnp.observed"].map { name in
            boot.latest { $0.name == name && counts($0) }.map { observed in
                Finding(
                    .onlyObserved, "bellhop only observes; it would have told it \(observed["url"] ?? observed["body"] ?? "")",
                    do: "start without --observe, or change `answer:` from observe")
            }
        }
    }

    /// One reason for each way of asking: a phone that asks both by DHCP and by PnP may be held back twice.
    private static func silences(
        _ phone: PhoneCase, _ boot: Boot, where counts: (RecordedEvent) -> Bool
    ) -> [Finding?] {
        let asksByInform = boot.events.contains { $0["kind"] == "dhcp-inform" || $0.name == "dhcp.observed" }
        var kinds: Set<String> = []
        let silent = boot.events.filter { $0.name == "ignored" && counts($0) }
        return silent.sorted { $0.lastTime < $1.lastTime }.reversed().map { event in
            guard let kind = event["kind"], kind != "other", let reason = event["reason"], kinds.insert(kind).inserted else {
                return nil
            }
            let known = Silence.Reason(rawValue: reason)
            if known == .wantsLease { return asksByInform ? nil : wantsLease(boot) }
            return silence(event["text"] ?? reason, known, phone)
        }
    }

    private static func aboutLease(_ phone: PhoneCase, _ boot: Boot) -> Finding? {
        let given = boot.latest("lease.given")
        if let refused = boot.latest("lease.refused"), given.map({ refused.lastTime > $0.lastTime }) ?? true {
            return Finding(
                .leaseRefused, "it asked for an address that it may not have: \(refused["text"] ?? "")",
                do: "it will ask for another by itself")
        }
        if let given, given["url"] == nil {
            return Finding(
                .nothingToServe, "it was given the address \(given["address"] ?? ""), and bellhop had nothing to tell it",
                do: "bellhop explain --mac \(phone.mac) says why")
        }
        if given == nil, let offered = boot.last("lease.offered") {
            return Finding(
                .offerNotTaken,
                "it was offered \(offered["address"] ?? "") \(ago(offered.lastTime, phone.now)), and did not take it",
                do: "another server may have been faster, or the answer does not reach it")
        }
        return nil
    }

    /// It asks for an address only. Whoever gives it one tells what that server was told to tell.
    private static func wantsLease(_ boot: Boot) -> Finding {
        let others = boot.events.filter { $0.name == "server.heard" && $0["server"] != nil }
        if let other = others.last(where: { $0["type"] == "ACK" }) ?? others.last {
            return Finding(
                .leasedElsewhere,
                "it sends DISCOVER but never INFORM, and \(serverText(other)), \(done(other))\(toldText(other))",
                do:
                    "it holds a boot server in flash, or takes what that server tells it; PnP or a factory reset makes it ask bellhop"
            )
        }
        return Finding(
            .neverInforms,
            "it sends DISCOVER but never INFORM: it already holds a boot server in flash, or needs PnP, or got no address",
            do: "is there a DHCP server? On a network without one set dhcp.answer to lease")
    }

    /// What another server did about its address, by the message that was heard of it.
    private static func done(_ heard: RecordedEvent) -> String {
        switch heard["type"] {
        case "OFFER": "offered it an address"
        case "NAK": "refused it an address"
        default: "gave it an address"
        }
    }
}

/// Who another server is.
func serverText(_ event: RecordedEvent) -> String {
    "another server, \(event["server"] ?? "?")"
}

/// What another server told, by option.
func toldText(_ event: RecordedEvent) -> String {
    let told = event.details.filter { $0.name.hasPrefix("option-") }.map { "\($0.name.dropFirst(7))=\($0.text)" }
    return told.isEmpty ? "" : " with \(told.joined(separator: ", "))"
}

/// A time that has passed, as people say it.
func ago(_ then: Moment, _ now: Moment) -> String { span(now.microseconds - then.microseconds) + " ago" }

func span(_ microseconds: Int64) -> String {
    let seconds = max(0, microseconds) / 1_000_000
    switch seconds {
    case ..<120: return "\(seconds) s"
    case ..<7200: return "\(seconds / 60) min"
    case ..<172_800: return "\(seconds / 3600) h"
    default: return "\(seconds / 86_400) days"
    }
}
