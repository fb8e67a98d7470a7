import Packets

/// Where a client finds its SIP proxy: option 120 (RFC 3361). An octet says whether names follow (0) or addresses (1); never both.
package enum SIPServers: Hashable, Sendable {
    case names([String])
    case addresses([IPv4Address])

    /// `nil` where a name is none.
    package var encoded: [UInt8]? {
        switch self {
        case .names(let names): DomainNames.encode(names).map { [0] + $0 }
        case .addresses(let addresses): [1] + addresses.flatMap(\.octets)
        }
    }

    /// `nil` for another encoding, and where there is nothing behind it or not a whole number of addresses or names.
    package init?(decoding bytes: ArraySlice<UInt8>) {
        let rest = bytes.dropFirst()
        switch bytes.first {
        case 0?:
            guard !rest.isEmpty, let names = DomainNames.decode(rest) else { return nil }
            self = .names(names)
        case 1?:
            guard let addresses = IPv4Address.list(rest) else { return nil }
            self = .addresses(addresses)
        default: return nil
        }
    }
}

extension IPv4Address {
    /// One address or more; `nil` for none, and where octets are left over.
    package static func list(_ bytes: ArraySlice<UInt8>) -> [IPv4Address]? {
        guard !bytes.isEmpty, bytes.count % 4 == 0 else { return nil }
        return stride(from: bytes.startIndex, to: bytes.endIndex, by: 4).compactMap { IPv4Address(bytes[$0..<($0 + 4)]) }
    }
}
