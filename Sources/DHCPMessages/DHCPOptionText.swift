import Packets

extension DHCPOptionCode {
    /// A value as an operator reads it: by the option's definition where it fits, else its parts where it has such, else text where it
    /// is printable, else hexadecimal. Trailing NULs are shown as `\x00`; nothing that is not printable ASCII comes through.
    package func text(of value: ArraySlice<UInt8>) -> String {
        if let text = ownText(of: value) ?? form?.text(of: value, isList: holdsSeveral) { return text }
        let parts = parts(of: value)
        if !parts.isEmpty { return parts.map(\.description).joined(separator: " ") }
        return DHCPOptionForm.printable(value) ?? hexText(value)
    }

    /// What this option alone is shown as.
    private func ownText(of value: ArraySlice<UInt8>) -> String? {
        switch self {
        case .leaseTime, .renewalTime, .rebindingTime:
            return value.count == 4 ? "\(value.reduce(0) { $0 << 8 | UInt32($1) }) s" : nil
        case .messageType:
            return value.count == 1 ? value.first.map { DHCPMessageType(rawValue: $0).name } : nil
        case .parameterRequestList:
            return value.map { String($0) }.joined(separator: ",")
        case .clientIdentifier:
            guard value.count == 7, value.first == 1, let mac = MACAddress(value.dropFirst()) else { return nil }
            return mac.colons
        case .clientFQDN:
            guard let name = ClientFQDN(decoding: value) else { return nil }
            let whole = name.name + (name.name.last == 0 ? [] : [0])
            let text = name.flags.contains(.wireForm) ? DomainNames.decode(whole)?.first : DHCPOptionForm.printable(name.name)
            return "flags \(name.flags.rawValue) " + (text ?? hexText(name.name))
        default:
            return nil
        }
    }

    /// The options within this one: 43 where it is made of codes, lengths and values; 82 (RFC 3046 §2.0); 124 and 125 by their
    /// enterprise numbers. None where the value has another shape.
    package func parts(of value: ArraySlice<UInt8>) -> [DHCPOptionPart] {
        switch self {
        case .vendorEncapsulated:
            return DHCPOptionPart.elements(value, enterprise: nil) { _ in nil }
        case .relayAgentInformation:
            return DHCPOptionPart.elements(value, enterprise: nil) { DHCPOptionPart.relayNames[$0] }
        case .vendorIdentifyingClass, .vendorIdentifying:
            return (EnterpriseOptions.decode(value) ?? []).flatMap { enterprise, data in
                let inner = self == .vendorIdentifying ? DHCPOptionPart.elements(data, enterprise: enterprise) { _ in nil } : []
                return inner.isEmpty ? [DHCPOptionPart(enterprise: enterprise, code: nil, name: nil, value: data)] : inner
            }
        default:
            return []
        }
    }
}

/// An option within an option.
package struct DHCPOptionPart: Hashable, Sendable, CustomStringConvertible {
    /// IANA's number of whose it is, in 124 and 125.
    package var enterprise: UInt32?
    /// `nil` where an enterprise's data have no codes.
    package var code: UInt8?
    /// `nil` where only the vendor has one for it.
    package var name: String?
    package var value: ArraySlice<UInt8>

    /// What tells it from the others of its option: `66`, `3561.1`, `3561`.
    package var label: String {
        [enterprise.map { "\($0)" }, code.map { "\($0)" }].compactMap { $0 }.joined(separator: ".")
    }

    package var text: String {
        // Link selection (RFC 3527) and server identifier override (RFC 5107).
        if name == "link-selection" || name == "server-identifier-override", let address = IPv4Address(value) {
            return address.description
        }
        return DHCPOptionForm.printable(value) ?? hexText(value)
    }

    package var description: String { "\(name ?? label)=\(text)" }

    fileprivate static func elements(
        _ value: ArraySlice<UInt8>, enterprise: UInt32?, named name: (UInt8) -> String?
    ) -> [DHCPOptionPart] {
        (EncapsulatedOptions.decode(value) ?? []).map {
            DHCPOptionPart(enterprise: enterprise, code: $0.code, name: name($0.code), value: $0.value)
        }
    }

    /// IANA's registry of relay agent sub-options.
    fileprivate static let relayNames: [UInt8: String] = [
        1: "circuit-id", 2: "remote-id", 4: "docsis-device-class", 5: "link-selection", 6: "subscriber-id",
        7: "radius-attributes",
        8: "authentication", 9: "vendor-specific", 10: "relay-agent-flags", 11: "server-identifier-override", 12: "relay-id",
        151: "virtual-subnet-selection", 152: "virtual-subnet-selection-control",
    ]
}

extension DHCPOptionForm {
    /// A value of this form as an operator reads it; `nil` where it does not have the form.
    func text(of value: ArraySlice<UInt8>, isList: Bool) -> String? {
        if let number { return isList || value.count == number.octets ? numbers(value, number.octets) : nil }
        switch self {
        case .flag: return value == [0] ? "false" : value == [1] ? "true" : nil
        case .addresses: return IPv4Address.list(value).map(joined)
        case .names: return value.isEmpty ? nil : DomainNames.decode(value).map(joined)
        case .routes: return ClasslessRoute.decode(value)?.map(\.description).joined(separator: ", ")
        case .sip:
            return switch SIPServers(decoding: value) {
            case .names(let names)?: joined(names)
            case .addresses(let addresses)?: joined(addresses)
            case nil: nil
            }
        case .strings: return strings(value)
        default: return nil
        }
    }

    private func joined(_ items: [some CustomStringConvertible]) -> String {
        items.map(\.description).joined(separator: " ")
    }

    private func numbers(_ value: ArraySlice<UInt8>, _ octets: Int) -> String? {
        guard !value.isEmpty, value.count % octets == 0 else { return nil }
        return stride(from: value.startIndex, to: value.endIndex, by: octets).map { start in
            let bits = value[start..<(start + octets)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return self == .i32 ? "\(Int32(bitPattern: bits))" : "\(bits)"
        }.joined(separator: " ")
    }

    private func strings(_ value: ArraySlice<UInt8>) -> String? {
        var reader = ByteReader(value)
        var texts: [String] = []
        while let length = try? reader.byte() {
            guard let octets = try? reader.take(Int(length)), let text = DHCPOptionForm.printable(octets) else { return nil }
            texts.append(text)
        }
        return texts.isEmpty ? nil : joined(texts)
    }

    /// Printable ASCII, with trailing NULs written out; `nil` for anything else or nothing at all.
    static func printable(_ value: ArraySlice<UInt8>) -> String? {
        var body = value
        while body.last == 0 { body.removeLast() }
        guard !body.isEmpty, body.allSatisfy({ (0x20...0x7e).contains($0) }) else { return nil }
        return String(decoding: body, as: UTF8.self) + String(repeating: "\\x00", count: value.count - body.count)
    }
}
