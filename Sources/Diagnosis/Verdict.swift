import Provisioning

/// What holds a phone back, or that nothing does.
package struct Finding: Hashable, Sendable {
    package let cause: Cause
    /// What is so, in a plain sentence without a full stop.
    package let sentence: String
    /// What to do about it; `nil` where there is nothing to do.
    package let advice: String?

    fileprivate func saysTheSame(as other: Finding) -> Bool { sentence == other.sentence && advice == other.advice }

    init(_ cause: Cause, _ sentence: String, do advice: String? = nil) {
        self.cause = cause
        self.sentence = sentence
        self.advice = advice
    }
}

/// Where one phone stands, and why.
package struct Verdict: Sendable {
    package let boot: Boot?
    /// How far it got; `nil` where it was never heard.
    package let stage: Stage?
    /// The first is what matters most; the others are true as well. Never empty.
    package let findings: [Finding]

    package var main: Finding { findings[0] }
    /// It has all that it needs, and came again when it was to.
    package var isDone: Bool { main.cause.isGood }

    /// Looks at one phone.
    package init(of phone: PhoneCase) {
        boot = Boot(newestOf: phone)
        stage = boot?.progress.stage ?? phone.device.flatMap { Stage(rawValue: $0.stageName) }
        // What holds back by DHCP may hold back by PnP as well, and is said once.
        var all: [Finding] = []
        for finding in Verdict.found(phone, boot).compactMap({ $0 }) where !all.contains(where: { $0.saysTheSame(as: finding) }) {
            all.append(finding)
        }
        if all.isEmpty { all = [Finding(.quiet, "it was heard, and asked for nothing yet")] }
        // Whatever else it may be: nobody answers it.
        if phone.site.isRunning == false, !all[0].cause.isGood, all[0].cause != .notRunning {
            all.insert(Finding(.notRunning, "bellhop is not running", do: "start it: \(phone.site.startCommand)"), at: 0)
        }
        findings = all
    }

    private static func found(_ phone: PhoneCase, _ boot: Boot?) -> [Finding?] {
        guard let boot else { return [unheard(phone)] }
        return switch boot.progress.stage {
        case .done, .polling: afterwards(phone, boot)
        case .came, .fetched: [shutOut(phone, boot)] + whileFetching(phone, boot)
        case .answered: [shutOut(phone, boot)] + notCome(phone, boot)
        case .seen, .asked: [shutOut(phone, boot)] + notAnswered(phone, boot)
        }
    }

    /// Bellhop has no event of it.
    private static func unheard(_ phone: PhoneCase) -> Finding {
        let served = phone.site.links.keys.sorted().joined(separator: ", ")
        if let other = phone.site.neighbourOn, phone.site.links[other] == nil {
            return Finding(
                .otherInterface,
                "it is there on \(other), but bellhop serves only \(served.isEmpty ? "other interfaces" : served)",
                do: "name \(other) under `interfaces:`, or start with --interface \(other)")
        }
        if let device = phone.device { return forgotten(device, phone) }
        if phone.site.isRunning == false {
            return Finding(
                .notRunning, "nothing was heard of it, and bellhop is not running", do: "start it: \(phone.site.startCommand)")
        }
        return Finding(
            .unheard, "nothing was heard of it" + (served.isEmpty ? "" : " on \(served)"),
            do:
                "is it powered, and plugged into the same network or VLAN? A phone that holds a boot server in flash may ask nobody"
        )
    }

    /// Its events made room for newer ones.
    private static func forgotten(_ device: RecordedDevice, _ phone: PhoneCase) -> Finding {
        let heard = "it was last heard at \(phone.clockText(device.lastSeen))"
        let forgotten = "its events are forgotten by now"
        switch Stage(rawValue: device.stageName) {
        case .done, .polling: return Finding(.done, "\(heard) and had fetched everything that it needs; \(forgotten)")
        default:
            return Finding(
                .forgotten, "\(heard); \(forgotten)",
                do: "see what it asks for at its next start, or `bellhop resync \(phone.mac)`")
        }
    }
}
