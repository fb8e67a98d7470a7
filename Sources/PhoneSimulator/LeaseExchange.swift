import DHCPMessages
import Packets
import VendorCatalogue

/// One phone's way to its address: DISCOVER, an OFFER, REQUEST, ACK (RFC 2131 §3.1 and §4.4.1); or REQUEST and ACK to keep it (§4.4.5).
/// Without socket or clock.
struct LeaseExchange: Sendable {
    struct Offer: Hashable, Sendable {
        let server: IPv4Address
        let address: IPv4Address
        /// Of the lease.
        let seconds: UInt32
    }

    /// What an ACK gives.
    struct Lease: Equatable, Sendable {
        let address: IPv4Prefix
        let seconds: UInt32
        /// T1 and T2, in seconds: as the server says, else half and seven eighths of the lease.
        let renewal: UInt32
        let rebinding: UInt32
        let acknowledgement: InformExchange.Acknowledgement
    }

    enum Heard: Equatable, Sendable {
        case offered(Offer)
        case leased(Lease)
        /// The server takes its offer back: all begins anew.
        case notAcknowledged
        /// It answers this phone, and the phone cannot use it.
        case refused(String)
        case ignored
    }

    private let phone: SimulatedPhone
    private let transactionID: UInt32
    /// The address of an earlier lease, which it asks for again.
    private let earlier: IPv4Address?
    /// The address that it has and asks to keep.
    private let kept: IPv4Address?
    private var offers: [Offer] = []
    /// The offer that it took.
    private(set) var chosen: Offer?

    init(_ phone: SimulatedPhone, transactionID: UInt32, earlier: IPv4Address? = nil, keeping kept: IPv4Address? = nil) {
        self.phone = phone
        self.transactionID = transactionID
        self.earlier = earlier
        self.kept = kept
    }

    /// Milliseconds after a send (RFC 2131 §4.1).
    static let waits: [UInt64] = [4000, 8000, 16_000]

    /// Milliseconds from the first offer on in which others are waited for (Avaya: docs/systems/avaya-1200-sip.md).
    var patience: UInt64 { isChoosy ? 1000 : 0 }
    private var isChoosy: Bool { phone.family.id == "avaya-1200-sip" }

    /// Takes the first offer, an Avaya the one with the longest lease.
    mutating func choose() {
        chosen = isChoosy ? offers.max { $0.seconds < $1.seconds } : offers.first
    }

    /// REQUEST for the address that it keeps; else DISCOVER, and once an offer was chosen REQUEST, as a UDP payload (RFC 2131 table 5).
    /// - Parameter seconds: since the first one, for "secs".
    func question(seconds: UInt16 = 0) -> [UInt8] {
        let isRequest = kept != nil || chosen != nil
        var message = phone.dhcpMessage(isRequest ? .request : .discover, transactionID: transactionID, seconds: seconds)
        message.clientAddress = kept ?? .any
        message.options[.requestedAddress] = (chosen?.address ?? earlier).map { $0.octets[...] }
        message.options[.serverIdentifier] = chosen.map { $0.server.octets[...] }
        return message.encoded(limit: 1472).bytes
    }

    mutating func hear(_ payload: [UInt8]) -> Heard {
        guard let message = try? DHCPMessage(decoding: payload[...]), message.operation == DHCPMessage.reply,
            message.transactionID == transactionID, message.clientMAC == phone.mac
        else { return .ignored }
        guard let server = (try? message.options.address(.serverIdentifier)).flatMap({ $0 }) else {
            return .refused("option 54 does not name the server")
        }
        let seconds = (try? message.options.uint32(.leaseTime)).flatMap { $0 }
        switch message.type {
        case .offer where chosen == nil && kept == nil:
            guard message.yourAddress.isHost, let seconds else { return .refused("it offers no address for a time") }
            if isChoosy, message.options[.vendorClass] == nil { return .refused("it does not give option 60 back") }
            let offer = Offer(server: server, address: message.yourAddress, seconds: seconds)
            offers.append(offer)
            return .offered(offer)
        case .acknowledge where kept.map { $0 == message.yourAddress } ?? (chosen?.server == server):
            guard message.yourAddress.isHost, let seconds else { return .refused("it gives no address for a time") }
            let mask = (try? message.options.address(.subnetMask)).flatMap { $0 }
            guard let address = IPv4Prefix(message.yourAddress, length: mask?.bits.nonzeroBitCount ?? 32) else { return .ignored }
            func time(_ code: DHCPOptionCode) -> UInt32? { (try? message.options.uint32(code)).flatMap { $0 } }
            return .leased(
                Lease(
                    address: address, seconds: seconds, renewal: time(.renewalTime) ?? seconds / 2,
                    rebinding: time(.rebindingTime) ?? seconds - seconds / 8,
                    acknowledgement: InformExchange.Acknowledgement(message, by: server, for: phone)))
        case .negativeAcknowledge where kept != nil || chosen?.server == server: return .notAcknowledged
        default: return .ignored
        }
    }
}
