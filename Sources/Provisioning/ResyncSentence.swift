import Packets

extension ResyncOutcome {
    /// What became of it and what to do, in one sentence without its subject, the phone.
    package func sentence(for target: ResyncTarget) -> String {
        switch self {
        case .answered(let status): answered(status, target)
        case .wantsCredentials(let status):
            "asks for credentials (\(status)): set sip-user and sip-password for it in the devices file, or resync.user and "
                + "resync.password\(ResyncOutcome.needs(target))"
        case .wrongCredentials(let status):
            "does not take the password of \"\(target.credentials?.user ?? "")\" (\(status))\(ResyncOutcome.needs(target))"
        case .unknownChallenge(let status):
            "asks for credentials in a way that bellhop does not know (\(status)); it knows Digest with MD5 and SHA-256"
        case .unanswered(let sends):
            "did not answer \(sends) times of asking at \(ResyncOutcome.place(target)): either it is not there any more, or "
                + "this phone obeys only its registrar\(ResyncOutcome.needs(target))"
        case .notSent(let reason): "could not be asked: \(reason)"
        case .noInterface: "could not be asked: no interface that is served leads to \(ResyncOutcome.place(target))"
        case .neverSeen: "has never been seen, so nobody knows where it is"
        case .noAddress: "was seen, but not the address that it has: it has to ask or to fetch something first"
        case .tooSoon(let seconds): "was asked a moment ago: try again in \(seconds) s"
        }
    }

    private func answered(_ status: UInt16, _ target: ResyncTarget) -> String {
        let needs = ResyncOutcome.needs(target)
        switch status {
        case 200..<300:
            let accepted = status == 200 ? "took it" : "took it (\(status))"
            guard target.reboot == .unknown else { return accepted }
            return "\(accepted), but no way is known to make such a phone reboot: it was asked to read its configuration again"
        case 403, 603: return "refused it (\(status)): this phone obeys only its registrar\(needs)"
        case 404, 410, 484, 485, 604:
            let account =
                target.user.map { "does not know the account \"\($0)\"" } ?? "wants to be asked at an account of its own"
            return "\(account) (\(status)): set its sip-user in the devices file\(needs)"
        case 405, 501: return "takes no NOTIFY (\(status))\(needs)"
        case 481, 489: return "does not know \(target.event) outside a subscription (\(status))\(needs)"
        case 408, 480, 486, 491, 500..<600, 600: return "cannot do it now (\(status)): try again later"
        default: return "refused it (\(status))\(needs)"
        }
    }

    /// `10.9.0.10:5080 and 5060`
    private static func place(_ target: ResyncTarget) -> String {
        let ports = target.ports.map { "\($0)" }.joined(separator: " and ")
        return target.address.map { "\($0):\(ports)" } ?? "it"
    }

    private static func needs(_ target: ResyncTarget) -> String {
        target.needs.map { "; such a phone needs \($0)" } ?? ""
    }
}
