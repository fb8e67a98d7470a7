import ConfigFiles
import DHCPMessages
import FrameLink
import JSONText
import LinuxSystem
import Packets
import Provisioning
import SIPMessages
import VendorCatalogue

/// `bellhop explain`: who is this, which rule wins, and the exact bytes that it would be told.
enum ExplainCommand {
    static let grammar = Arguments.Grammar(
        command: "explain",
        usage:
            "[--config FILE] --mac MAC [--vendor-class S] [--user-agent S] [--model S] [--interface NAME] | --subscribe FILE | --frame FILE"
            + "  [--server ADDRESS] [--json]",
        values: [
            "--config": "FILE", "--mac": "MAC", "--vendor-class": "S", "--user-agent": "S", "--model": "S", "--interface": "NAME",
            "--subscribe": "FILE", "--frame": "FILE", "--server": "ADDRESS",
        ],
        switches: ["--json"])

    static func run(_ arguments: Arguments) throws(Exit) {
        let given = ["--mac", "--subscribe", "--frame"].filter { arguments.text($0) != nil }
        guard given.count == 1 else { throw Exit(.usage, "usage: bellhop explain \(grammar.usage)") }
        let configuration = try loadSoundConfiguration(arguments)
        let policy = loadPolicy(configuration)
        let link = try chooseLink(arguments, configuration.settings)
        let question = Question(policy: policy, link: link, leasing: leasingLink(link, configuration.settings))
        let explanation =
            if arguments.text("--mac") != nil {
                try question.ask(byMAC: arguments)
            } else if let path = arguments.text("--subscribe") {
                try question.ask(bySubscribe: path)
            } else {
                try question.ask(byFrame: arguments.text("--frame") ?? "")
            }
        BellhopCommand.say(arguments.has("--json") ? explanation.json.prettyText : explanation.text)
    }
}

/// Makes requests of what the command line tells of a phone, and has them decided.
struct Question {
    let policy: Policy
    let link: Link
    /// The same link with its networks, where addresses are given on one of them.
    var leasing: Link?

    /// A phone that nobody has heard yet: with the first address that would be given, else one that stands for it.
    private var phone: IPv4Address {
        (leasing == nil ? nil : policy.settings.dhcp.lease.ranges.first?.first) ?? standInForPhone
    }
    private static let now = Moment(microseconds: 0)

    func ask(byMAC arguments: Arguments) throws(Exit) -> Explanation {
        guard let mac = try arguments.value("--mac", expected: "a MAC address, such as 00:04:13:12:34:56", { MACAddress($0) })
        else {
            throw Exit(.usage)
        }
        var seen = Observations(mac: mac)
        seen.vendorClass = arguments.text("--vendor-class").map { Array($0.utf8)[...] }
        seen.userAgent = arguments.text("--user-agent").map { Array($0.utf8)[...] }
        seen.eventModel = arguments.text("--model")
        seen.known = policy.settings.devices[mac]
        let identity = policy.catalogue.identify(seen)

        var inform = DHCPMessage(type: .inform, transactionID: 1, client: mac)
        inform.clientAddress = phone
        // Without option 55: then everything that there is to tell is told.
        inform.options[.maximumMessageSize] = [0x05, 0xdc]
        inform.options[.vendorClass] = seen.vendorClass
        let dhcp = decide(inform, from: phone, as: identity)
        inform.options[.messageType] = [DHCPMessageType.discover.rawValue]
        inform.clientAddress = .any
        let offer = leasing == nil ? nil : decide(inform, from: .any, as: identity)
        let pnp = decide(
            subscribe(of: mac), from: mac, phone, port: 5060, to: policy.settings.pnp.group, port: policy.settings.pnp.port,
            as: identity)
        return Explanation(identity: identity, dhcp: dhcp, offer: offer, pnp: pnp, link: link)
    }

