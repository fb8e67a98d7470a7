import Packets

extension DHCPOptionCode {
    /// A value as an operator reads it: by the option's definition where it fits, else text where it is printable, else elements
    /// of the code-length-value form (43), else hexadecimal. Trailing NULs are shown as `\x00`; nothing that is not printable
    /// ASCII comes through.
    package func text(of value: ArraySlice<UInt8>) -> String {
        if let text = definedText(of: value) { return text }
        if let text = DHCPOptionCode.printable(value) { return text }
        if self == .vendorEncapsulated, let elements = EncapsulatedOptions.decode(value) {
            return elements.map { "\($0.code)=\(DHCPOptionCode.printable($0.value) ?? hexText($0.value))" }.joined(separator: " ")
        }
        return hexText(value)
    }

    private func definedText(of value: ArraySlice<UInt8>) -> String? {
        switch rawValue {
        case 1, 3, 4, 6, 7, 28, 42, 44, 50, 54, 150:
            guard !value.isEmpty, value.count % 4 == 0 else { return nil }
            let addresses = stride(from: value.startIndex, to: value.endIndex, by: 4).compactMap {
                IPv4Address(value[$0..<($0 + 4)])
            }
            return addresses.map(\.description).joined(separator: " ")
        case 51, 58, 59:
            return value.count == 4 ? "\(value.reduce(0) { $0 << 8 | UInt32($1) }) s" : nil
        case 53:
            return value.count == 1 ? value.first.map { DHCPMessageType(rawValue: $0).name } : nil
        case 55:
            return value.map { String($0) }.joined(separator: ",")
        case 57, 26, 13:
            return value.count == 2 ? "\(value.reduce(0) { $0 << 8 | UInt16($1) })" : nil
        case 61:
            guard value.count == 7, value.first == 1, let mac = MACAddress(value.dropFirst()) else { return nil }
            return mac.colons
        default:
            return nil
        }
    }

    /// Printable ASCII, with trailing NULs written out; `nil` for anything else or nothing at all.
    private static func printable(_ value: ArraySlice<UInt8>) -> String? {
        var body = value
        while body.last == 0 { body.removeLast() }
        guard !body.isEmpty, body.allSatisfy({ (0x20...0x7e).contains($0) }) else { return nil }
        return String(decoding: body, as: UTF8.self) + String(repeating: "\\x00", count: value.count - body.count)
    }
}
