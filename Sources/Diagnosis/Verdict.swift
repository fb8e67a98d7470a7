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
    /// The first is what matters most; the others are true as well. Never empty.
    package let findings: [Finding]

    package var stage: Stage? { boot?.progress.stage }
    package var main: Finding { findings[0] }
    /// It has all that it needs, and came again when it was to.
    package var isDone: Bool { main.cause.isGood }

    /// Looks at one phone.
    package init(of phone: PhoneCase) {
        guard let boot = Boot(newestOf: phone) else {
            self.boot = nil
            findings = [Verdict.unheard(phone)]
            return
        }
        self.boot = boot
        let found: [Finding?] =
            switch boot.progress.stage {
            case .done, .polling: Verdict.afterwards(phone, boot)
            case .came, .fetched: [Verdict.shutOut(phone, boot)] + Verdict.whileFetching(phone, boot)
            case .answered: [Verdict.shutOut(phone, boot)] + Verdict.notCome(phone, boot)
            case .seen, .asked: [Verdict.shutOut(phone, boot)] + Verdict.notAnswered(phone, boot)
            }
        // What holds back by DHCP may hold back by PnP as well, and is said once.
        var all: [Finding] = []
        for finding in found.compactMap({ $0 }) where !all.contains(where: { $0.saysTheSame(as: finding) }) {
            all.append(finding)
        }
        findings = all.isEmpty ? [Finding(.quiet, "it was heard, and asked for nothing yet")] : all
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
}
