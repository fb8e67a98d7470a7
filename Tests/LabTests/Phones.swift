import DHCPMessages
import FrameLink
import LinuxSystem
import Packets
import Synchronization

/// A DHCP client that asks with frames of its own making, tagged or not, in any phone's name.
final class InformClient: Sendable {
    private let station: Station
    private let link: LiveLink
    private let transaction = Atomic<UInt32>(UInt32.random(in: 0..<0x7fff_0000))

    init(_ station: Station, interface: String = "lab0") throws {
        self.station = station
        link = try station.link(
            interface, filter: "udp dst port 68 or (vlan and (udp dst port 68 or (vlan and udp dst port 68)))")
    }

    /// Sends an INFORM by broadcast.
    @discardableResult
    func ask(as mac: MACAddress? = nil, from address: IPv4Address? = nil, tags: [VLANTag] = []) throws -> UInt32 {
        let (mac, address) = (mac ?? station.mac, address ?? station.address)
        let number = transaction.add(1, ordering: .relaxed).newValue
        var inform = DHCPMessage(type: .inform, transactionID: number, client: mac)
        inform.clientAddress = address
        inform.options[.parameterRequestList] = [1, 3, 6, 43, 66, 67]
        try send(inform, as: mac, from: address, tags)
        return number
    }

    /// Sends a DISCOVER.
    func discover(as mac: MACAddress, tags: [VLANTag] = []) throws -> UInt32 {
        let number = transaction.add(1, ordering: .relaxed).newValue
        try send(DHCPMessage(type: .discover, transactionID: number, client: mac), as: mac, from: .any, tags)
        return number
    }

    /// Takes what was offered.
    func request(_ offer: DHCPMessage, as mac: MACAddress, tags: [VLANTag] = []) throws -> UInt32 {
        let number = transaction.add(1, ordering: .relaxed).newValue
        var request = DHCPMessage(type: .request, transactionID: number, client: mac)
        request.options[.requestedAddress] = offer.yourAddress.octets[...]
        request.options[.serverIdentifier] = offer.options[.serverIdentifier]
        try send(request, as: mac, from: .any, tags)
        return number
    }

    private func send(_ message: DHCPMessage, as mac: MACAddress, from address: IPv4Address, _ tags: [VLANTag]) throws {
        let frame = UDPFrame(
            from: mac, address, port: 68, to: .broadcast, .broadcast, port: 67, tags: tags, payload: message.encoded().bytes)
        try link.send(frame.encoded() ?? [])
    }

    /// The frame that answers it, and the message in it; with `server` only that server's, where another one may be the faster.
    func answer(to number: UInt32, from server: IPv4Address? = nil, seconds: Double = 30) throws -> (
        frame: UDPFrame, message: DHCPMessage
    ) {
        let end = MonotonicClock.now() + UInt64(seconds * 1e9)
        while MonotonicClock.now() < end {
            guard let frame = try link.nextFrame() else {
                _ = try waitReadable([link.descriptor ?? -1], milliseconds: 100)
                continue
            }
            let udp = try UDPFrame(decoding: frame.bytes[...])
            let message = try DHCPMessage(decoding: udp.payload)
            if message.transactionID == number, server == nil || udp.source == server { return (udp, message) }
        }
        throw LabFailure("what \(station.namespace) asked was not answered")
    }

