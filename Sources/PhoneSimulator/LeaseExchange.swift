import DHCPMessages
import Packets
import VendorCatalogue

/// One phone's way to its address: DISCOVER, an OFFER, REQUEST, ACK (RFC 2131 §3.1 and §4.4.1); REQUEST and ACK for one that it had
/// (§3.2), and to keep it (§4.4.5).
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
        /// The server takes its offer back.
        case notAcknowledged
        /// It answers this phone, and the phone cannot use it.
        case refused(String)
        case ignored
    }

    private let phone: SimulatedPhone
    private let transactionID: UInt32
    /// The address of an earlier lease, which it asks for again.
    private var earlier: IPv4Address?
    /// The address that it has and asks to keep.
    private let kept: IPv4Address?
    private var offers: [Offer] = []
    /// The offer that it took.
    private(set) var chosen: Offer?
    /// "secs" of the DISCOVER that was offered this.
    private var seconds: UInt16 = 0
    /// INIT-REBOOT: it asks for its earlier address before it asks for any.
    private(set) var isRebooting: Bool
    /// How often it began.
    private var starts = 1

    init(_ phone: SimulatedPhone, transactionID: UInt32, earlier: IPv4Address? = nil, keeping kept: IPv4Address? = nil) {
        self.phone = phone
        self.transactionID = transactionID
        self.earlier = earlier
        self.kept = kept
        isRebooting = earlier != nil
    }

    /// Milliseconds after a send (RFC 2131 §4.1).
    static let waits: [UInt64] = [4000, 8000, 16_000]

    /// Milliseconds from the first offer on in which others are waited for (Avaya: docs/systems/avaya-1200-sip.md).
    var patience: UInt64 { isChoosy ? 1000 : 0 }
    private var isChoosy: Bool { phone.family.id == "avaya-1200-sip" }

    /// Times that it begins: a server that takes back whatever it offers must not keep it busy for ever.
    private static let mostStarts = 5

    /// Takes the first offer, an Avaya the one with the longest lease.
    /// - Parameter seconds: "secs" of the DISCOVER.
    mutating func choose(after seconds: UInt16 = 0) {
        chosen = isChoosy ? offers.max { $0.seconds < $1.seconds } : offers.first
        self.seconds = seconds
    }

    /// Back to INIT, after a NAK or a REQUEST that nobody answered (RFC 2131 §3.1 step 5, §3.2 step 3).
    /// - Returns: false where it has begun too often.
    mutating func beginAnew() -> Bool {
        guard starts < LeaseExchange.mostStarts else { return false }
        starts += 1
        (isRebooting, offers, chosen) = (false, [], nil)
        return true
    }

    /// REQUEST for the address that it keeps or had; else DISCOVER, and once an offer was chosen REQUEST, as a UDP payload (RFC 2131 table
    /// 5).
    /// - Parameter seconds: since the first one, for "secs". REQUEST for an offer "MUST use the same value" as the DISCOVER (§3.1 step 3).
    func question(seconds: UInt16 = 0) -> [UInt8] {
        let isRequest = kept != nil || chosen != nil || isRebooting
        var message = phone.dhcpMessage(
            isRequest ? .request : .discover, transactionID: transactionID, seconds: chosen == nil ? seconds : self.seconds)
        message.clientAddress = kept ?? .any
        message.options[.requestedAddress] = (chosen?.address ?? earlier).map { $0.octets[...] }
        message.options[.serverIdentifier] = chosen.map { $0.server.octets[...] }
        return message.encoded(limit: InformExchange.mostOctets).bytes
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
        case .offer where chosen == nil && kept == nil && !isRebooting:
            guard message.yourAddress.isHost, let seconds else { return .refused("it offers no address for a time") }
            if isChoosy, !givesBackClass(message) { return .refused("it does not give option 60 back") }
            let offer = Offer(server: server, address: message.yourAddress, seconds: seconds)
            offers.append(offer)
            return .offered(offer)
        case .acknowledge where isRebooting || kept != nil ? message.yourAddress == kept ?? earlier : chosen?.server == server:
            guard message.yourAddress.isHost, let seconds else { return .refused("it gives no address for a time") }
            let mask = (try? message.options.address(.subnetMask)).flatMap { $0 }
            guard let address = IPv4Prefix(message.yourAddress, length: mask?.bits.nonzeroBitCount ?? 32) else { return .ignored }
            func time(_ code: DHCPOptionCode) -> UInt32? { (try? message.options.uint32(code)).flatMap { $0 } }
            return .leased(
                Lease(
                    address: address, seconds: seconds, renewal: time(.renewalTime) ?? seconds / 2,
                    rebinding: time(.rebindingTime) ?? seconds - seconds / 8,
                    acknowledgement: InformExchange.Acknowledgement(message, by: server, for: phone)))
        case .negativeAcknowledge where kept != nil || isRebooting || chosen?.server == server:
            earlier = nil
            return .notAcknowledged
        default: return .ignored
        }
    }

    /// Whether option 60 is what the phone said, whatever NULs stand behind either.
    private func givesBackClass(_ message: DHCPMessage) -> Bool {
        guard let told = message.options[.vendorClass], let own = phone.vendorClass else { return false }
        func text(_ octets: some Sequence<UInt8>) -> [UInt8] { Array(octets.reversed().drop { $0 == 0 }) }
        return text(told) == text(own.utf8)
    }
}
