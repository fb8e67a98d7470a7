import Packets
import Provisioning

extension Verdict {
    /// Microseconds within which a phone that was told an address usually comes.
    private static let patience: Int64 = 15_000_000

    /// bellhop answered, and no file was asked for.
    static func notCome(_ phone: PhoneCase, _ boot: Boot) -> [Finding?] {
        guard let told = boot.told else { return notAnswered(phone, boot) }
        let url = told["url"] ?? told["body"] ?? ""
        let notify = aboutNotify(boot)
        let isByNotify = told.name.hasPrefix("pnp.")
        return notAnsweredAnyMore(phone, boot, since: told) + [
            isByNotify ? notify : nil, otherServer(boot, told), otherResponder(boot), waiting(phone, told, url),
            isByNotify ? nil : notify,
        ]
    }

    /// Whom the phone listened to instead.
    private static func otherServer(_ boot: Boot, _ told: RecordedEvent) -> Finding? {
        let naming = boot.last("server.heard") { event in event.details.contains { $0.name.hasPrefix("option-") } }
        guard let other = naming else { return nil }
        return Finding(
            .otherServer,
            "\(serverText(other)), \(other.time <= told.time ? "answered first" : "answered too")\(toldText(other)); the phone may have gone there",
            do: "change what that server tells, or let it be the one that tells: bellhop cannot overrule it")
    }

    private static func otherResponder(_ boot: Boot) -> Finding? {
        guard let other = boot.last("pnp.other-responder") else { return nil }
        return Finding(
            .otherResponder, "another PnP responder, \(other["responder"] ?? other["address"] ?? "?"), answered it as well",
            do: "the first answer wins: switch the other off, or keep it off this network")
    }

    /// What the phone said to the NOTIFY of its last SUBSCRIBE. The same SUBSCRIBE again gets its 200 again, and no other NOTIFY.
    private static func aboutNotify(_ boot: Boot) -> Finding? {
        guard let told = boot.latest("pnp.answered"),
            let last = boot.latest(where: { ["pnp.notify-answered", "pnp.notify-unanswered"].contains($0.name) }),
            last.lastTime >= told.lastTime
        else { return nil }
        if last.name == "pnp.notify-unanswered" {
            return Finding(
                .notifyUnanswered, "NOTIFY was not answered, though it was sent \(last["sends"] ?? "3") times",
                do: "does a firewall on this machine or between drop UDP to the phone's SIP port?")
        }
        guard let status = last["status"].flatMap({ Int($0) }), status >= 300 else { return nil }
        return Finding(
            .notifyRefused, "the phone refused the NOTIFY with \(status)",
            do: status == 401 || status == 407 ? "it wants a password for it: see its setting for PnP" : "its log may say why")
    }

    private static func waiting(_ phone: PhoneCase, _ told: RecordedEvent, _ url: String) -> Finding {
        let elapsed = phone.now.microseconds - told.lastTime.microseconds
        let host = ProvisioningURL(url)?.host
        let isOwn = host.flatMap { IPv4Address($0) }.map { own in phone.site.links.values.contains { $0.contains(own) } } ?? false
        if let host, !isOwn, !phone.site.links.isEmpty {
            return Finding(
                .toldElsewhere,
                "it was told \(url) \(ago(told.lastTime, phone.now)); what it does at \(host) is not seen from here",
                do: "look at \(host)")
        }
        if elapsed < patience {
            return Finding(.mayComeYet, "it was told \(url) \(ago(told.lastTime, phone.now)), and is expected to come")
        }
        return Finding(
            .notCome,
            "it was told \(url) \(ago(told.lastTime, phone.now)) and has not come; can it reach \(host ?? "that host")?",
            do: "look at its VLAN, netmask and gateway, at firewalls, and whether it takes its address from somewhere else first")
    }
}
