/// The number of a DHCP option: an open set, so that an unknown one survives a round trip.
package struct DHCPOptionCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package init(_ rawValue: UInt8) {
        self.rawValue = rawValue
    }

    // RFC 2132 unless noted
    package static let pad = Self(0)
    package static let subnetMask = Self(1)
    package static let router = Self(3)
    package static let domainNameServer = Self(6)
    package static let hostName = Self(12)
    package static let domainName = Self(15)
    package static let ntpServers = Self(42)
    package static let vendorEncapsulated = Self(43)
    package static let requestedAddress = Self(50)
    package static let leaseTime = Self(51)
    package static let overload = Self(52)
    package static let messageType = Self(53)
    package static let serverIdentifier = Self(54)
    package static let parameterRequestList = Self(55)
    package static let message = Self(56)
    package static let maximumMessageSize = Self(57)
    package static let renewalTime = Self(58)
    package static let rebindingTime = Self(59)
    package static let vendorClass = Self(60)
    package static let clientIdentifier = Self(61)
    package static let tftpServerName = Self(66)
    package static let bootFileName = Self(67)
    /// RFC 3004
    package static let userClass = Self(77)
    /// RFC 3046
    package static let relayAgentInformation = Self(82)
    /// RFC 3679 lists it; phones take a provisioning URL from it (Gigaset).
    package static let url = Self(114)
    /// RFC 3925
    package static let vendorIdentifyingClass = Self(124)
    /// RFC 3925
    package static let vendorIdentifying = Self(125)
    /// RFC 5859
    package static let tftpServerAddresses = Self(150)
    package static let end = Self(255)

    /// The registry's name in lower case with dashes, or `option-NUMBER`.
    package var name: String {
        DHCPOptionCode.names[rawValue] ?? "option-\(rawValue)"
    }

    /// Names as in IANA's registry of BOOTP and DHCP options; 159 and 160 as phone makers call them.
    private static let names: [UInt8: String] = [
        1: "subnet-mask", 2: "time-offset", 3: "router", 4: "time-server", 6: "domain-name-server", 7: "log-server",
        12: "host-name", 13: "boot-file-size", 15: "domain-name", 17: "root-path", 26: "interface-mtu", 28: "broadcast-address",
        33: "static-route", 42: "ntp-servers", 43: "vendor-encapsulated-options", 44: "netbios-name-server",
        50: "requested-address",
        51: "lease-time", 52: "option-overload", 53: "message-type", 54: "server-identifier", 55: "parameter-request-list",
        56: "message", 57: "maximum-message-size", 58: "renewal-time", 59: "rebinding-time", 60: "vendor-class-identifier",
        61: "client-identifier", 66: "tftp-server-name", 67: "boot-file-name", 77: "user-class", 81: "client-fqdn",
        82: "relay-agent-information", 90: "authentication", 93: "client-architecture", 94: "client-network-interface",
        97: "client-machine-identifier", 100: "posix-timezone", 101: "tzdb-timezone", 108: "ipv6-only-preferred", 114: "url",
        116: "auto-configure", 119: "domain-search", 120: "sip-servers", 121: "classless-static-route",
        124: "vendor-identifying-vendor-class", 125: "vendor-identifying-vendor-options", 150: "tftp-server-addresses",
        159: "provisioning-url-159", 160: "provisioning-url-160", 242: "avaya-site-specific", 249: "microsoft-classless-route",
    ]
}

extension DHCPOptionCode: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: UInt8) {
        self.init(value)
    }
}

extension DHCPOptionCode: CustomStringConvertible {
    package var description: String { String(rawValue) }
}
