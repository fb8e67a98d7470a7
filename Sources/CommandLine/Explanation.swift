import ConfigFiles
import JSONText
import Packets
import Provisioning
import VendorCatalogue

/// What `explain` found out, to print. Credentials in URLs are covered, byte by byte where bytes are shown.
struct Explanation {
    let identity: Identity
    let dhcp: Decision?
    /// What its DISCOVER is answered with, where addresses are given.
    var offer: Decision?
    let pnp: Decision?
    let link: Link

    private var rule: String? { dhcp?.rule ?? pnp?.rule }
    private var url: String? { (dhcp?.url ?? pnp?.url).map(withoutCredentials) }
    private var body: String? { pnpAnswer.map { withoutCredentials($0.body) } }

    private func reason(_ decision: Decision?) -> String? { (decision?.silence?.sentence).map(withoutCredentials) }
    private var maker: String? { identity.mac.flatMap { MakerNames.maker(of: $0) } }

    private var pnpAnswer: PnPAnswer? {
        if case .pnp(let answer)? = pnp?.answer { answer } else { nil }
    }

    // MARK: JSON

    var json: JSONValue {
        .object([
            ("identity", identityJSON),
            ("interface", .string(link.interface)),
            ("server", .string(link.address.description)),
            ("rule", .optional(rule)),
            ("url", .optional(url)),
            ("dhcp", dhcp.map(DHCPExplanation.init)?.json ?? DHCPExplanation.nothing),
            ("offer", offer.map(DHCPExplanation.init)?.json ?? .null),
            ("pnp", pnpJSON),
        ])
    }

    private var identityJSON: JSONValue {
        let evidence = identity.evidence.map { evidence in
            JSONValue.object([
                ("source", .string(evidence.source.rawValue)), ("value", .string(evidence.value)),
                ("families", .strings(evidence.families)),
                ("weight", .number(evidence.weight)),
            ])
        }
        let addresses = identity.macEvidence.map { evidence in
            JSONValue.object([
                ("source", .string(evidence.source.rawValue)), ("mac", .string(evidence.mac.colons)),
                ("weight", .number(evidence.weight)),
            ])
        }
        return .object([
            ("mac", .optional(identity.mac?.colons)), ("mac-evidence", .array(addresses)), ("maker", .optional(maker)),
            ("vendor", .optional(identity.vendor)),
            ("family", .optional(identity.family?.id)), ("model", .optional(identity.model)),
            ("version", .optional(identity.version)),
            ("label", .optional(identity.label)), ("recognised", .bool(identity.isRecognised)), ("evidence", .array(evidence)),
        ])
    }

    private var pnpJSON: JSONValue {
        .object([
            ("decision", word(pnp)), ("reason", .optional(reason(pnp))), ("body", .optional(body)),
            ("response", .optional(pnpAnswer.map { String(decoding: $0.okay, as: UTF8.self) })),
            ("notify", .optional(pnpAnswer.map { String(decoding: coveringCredentials($0.notify), as: UTF8.self) })),
        ])
    }

    private func word(_ decision: Decision?) -> JSONValue {
        decision.map { .string($0.silence == nil ? "answer" : "ignore") } ?? .null
    }

    // MARK: Text

    var text: String {
        var lines = [headline]
        lines += identity.macEvidence.map {
            "  \(column(String($0.weight), 4))\(column("address", 18))\(column($0.mac.colons, 26)) \($0.source.rawValue)"
        }
        lines += identity.evidence.map {
            "  \(column(String($0.weight), 4))\(column($0.source.rawValue, 18))\(column($0.value, 26)) \($0.families.joined(separator: ", "))"
        }
        if identity.evidence.isEmpty { lines.append("  nothing speaks for any family of the catalogue") }
        lines.append("rule    \(rule ?? "none matches; the catalogue and `url` say what it is told")")
        lines.append("url     \(url ?? "none")")
        for decision in [dhcp, offer].compactMap({ $0 }) { lines += DHCPExplanation(decision).lines }
        if let pnp { lines += pnpLines(pnp) }
        return lines.joined(separator: "\n")
    }

    private var headline: String {
        let mac = identity.mac?.colons ?? "no MAC address"
        let who = [identity.vendor, identity.model, identity.version].compactMap { $0 }.joined(separator: " ")
        let family = identity.family.map { " (\($0.id))" } ?? ""
        let maker = maker.map { ", prefix registered to \($0)" } ?? ""
        return "\(mac)  \(who.isEmpty ? "not recognised" : who)\(family)\(maker)"
    }

    private func pnpLines(_ decision: Decision) -> [String] {
        guard let answer = pnpAnswer else {
            return ["PnP     silence: \(reason(decision) ?? "")\(withheldText(decision))"]
        }
        return ["PnP     \(body ?? "")"] + messageLines(answer.okay) + messageLines(coveringCredentials(answer.notify))
    }

    private func messageLines(_ bytes: [UInt8]) -> [String] {
        [""]
            + bytes.split(separator: UInt8(ascii: "\n")).map { line in
                "  " + printable(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
            }
    }
}

/// What somebody would have been told whom bellhop only observes.
func withheldText(_ decision: Decision) -> String {
    switch decision.withheld {
    case .dhcp: decision.url.map { "; it would have told \(withoutCredentials($0))" } ?? ""
    case .pnp(let answer): "; it would have told \(withoutCredentials(answer.body))"
    case nil: ""
    }
}
