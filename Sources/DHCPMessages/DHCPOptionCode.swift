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
    package static let staticRoute = Self(33)
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
    /// RFC 4702
    package static let clientFQDN = Self(81)
    /// RFC 3046
    package static let relayAgentInformation = Self(82)
    /// RFC 3679 lists it; phones take a provisioning URL from it (Gigaset).
    package static let url = Self(114)
    /// RFC 3442
    package static let classlessRoutes = Self(121)
    /// RFC 3925
    package static let vendorIdentifyingClass = Self(124)
    /// RFC 3925
    package static let vendorIdentifying = Self(125)
    /// RFC 5859
    package static let tftpServerAddresses = Self(150)
    package static let end = Self(255)
}

extension DHCPOptionCode: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: UInt8) {
        self.init(value)
    }
}

extension DHCPOptionCode: CustomStringConvertible {
    package var description: String { String(rawValue) }
}