    func ask(bySubscribe path: String) throws(Exit) -> Explanation {
        let bytes = try read(path)
        let message: SIPMessage
        do throws(SIPFault) {
            message = try SIPMessage(parsing: bytes[...])
        } catch {
            throw Exit(.no, "\(path) is no SIP message: \(error.sentence)")
        }
        // The file says where the phone is; its frame would have come from there.
        let subscribe = try? PnPSubscribe(message)
        let group = policy.settings.pnp.group
        // Where it names no phone its frame would show one; none is made up.
        let frame = UDPFrame(
            from: subscribe?.macCandidates.first?.mac ?? MACAddress(bits: 0), subscribe?.contactAddress ?? phone,
            port: subscribe?.contactPort ?? 5060, to: group.multicastMAC, group, port: policy.settings.pnp.port, payload: bytes)
        let decision = policy.decide(Request(frame, holding: message), on: link, at: Question.now)
        return Explanation(identity: decision.identity, dhcp: nil, pnp: decision, link: link)
    }

    func ask(byFrame path: String) throws(Exit) -> Explanation {
        let frame = try frame(path)
        let decision = decide(frame, as: nil)
        let isSIP = decision.kind == .pnpSubscribe || decision.kind == .sip
        return Explanation(identity: decision.identity, dhcp: isSIP ? nil : decision, pnp: isSIP ? decision : nil, link: link)
    }

    /// The first frame of a capture, or the one that a file holds in hexadecimal text or as it is.
    private func frame(_ path: String) throws(Exit) -> [UInt8] {
        if let first = try? CaptureReader(path: path).nextFrame() { return first.bytes }
        let bytes = try read(path)
        if let text = String(validating: bytes, as: UTF8.self), let frame = Packets.bytes(fromHexText: text), !frame.isEmpty {
            return frame
        }
        return bytes
    }

    private func read(_ path: String) throws(Exit) -> [UInt8] {
        do throws(SystemError) {
            return try readWholeFile(path, limit: 1 << 20)
        } catch {
            throw Exit(error.isPermissionDenied ? .notPermitted : .missingFile, error.description)
        }
    }

    private func decide(_ message: DHCPMessage, from source: IPv4Address, as identity: Identity) -> Decision {
        decide(
            message.encoded(limit: 1472).bytes, from: message.clientMAC ?? .broadcast, source, port: DHCPMessage.clientPort,
            to: .broadcast,
            port: DHCPMessage.serverPort, as: identity)
    }

    private func decide(
        _ payload: [UInt8], from mac: MACAddress, _ source: IPv4Address, port: UInt16, to destination: IPv4Address,
        port toPort: UInt16,
        as identity: Identity?
    ) -> Decision {
        let group = destination.isMulticast ? destination.multicastMAC : MACAddress.broadcast
        let frame = UDPFrame(from: mac, source, port: port, to: group, destination, port: toPort, payload: payload)
        return decide(frame.encoded() ?? [], as: identity)
    }

    /// Where addresses are given, what is about one is decided by a book in which every address is free: it gives an example.
    private func decide(_ frame: [UInt8], as identity: Identity?) -> Decision {
        let open = policy.decide(frame: frame[...], on: link, at: Question.now, as: identity)
        guard let leasing, let request = try? Request(reading: frame[...], sipPorts: policy.settings.pnp.ports),
            case .dhcp = request.content
        else { return open }
        let (book, later) = freeBook(policy.settings, on: leasing, from: Question.now)
        var leases: LeaseBook? = book
        var limits: RequestLimits?
        return policy.decide(request, on: leasing, at: later, as: identity, leases: &leases, limits: &limits)
    }

    private func subscribe(of mac: MACAddress) -> [UInt8] {
        let lines = [
            "SUBSCRIBE sip:MAC%3a\(mac.plain)@224.0.1.75 SIP/2.0",
            "Via: SIP/2.0/UDP \(phone):5060;branch=z9hG4bKexplain;rport",
            "Max-Forwards: 70",
            "From: <sip:MAC%3a\(mac.plain)@224.0.1.75>;tag=explain",
            "To: <sip:MAC%3a\(mac.plain)@224.0.1.75>",
            "Call-ID: explain@\(phone)",
            "CSeq: 1 SUBSCRIBE",
            "Event: ua-profile;profile-type=\"device\"",
            "Expires: 0",
            "Accept: application/url",
            "Contact: <sip:\(phone):5060>",
            "Content-Length: 0",
        ]
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }
}
