import Packets
import Provisioning

extension Verdict {
    /// It asked, and bellhop told it nothing: the last reason that was written down, and what stands behind it.
    static func notAnswered(_ phone: PhoneCase, _ boot: Boot) -> [Finding?] {
        var findings: [Finding?] = []
        if let failed = boot.last("answer.not-sent") {
            findings.append(
                Finding(
                    .notSent, "the answer to it could not be sent: \(failed["text"] ?? "")",
                    do: "look at the interface and its link"))
        }
        findings.append(aboutLease(phone, boot))
        for name in ["dhcp.observed", "pnp.observed"] {
            guard let observed = boot.last(name) else { continue }
            findings.append(
                Finding(
                    .onlyObserved, "bellhop only observes; it would have told it \(observed["url"] ?? observed["body"] ?? "")",
                    do: "start without --observe, or change `answer:` from observe"))
        }
        // One reason for each way of asking: a phone that asks both by DHCP and by PnP may be held back twice.
        var kinds: Set<String> = []
        for event in boot.events.reversed() where event.name == "ignored" {
            guard let kind = event["kind"], kind != "other", let reason = event["reason"], kinds.insert(kind).inserted else {
                continue
            }
            if reason == "wants-lease", boot.events.contains(where: { $0["kind"] == "dhcp-inform" || $0.name == "dhcp.observed" })
            {
                continue
            }
            findings.append(finding(event, kind, reason, phone, boot))
        }
        return findings
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

    private static func finding(
        _ event: RecordedEvent, _ kind: String, _ reason: String, _ phone: PhoneCase, _ boot: Boot
    ) -> Finding {
        let said = event["text"] ?? reason
        switch reason {
        case "not-a-phone":
            return Finding(
                .unknownPrefix, "its prefix \(prefix(phone.mac)) is unknown, and nothing else says that it is a phone",
                do: "put \(phone.mac) into devices.csv, or write a rule with match: {mac: \"\(prefix(phone.mac))\"}")
        case "unknown-phone":
            return Finding(
                .unknownPrefix, said,
                do:
                    "copy the file of a family that behaves alike from `bellhop vendors`, with this prefix and an id of your own; or put \(phone.mac) into devices.csv"
            )
        case "not-told": return Finding(.notTold, said, do: "write that rule")
        case "ambiguous": return Finding(.ambiguous, said, do: "give its vendor in devices.csv")
        case "rule-ignores": return Finding(.ruleIgnores, said, do: "change that rule, or put one for this phone before it")
        case "asks-for-nothing-offered":
            return Finding(
                .asksForOtherOption, said, do: "a rule for it can set an option that it asks for: options: {160: \"{url}\"}")
        case "url-does-not-fit":
            return Finding(
                .urlDoesNotFit, said,
                do:
                    "tell a URL that is a host alone, by the protocol that the phone asks by, or set the option in a rule's options"
            )
        case "wants-lease": return wantsLease(phone, boot)
        case "nothing-to-serve":
            if let near = NearFile(of: phone) {
                return Finding(
                    .nothingToServe, "\(said); the tree has \(near.path)", do: "rename \(near.path) to \(near.name)")
            }
            return Finding(.nothingToServe, said, do: wantedFiles(phone))
        case "unknown-variable": return Finding(.unknownVariable, said, do: "give it in devices.csv, or take it out of the URL")
        case "scheme-not-served": return Finding(.schemeNotServed, said, do: "switch that service on, or tell another URL")
        case "dhcp-off", "pnp-off": return Finding(.switchedOff, said, do: "set it to \(reason == "dhcp-off" ? "inform" : "on")")
        case "listening":
            return Finding(.onlyObserved, said, do: "ask of every site: bellhop why \(phone.mac) --site all")
        case "observing": return Finding(.onlyObserved, said, do: "start without --observe, or change `answer:` from observe")
        case "relay-not-configured": return Finding(.relayNotConfigured, said, do: "name the relay under dhcp.relays")
        case "leases-not-relayed", "not-on-link":
            return Finding(.wrongNetwork, said, do: "give bellhop an address in the phone's network, or use a relay")
        case "client-address-is-not-source", "contact-elsewhere", "hardware-address-is-not-source", "no-client-address":
            return Finding(
                .addressDoesNotFit, said,
                do: "something between phone and bellhop changes addresses, or the phone kept an old one")
        case "bad-dhcp", "bad-sip", "bad-frame", "no-message-type", "incomplete-request", "not-an-ethernet-client":
            return Finding(
                .damagedRequest, "its request cannot be answered: \(said)", do: "capture it, and look with bellhop replay")
        case "pool-is-empty":
            return Finding(.poolEmpty, said, do: "widen dhcp.lease.range, or shorten dhcp.lease.time")
        case "chose-another-server": return Finding(.leasedElsewhere, said, do: "see who that is, and whether it should be there")
        case "not-leasing-here":
            return Finding(.notLeasing, said, do: "another DHCP server answers there, or the pool belongs to another network")
        case "asks-too-often", "too-many-strangers", "cooling-down", "source-limit", "exchange-limit":
            return Finding(.tooMany, said, do: "it asks too often: is something resetting it?")
        default: return Finding(.otherReason, said)
        }
    }

    /// It asks for an address only. Whoever gives it one tells what that server was told to tell.
    private static func wantsLease(_ phone: PhoneCase, _ boot: Boot) -> Finding {
        if let other = boot.last("server.heard", where: { $0["server"] != nil }) {
            return Finding(
                .leasedElsewhere,
                "it sends DISCOVER but never INFORM, and \(serverText(other)), gave it an address\(toldText(other))",
                do:
                    "it holds a boot server in flash, or takes what that server tells it; PnP or a factory reset makes it ask bellhop"
            )
        }
        return Finding(
            .neverInforms,
            "it sends DISCOVER but never INFORM: it already holds a boot server in flash, or needs PnP, or got no address",
            do: "is there a DHCP server? On a network without one set dhcp.answer to lease")
    }

    /// What to put where, from the names that the family asks for.
    private static func wantedFiles(_ phone: PhoneCase) -> String {
        let names = phone.wantedNames.prefix(3)
        let root = phone.site.policy.settings.root
        return names.isEmpty ? "put its files into \(root)" : "put one of these into \(root): \(names.joined(separator: ", "))"
    }

    static func prefix(_ mac: MACAddress) -> String { String(mac.colons.prefix(8)) }
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