    /// Asks, and gives what option 66 of the answer says.
    func provisioningURL(as mac: MACAddress? = nil, from address: IPv4Address? = nil) throws -> String? {
        let number = try ask(as: mac, from: address)
        return try answer(to: number).message.options.text(.tftpServerName).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// A phone's SIP side for plug-and-play.
final class SIPPhone: Sendable {
    static let group = IPv4Address(224, 0, 1, 75)
    let station: Station
    let port: UInt16
    private let socket: UDPSocket
    private static let calls = Atomic<Int>(0)

    init(_ station: Station, port: UInt16 = 5060) throws {
        self.station = station
        self.port = port
        socket = try station.socket(port: port)
    }

    /// A SUBSCRIBE as snom's documentation has it, or with something wrong in it.
    func request(
        method: String = "SUBSCRIBE", mac: MACAddress? = nil, contact: String? = nil,
        event: String = #"ua-profile;profile-type="device";vendor="snom";model="snomD735";version="10.1.33.33""#
    ) -> [UInt8] {
        let call = SIPPhone.calls.add(1, ordering: .relaxed).newValue
        let uri = "sip:MAC%3a\((mac ?? station.mac).plain)@224.0.1.75"
        let lines = [
            "\(method) \(uri) SIP/2.0",
            "Via: SIP/2.0/UDP \(station.address):\(port);rport",
            "From: <\(uri)>;tag=phone\(call)",
            "To: <\(uri)>",
            "Call-ID: call\(call)@\(station.address)",
            "CSeq: 1 \(method)",
            "Event: \(event)",
            "Expires: 0",
            "Accept: application/url",
            "Contact: \(contact ?? "<sip:\(station.address):\(port)>")",
            "Content-Length: 0",
        ]
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    func multicast(_ message: [UInt8], to group: IPv4Address = group, port: UInt16 = 5060) throws {
        try socket.send(message, to: group, port: port)
    }

    /// To one host alone.
    func send(_ message: [UInt8], to address: IPv4Address, port: UInt16 = 5060) throws {
        try socket.send(message, to: address, port: port)
    }

    /// The next message, and the port that it came from; `nil` when none comes in time.
    func receive(seconds: Double = 30) throws -> (message: SIPText, port: UInt16)? {
        guard try waitReadable([socket.descriptor], milliseconds: Int32(seconds * 1000)) == [true] else { return nil }
        return try socket.receive().map { (SIPText($0.bytes), $0.port) }
    }

    /// Says 200 to a NOTIFY, to wherever its Via says.
    func accept(_ notify: SIPText, at address: IPv4Address) throws {
        try socket.send(SIPPhone.okay(to: notify), to: address, port: SIPPhone.viaPort(of: notify))
    }

    /// Says something else to a NOTIFY, such as `481 Call/Transaction Does Not Exist`.
    func answer(_ notify: SIPText, _ status: String, at address: IPv4Address) throws {
        let port = SIPPhone.viaPort(of: notify)
        try socket.send(SIPPhone.response(status, to: notify), to: address, port: port)
    }

    static func okay(to request: SIPText) -> [UInt8] { response("200 OK", to: request) }

    private static func response(_ status: String, to request: SIPText) -> [UInt8] {
        let copied = ["Via", "From", "To", "Call-ID", "CSeq"].map { "\($0): \(request[$0] ?? "")" }
        return Array((["SIP/2.0 \(status)"] + copied + ["Content-Length: 0", "", ""]).joined(separator: "\r\n").utf8)
    }

    /// The port in `Via: SIP/2.0/UDP 10.9.0.1:5060;branch=…`.
    static func viaPort(of message: SIPText) -> UInt16 {
        let sentBy = message["Via"]?.split(separator: ";").first?.split(separator: " ").last ?? ""
        return sentBy.split(separator: ":").last.flatMap { UInt16($0) } ?? 5060
    }

    /// Asks, takes the 200 and the NOTIFY, says 200 to it.
    func provision(mac: MACAddress? = nil, server: IPv4Address) throws -> (okay: SIPText, notify: SIPText, port: UInt16) {
        try multicast(request(mac: mac))
        guard let (okay, port) = try receive(), okay.isOkay else { throw LabFailure("no 200 came to a SUBSCRIBE") }
        guard let (notify, _) = try receive(), notify.isNotify else { throw LabFailure("no NOTIFY came after the 200") }
        try accept(notify, at: server)
        return (okay, notify, port)
    }
}
