/// What a DHCP message is: the value of option 53 (RFC 2132 §9.6 and later registrations). An open set.
package struct DHCPMessageType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let discover = Self(rawValue: 1)
    package static let offer = Self(rawValue: 2)
    package static let request = Self(rawValue: 3)
    package static let decline = Self(rawValue: 4)
    package static let acknowledge = Self(rawValue: 5)
    package static let negativeAcknowledge = Self(rawValue: 6)
    package static let release = Self(rawValue: 7)
    package static let inform = Self(rawValue: 8)

    /// The name in capitals as the RFCs print it, without the leading "DHCP".
    package var name: String {
        let names = [
            "DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK", "RELEASE", "INFORM", "FORCERENEW", "LEASEQUERY",
            "LEASEUNASSIGNED", "LEASEUNKNOWN", "LEASEACTIVE",
        ]
        return rawValue >= 1 && Int(rawValue) <= names.count ? names[Int(rawValue) - 1] : "type \(rawValue)"
    }
}
