import DHCPMessages
import JSONText
import Packets
import Provisioning
import VendorCatalogue

/// What a DHCP message is answered with, to print: the exact bytes, each field and option by its name.
struct DHCPExplanation {
    let decision: Decision
    private let answer: DHCPAnswer?
    /// The message, with credentials in URLs covered.
    private let bytes: [UInt8]
    /// The answer as its client reads it: in the order of the wire, without what found no room.
    private let read: DHCPMessage?

    init(_ decision: Decision) {
        self.decision = decision
        if case .dhcp(let answer)? = decision.answer { self.answer = answer } else { answer = nil }
        bytes = covered(answer?.payload ?? [], of: decision.answer)
        read = answer == nil ? nil : try? DHCPMessage(decoding: bytes[...])
    }

    private var reason: String? { (decision.silence?.sentence).map(withoutCredentials) }

    /// `INFORM`
    private var question: String {
        let kind = decision.kind.rawValue
        return kind.hasPrefix("dhcp-") ? kind.dropFirst(5).uppercased() : kind
    }

    // MARK: JSON

    static let nothing = JSONValue.object([
        ("decision", .null), ("reason", .null), ("options", .array([])), ("message", .null),
    ])

    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("decision", .string(answer == nil ? "ignore" : "answer")), ("reason", .optional(reason)),
            ("question", .string(question)),
        ]
        if let answer, let read {
            members += [
                ("type", .optional(read.type?.name)),
                ("to", .string("\(answer.frame.destination):\(answer.frame.destinationPort)")),
                ("fields", .object(fields(read).map { ($0, .string($1)) })),
            ]
        }
        members += [
            ("options", .array((read?.options.all ?? []).map(json))),
            ("left-out", .array((answer?.leftOut ?? []).map { .number(Int($0.rawValue)) })),
            ("message", .optional(answer.map { _ in hexText(bytes) })),
            ("not-told", .array(decision.untold.map { .string($0.sentence) })),
        ]
        return .object(members)
    }

    private func json(_ option: DHCPOptions.Option) -> JSONValue {
        var members: [(String, JSONValue)] = [("code", .number(Int(option.code.rawValue))), ("name", .string(option.code.name))]
        members += value(option.value, option.code.text(of: option.value))
        let parts = option.code.parts(of: option.value)
        if !parts.isEmpty { members.append(("options", .array(parts.map(json)))) }
        return .object(members)
    }

    private func json(_ part: DHCPOptionPart) -> JSONValue {
        var members: [(String, JSONValue)] = []
        if let enterprise = part.enterprise { members.append(("enterprise", .number(Int(enterprise)))) }
        if let code = part.code { members.append(("code", .number(Int(code)))) }
        if let name = part.name { members.append(("name", .string(name))) }
        return .object(members + value(part.value, part.text))
    }

    private func value(_ value: ArraySlice<UInt8>, _ text: String) -> [(String, JSONValue)] {
        [("length", .number(value.count)), ("text", .string(text)), ("hex", .string(hexText(value)))]
    }

    /// What the header says, where it says something.
    private func fields(_ message: DHCPMessage) -> [(String, String)] {
        let addresses = [
            ("ciaddr", message.clientAddress), ("yiaddr", message.yourAddress), ("siaddr", message.nextServer),
            ("giaddr", message.relayAddress),
        ]
        var fields = addresses.filter { $0.1 != .any }.map { ($0.0, $0.1.description) }
        fields.append(("flags", message.wantsBroadcast ? "broadcast" : "none"))
        for (name, field) in [("sname", message.serverName), ("file", message.bootFile)] where !field.isEmpty {
            fields.append((name, printable(field.prefix { $0 != 0 })))
        }
        return fields
    }

    // MARK: Text

    /// A heading, the header's fields, and a line for each option and each one within it: number, name, length, value, octets.
    var lines: [String] {
        guard let answer, let read else {
            return ["DHCP    silence to its \(question): \(reason ?? "")\(withheldText(decision))"]
        }
        var lines = [
            "DHCP    \(read.type?.name ?? "") of \(answer.payload.count) bytes to \(answer.frame.destination) answers its \(question)",
            "  " + fields(read).map { "\($0) \($1)" }.joined(separator: "  "),
        ]
        for option in read.options.all {
            let code = option.code
            lines.append(line(code.description, code.name, option.value, code.text(of: option.value)))
            lines += code.parts(of: option.value).map { line("\(code).\($0.label)", "  \($0.name ?? "")", $0.value, $0.text) }
        }
        if !answer.leftOut.isEmpty {
            let codes = answer.leftOut.map(\.description).joined(separator: ", ")
            lines.append("  left out, since there is no room for it: \(codes)")
        }
        return lines + decision.untold.map { "  \($0.sentence); a rule's options can set it" }
    }

    private func line(_ code: String, _ name: String, _ value: ArraySlice<UInt8>, _ text: String) -> String {
        let length = "\(value.count)"
        return "  \(column(code, 12))\(column(name, 34))\(String(repeating: " ", count: max(0, 4 - length.count)))\(length)  "
            + "\(column(text, 40)) \(hexText(value))"
    }
}

/// Text in a column so wide, and at least one blank behind it.
func column(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
}
