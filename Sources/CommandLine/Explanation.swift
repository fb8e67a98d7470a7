import ConfigFiles
import DHCPMessages
import JSONText
import Packets
import Provisioning
import VendorCatalogue

/// What `explain` found out, to print. Credentials in URLs are covered, byte by byte where bytes are shown.
struct Explanation {
    let identity: Identity
    let dhcp: Decision?
    let pnp: Decision?
    let link: Link

    private var rule: String? { dhcp?.rule ?? pnp?.rule }
    private var url: String? { (dhcp?.url ?? pnp?.url).map(withoutCredentials) }
    private var body: String? { pnpAnswer.map { withoutCredentials($0.body) } }

    private func reason(_ decision: Decision?) -> String? { (decision?.silence?.sentence).map(withoutCredentials) }
    private var maker: String? { identity.mac.flatMap { MakerNames.maker(of: $0) } }

    private var dhcpAnswer: DHCPAnswer? {
        if case .dhcp(let answer)? = dhcp?.answer { answer } else { nil }
    }

    private var pnpAnswer: PnPAnswer? {
        if case .pnp(let answer)? = pnp?.answer { answer } else { nil }
    }

    private var options: [(code: DHCPOptionCode, value: ArraySlice<UInt8>)] {
        (dhcpAnswer?.message.options.all ?? []).map { ($0.code, coveringCredentials(Array($0.value))[...]) }
    }

    // MARK: JSON

    var json: JSONValue {
        .object([
            ("identity", identityJSON),
            ("interface", .string(link.interface)),
            ("server", .string(link.address.description)),
            ("rule", .optional(rule)),
            ("url", .optional(url)),
            ("dhcp", dhcpJSON),
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
        return .object([
            ("mac", .optional(identity.mac?.colons)), ("maker", .optional(maker)), ("vendor", .optional(identity.vendor)),
            ("family", .optional(identity.family?.id)), ("model", .optional(identity.model)),
            ("version", .optional(identity.version)),
            ("label", .optional(identity.label)), ("recognised", .bool(identity.isRecognised)), ("evidence", .array(evidence)),
        ])
    }

    private var dhcpJSON: JSONValue {
        let options = options.map { code, value in
            JSONValue.object([
                ("code", .number(Int(code.rawValue))), ("name", .string(code.name)), ("text", .string(code.text(of: value))),
                ("hex", .string(hexText(value))),
            ])
        }
        return .object([
            ("decision", word(dhcp)), ("reason", .optional(reason(dhcp))), ("options", .array(options)),
            ("message", .optional(dhcpAnswer.map { hexText(coveringCredentials($0.encoded.bytes)) })),
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
        lines += identity.evidence.map {
            "  \(column(String($0.weight), 4))\(column($0.source.rawValue, 18))\(column($0.value, 26)) \($0.families.joined(separator: ", "))"
        }
        if identity.evidence.isEmpty { lines.append("  nothing speaks for any family of the catalogue") }
        lines.append("rule    \(rule ?? "none matches; the catalogue and `url` say what it is told")")
        lines.append("url     \(url ?? "none")")
        if let dhcp { lines += dhcpLines(dhcp) }
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

    private func dhcpLines(_ decision: Decision) -> [String] {
        guard let answer = dhcpAnswer else { return ["DHCP    silence: \(reason(decision) ?? "")"] }
        let options = options.map { code, value in
            "  \(column(code.description, 4))\(column(code.name, 30))\(column(code.text(of: value), 40)) \(hexText(value))"
        }
        return ["DHCP    \(answer.encoded.bytes.count) bytes answer its INFORM"] + options
    }

    private func pnpLines(_ decision: Decision) -> [String] {
        guard let answer = pnpAnswer else { return ["PnP     silence: \(reason(decision) ?? "")"] }
        return ["PnP     \(body ?? "")"] + messageLines(answer.okay) + messageLines(coveringCredentials(answer.notify))
    }

    private func messageLines(_ bytes: [UInt8]) -> [String] {
        [""]
            + bytes.split(separator: UInt8(ascii: "\n")).map { line in
                "  " + printable(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
            }
    }

    private func column(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
