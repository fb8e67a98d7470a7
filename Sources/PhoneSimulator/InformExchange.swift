import DHCPMessages
import Packets
import VendorCatalogue

/// One DHCPINFORM and its answers (RFC 2131 §4.4.3), without socket or clock.
struct InformExchange: Sendable {
    /// An ACK to this INFORM.
    struct Acknowledgement: Equatable, Sendable {
        let server: IPv4Address
        /// The options that came, as the operator reads them, in the order of the wire.
        let options: [Option]
        /// What the family takes its address from; `nil` where none of that came.
        let found: FoundURL?
        /// What a server should not have done, in sentences, though the phone can live with it.
        let oddities: [String]

        struct Option: Equatable, Sendable {
            let code: UInt8
            let text: String
        }

        init(_ message: DHCPMessage, by server: IPv4Address, for phone: SimulatedPhone, oddities: [String] = []) {
            self.server = server
            self.oddities = oddities
            options = message.options.all.filter { $0.code != .messageType && $0.code != .serverIdentifier }.map {
                Option(code: $0.code.rawValue, text: $0.code.text(of: $0.value))
            }
            found = FoundURL(in: message.options, by: phone.manner.takes)
        }
    }

    enum Heard: Equatable, Sendable {
        case acknowledged(Acknowledgement)
        /// It answers this INFORM, and the phone cannot use it.
        case refused(String)
        /// Somebody else's.
        case ignored
    }

    /// Milliseconds after a send.
    static let waits: [UInt64] = [1000, 2000, 2000]
    /// What a frame of Ethernet holds.
    static let mostOctets = 1472

    private let phone: SimulatedPhone
    private let transactionID: UInt32

    init(_ phone: SimulatedPhone, transactionID: UInt32) {
        self.phone = phone
        self.transactionID = transactionID
    }

    /// The INFORM as a UDP payload of at least 300 octets.
    /// - Parameter seconds: since the first one, for "secs".
    func question(seconds: UInt16 = 0) -> [UInt8] {
        var message = phone.dhcpMessage(.inform, transactionID: transactionID, seconds: seconds)
        message.clientAddress = phone.address
        return message.encoded(limit: InformExchange.mostOctets).bytes
    }

    func hear(_ payload: [UInt8]) -> Heard {
        guard let message = try? DHCPMessage(decoding: payload[...]), message.operation == DHCPMessage.reply,
            message.transactionID == transactionID
        else { return .ignored }
        guard message.hardwareAddress.prefix(6).elementsEqual(phone.mac.octets) else {
            return .refused("its chaddr is \(hexText(message.hardwareAddress.prefix(6))), not \(phone.mac.plain)")
        }
        guard message.type == .acknowledge else { return .refused("it is \(message.type?.name ?? "no DHCP"), not ACK") }
        guard let server = (try? message.options.address(.serverIdentifier)).flatMap({ $0 }) else {
            return .refused("option 54 does not name the server")
        }
        return .acknowledged(Acknowledgement(message, by: server, for: phone, oddities: oddities(of: message)))
    }

    /// RFC 2131 §4.3.5 and table 3; RFC 6842 §3.
    private func oddities(of message: DHCPMessage) -> [String] {
        var found: [String] = []
        if message.yourAddress != .any { found.append("it gives the address \(message.yourAddress), which nobody asked for") }
        if message.clientAddress != phone.address && message.clientAddress != .any {
            found.append("its ciaddr is \(message.clientAddress)")
        }
        for code in [
            DHCPOptionCode.requestedAddress, .leaseTime, .parameterRequestList, .maximumMessageSize, .renewalTime, .rebindingTime,
        ]
        where message.options[code] != nil {
            found.append("option \(code) has no place in it")
        }
        if message.options[.clientIdentifier].map({ $0.elementsEqual([1] + phone.mac.octets) }) == false {
            found.append("option 61 is not what was sent")
        }
        return found
    }
}

extension SimulatedPhone {
    /// What every DHCP message of this phone holds.
    /// - Parameter seconds: since the first question, for "secs".
    func dhcpMessage(_ type: DHCPMessageType, transactionID: UInt32, seconds: UInt16) -> DHCPMessage {
        var message = DHCPMessage(type: type, transactionID: transactionID, client: mac)
        message.seconds = seconds
        // RFC 2132 §9.14: the type of the hardware, then its address.
        message.options[.clientIdentifier] = ([1] + mac.octets)[...]
        if let vendorClass { message.options[.vendorClass] = Array(vendorClass.utf8)[...] }
        message.options[.maximumMessageSize] = [0x05, 0xdc]  // 1500
        message.options[.parameterRequestList] = manner.parameterRequestList[...]
        return message
    }
}
