import Packets

// What a book goes by, who asks it, and what it says.
extension LeaseBook {
    package struct Terms: Hashable, Sendable {
        package var ranges: [AddressRange]
        /// In seconds.
        package var time: UInt32
        /// Addresses that `devices.csv` fixes.
        package var fixed: [MACAddress: IPv4Address]
        /// Addresses that are nobody's to have: the server's own, the gateway's.
        package var reserved: Set<IPv4Address>

        package init(
            ranges: [AddressRange], time: UInt32, fixed: [MACAddress: IPv4Address] = [:], reserved: Set<IPv4Address> = []
        ) {
            self.ranges = ranges
            self.time = time
            self.fixed = fixed
            self.reserved = reserved
        }
    }

    /// Who asks.
    package struct Client: Hashable, Sendable {
        package var mac: MACAddress
        package var identifier: [UInt8]
        package var hostName: String?
        package var vendor: String?
        package var interface: String
        package var standing: ClientStanding

        /// - Parameter standing: unless given, a phone's where there is a vendor.
        package init(
            mac: MACAddress, identifier: [UInt8] = [], hostName: String? = nil, vendor: String? = nil, interface: String,
            standing: ClientStanding? = nil
        ) {
            self.standing = standing ?? (vendor == nil ? .stranger : .phone)
            self.mac = mac
            self.identifier = identifier
            self.hostName = hostName
            self.vendor = vendor
            self.interface = interface
        }

        var key: LeaseClient { LeaseClient(mac: mac, identifier: identifier) }
    }

    package enum RequestAnswer: Hashable, Sendable {
        /// Acknowledge, once the change is on disk.
        case acknowledge(Lease, LeaseChange)
        case refuse(String)
        case silence(NoLease)
    }

    /// Why a client gets no lease and no answer.
    package enum NoLease: Hashable, Sendable {
        case poolIsEmpty
        case unknownClient
        case choseAnotherServer(IPv4Address)
        case fixedAddressInUse(IPv4Address)

        package var reason: Silence.Reason {
            switch self {
            case .poolIsEmpty: .poolIsEmpty
            case .unknownClient: .unknownClient
            case .choseAnotherServer: .choseAnotherServer
            case .fixedAddressInUse: .fixedAddressInUse
            }
        }

        package var sentence: String {
            switch self {
            case .poolIsEmpty: "no address of the pool is known to be free"
            case .unknownClient: "bellhop has no lease of this client"
            case .choseAnotherServer(let server): "it chose another server, \(server)"
            case .fixedAddressInUse(let address): "its fixed address \(address) is another client's"
            }
        }
    }

    package struct NoLeaseError: Error, Hashable, Sendable {
        package let reason: NoLease
    }
}
