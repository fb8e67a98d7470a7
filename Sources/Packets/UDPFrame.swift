/// One UDP datagram in one Ethernet frame, tagged or not.
public struct UDPFrame: Equatable, Sendable {
    public var destinationMAC: MACAddress
    public var sourceMAC: MACAddress
    /// 802.1Q and 802.1ad tags, outermost first. At most ``maximumTags``.
    public var tags: [VLANTag]
    public var source: IPv4Address
    public var destination: IPv4Address
    public var sourcePort: UInt16
    public var destinationPort: UInt16
    /// The datagram's data, as long as the UDP header says; a decoded frame shares the storage that it was read from.
    public var payload: ArraySlice<UInt8>

    public init(
        from sourceMAC: MACAddress, _ source: IPv4Address, port sourcePort: UInt16,
        to destinationMAC: MACAddress, _ destination: IPv4Address, port destinationPort: UInt16,
        tags: [VLANTag] = [], payload: [UInt8]
    ) {
        self.sourceMAC = sourceMAC
        self.source = source
        self.sourcePort = sourcePort
        self.destinationMAC = destinationMAC
        self.destination = destination
        self.destinationPort = destinationPort
        self.tags = tags
        self.payload = payload[...]
    }

    /// Two tags: a customer's inside a provider's (802.1ad, "QinQ").
    public static let maximumTags = 2
}

/// A VLAN tag (IEEE 802.1Q).
public struct VLANTag: Hashable, Sendable {
    /// The type that announces the tag: 0x8100, or 0x88a8 and 0x9100 for an outer one.
    public var type: UInt16
    /// Priority, drop eligibility and VLAN identifier as on the wire.
    public var control: UInt16

    public init(type: UInt16 = 0x8100, control: UInt16) {
        self.type = type
        self.control = control
    }

    /// The VLAN identifier, 0 to 4095.
    public var identifier: UInt16 { control & 0x0fff }

    public static func announces(_ etherType: UInt16) -> Bool {
        etherType == 0x8100 || etherType == 0x88a8 || etherType == 0x9100
    }
}

extension [VLANTag] {
    /// Four octets a tag as on the wire: type, then priority and identifier.
    public var octets: [UInt8] { flatMap { [$0.type, $0.control].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] } } }

    /// What is no whole tag at the end is left out.
    public init(octets: [UInt8]) {
        let numbers = stride(from: 0, to: octets.count & ~3, by: 2).map { UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]) }
        self = stride(from: 0, to: numbers.count, by: 2).map { VLANTag(type: numbers[$0], control: numbers[$0 + 1]) }
    }
}

/// Why a frame is not a UDP datagram that can be believed. None of these is ever answered.
public enum FrameFault: Error, Hashable, Sendable {
    case truncatedEthernet
    case sourceMACNotAStation
    case tooManyTags
    case ieee8023Length
    case notIPv4(etherType: UInt16)
    case truncatedIPv4
    case ipVersion(UInt8)
    case ipHeaderTooShort(words: UInt8)
    case ipHeaderPastFrame
    case ipLengthShorterThanHeader
    case ipLengthPastFrame
    case ipHeaderChecksum
    case fragment
    case notUDP(protocolNumber: UInt8)
    case sourceAddressNotAHost(IPv4Address)
    case truncatedUDP
    case udpLengthTooShort
    case udpLengthPastPacket
    case udpChecksum
    case sourcePortZero

    public var sentence: String {
        switch self {
        case .truncatedEthernet: "the frame ends inside its Ethernet header"
        case .sourceMACNotAStation: "the frame's source MAC address is a group address or all zeros"
        case .tooManyTags: "the frame carries more than \(UDPFrame.maximumTags) VLAN tags"
        case .ieee8023Length: "the frame is 802.3 with a length field, not Ethernet II"
        case .notIPv4(let type): "EtherType 0x\(hexText([UInt8(type >> 8), UInt8(type & 0xff)])) is not IPv4"
        case .truncatedIPv4: "the frame ends inside its IPv4 header"
        case .ipVersion(let version): "the IP version is \(version), not 4"
        case .ipHeaderTooShort(let words): "the IPv4 header claims \(words) words; 5 is the least"
        case .ipHeaderPastFrame: "the IPv4 header claims to be longer than the frame"
        case .ipLengthShorterThanHeader: "the IPv4 total length is shorter than its header"
        case .ipLengthPastFrame: "the IPv4 total length is longer than the frame"
        case .ipHeaderChecksum: "the IPv4 header checksum is wrong"
        case .fragment: "the datagram is a fragment"
        case .notUDP(let number): "IP protocol \(number) is not UDP"
        case .sourceAddressNotAHost(let address): "the source address \(address) is not one that a host can have"
        case .truncatedUDP: "the datagram ends inside its UDP header"
        case .udpLengthTooShort: "the UDP length is less than its own header"
        case .udpLengthPastPacket: "the UDP length is longer than the IP packet"
        case .udpChecksum: "the UDP checksum is wrong"
        case .sourcePortZero: "the UDP source port is 0, which cannot be answered"
        }
    }
}
