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
        let question = Question(policy: policy, link: try chooseLink(arguments, configuration.settings))
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
private struct Question {
    let policy: Policy
    let link: Link

    private static let phone = standInForPhone
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
        inform.clientAddress = Question.phone
        // Without option 55: then everything that there is to tell is told.
        inform.options[.maximumMessageSize] = [0x05, 0xdc]
        inform.options[.vendorClass] = seen.vendorClass
        let dhcp = decide(inform.encoded(limit: 1472).bytes, from: mac, port: 68, to: .broadcast, port: 67, as: identity)
        let subscribe = Question.subscribe(of: mac)
        let pnp = decide(
            subscribe, from: mac, port: 5060, to: policy.settings.pnp.group, port: policy.settings.pnp.port, as: identity)
        return Explanation(identity: identity, dhcp: dhcp, pnp: pnp, link: link)
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
        let mac = subscribe?.macCandidates.first?.mac ?? MACAddress(bits: 0x0200_0000_0002)
        let source = subscribe?.contactAddress ?? Question.phone
        let decision = decide(
            bytes, from: mac, source, port: subscribe?.contactPort ?? 5060, to: policy.settings.pnp.group,
            port: policy.settings.pnp.port, as: nil)
        return Explanation(identity: decision.identity, dhcp: nil, pnp: decision, link: link)
    }

    func ask(byFrame path: String) throws(Exit) -> Explanation {
        let frame = try frame(path)
        let decision = policy.decide(frame: frame[...], on: link, at: Question.now)
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

    private func decide(
        _ payload: [UInt8], from mac: MACAddress, _ source: IPv4Address = phone, port: UInt16, to destination: IPv4Address,
        port toPort: UInt16,
        as identity: Identity?
    ) -> Decision {
        let group = destination.isMulticast ? destination.multicastMAC : MACAddress.broadcast
        let frame = UDPFrame(from: mac, source, port: port, to: group, destination, port: toPort, payload: payload)
        return policy.decide(frame: frame.encoded().map { $0[...] } ?? [], on: link, at: Question.now, as: identity)
    }

    private static func subscribe(of mac: MACAddress) -> [UInt8] {
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
