/// What hosts and routers say to each other about multicast groups: IGMP, of whichever version (RFC 3376 §4).
public enum IGMPMessage: Hashable, Sendable {
    case query(IGMPQuery)
    /// A host wants one group (RFC 1112, RFC 2236): never of version 3.
    case report(IPv4Address, IGMPVersion)
    /// A host wants a group no more (RFC 2236).
    case leave(IPv4Address)
    /// What a host wants of several groups: the report of version 3.
    case records([IGMPRecord])

    /// Where such a message goes.
    public var destination: IPv4Address {
        switch self {
        case .query(let query): query.group ?? .allSystems
        case .report(let group, _): group
        case .leave: .allRouters
        case .records: .allReportRouters
        }
    }
}

public enum IGMPVersion: UInt8, Comparable, Sendable {
    case one = 1
    case two
    case three

    public static func < (left: IGMPVersion, right: IGMPVersion) -> Bool { left.rawValue < right.rawValue }
}

/// A router, or a switch in its place, asks who wants which group (RFC 3376 §4.1).
public struct IGMPQuery: Hashable, Sendable {
    public var version: IGMPVersion
    /// `nil` asks for all groups (a general query), as every query of version 1 does.
    public var group: IPv4Address?
    /// "Max Resp Code" as on the wire; 0 in version 1, anything else in version 2.
    public var responseCode: UInt8
    /// "S Flag": routers that hear it change no timer.
    public var suppressesRouters = false
    /// "QRV", 0 to 7: how often something is said that may get lost; 0 where it does not say.
    public var robustness: UInt8 = 0
    /// "QQIC" as on the wire.
    public var intervalCode: UInt8 = 0
    /// Of whom the group is wanted; empty for whomever.
    public var sources: [IPv4Address] = []

    public init(_ version: IGMPVersion, group: IPv4Address? = nil, responseCode: UInt8) {
        self.version = version
        self.group = group
        self.responseCode = responseCode
    }

    /// Within how many tenths of a second hosts are to answer.
    public var responseTime: UInt64 {
        switch version {
        // RFC 2236 §4: its zero "MUST be interpreted as a value of 100 (10 seconds)".
        case .one: 100
        case .two: UInt64(responseCode)
        case .three: IGMPQuery.value(of: responseCode)
        }
    }

    /// How many seconds lie between two general queries; 0 where it does not say.
    public var interval: UInt64 { IGMPQuery.value(of: intervalCode) }

    /// RFC 3376 §4.1.1 and §4.1.7: from 128 on a code is a number of three bits of exponent and four of mantissa.
    private static func value(of code: UInt8) -> UInt64 {
        code < 128 ? UInt64(code) : UInt64(code & 0x0f | 0x10) << UInt64((code >> 4 & 0x07) + 3)
    }
}

/// What a host wants of one group (RFC 3376 §4.2.4).
public struct IGMPRecord: Hashable, Sendable {
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt8

        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        public static let isInclude = Kind(rawValue: 1)
        public static let isExclude = Kind(rawValue: 2)
        public static let changeToInclude = Kind(rawValue: 3)
        public static let changeToExclude = Kind(rawValue: 4)
    }

    public var kind: Kind
    public var group: IPv4Address
    public var sources: [IPv4Address]

    public init(_ kind: Kind, _ group: IPv4Address, sources: [IPv4Address] = []) {
        self.kind = kind
        self.group = group
        self.sources = sources
    }
}

extension IPv4Address {
    public static let allSystems = IPv4Address(224, 0, 0, 1)
    public static let allRouters = IPv4Address(224, 0, 0, 2)
    /// Where reports of version 3 go (RFC 3376 §4.2.14).
    public static let allReportRouters = IPv4Address(224, 0, 0, 22)
}

/// Why something is no IGMP message that can be believed.
public enum IGMPFault: Error, Hashable, Sendable {
    case frame(FrameFault)
    case notIGMP(protocolNumber: UInt8)
    case truncated
    case checksum
    case unknownType(UInt8)
    /// A query longer than one of version 2 and shorter than one of version 3.
    case queryLength(Int)
    case notAGroup(IPv4Address)
}
