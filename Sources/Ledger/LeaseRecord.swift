import Packets
import Provisioning

/// An address and who holds it.
package struct LeaseRecord: Hashable, Sendable {
    /// The numbers are in the database: none is ever given another meaning.
    package enum State: Int, Hashable, Sendable, CaseIterable {
        case offered = 1
        case bound = 2
        case released = 3
        /// A client found the address in use (DHCPDECLINE).
        case declined = 4
        case expired = 5
    }

    /// What identifies a lease: there is one at most for an address.
    package var address: IPv4Address
    package var mac: MACAddress
    /// Option 61 as it came; empty where the client sent none.
    package var clientIdentifier: [UInt8]
    package var interface: String
    package var state: State
    package var granted: Moment
    package var expires: Moment
    package var hostName: String?
    package var vendor: String?

    package init(
        address: IPv4Address, mac: MACAddress, clientIdentifier: [UInt8], interface: String, state: State, granted: Moment,
        expires: Moment, hostName: String? = nil, vendor: String? = nil
    ) {
        self.address = address
        self.mac = mac
        self.clientIdentifier = clientIdentifier
        self.interface = interface
        self.state = state
        self.granted = granted
        self.expires = expires
        self.hostName = hostName
        self.vendor = vendor
    }
}

/// What is to be done to the leases on disk.
package enum LeaseChange: Hashable, Sendable {
    /// In place of whatever lease the address had.
    case put(LeaseRecord)
    case remove(IPv4Address)
}
