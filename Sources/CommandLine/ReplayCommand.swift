import ConfigFiles
import FrameLink
import JSONText
import LinuxSystem
import Packets
import Provisioning
import VendorCatalogue

/// `bellhop replay`: every frame of a capture through the same decisions as the daemon's.
enum ReplayCommand {
    static let grammar = Arguments.Grammar(
        command: "replay", usage: "[--config FILE] [--interface NAME | --server ADDRESS] CAPTURE [--write OUT.pcap] [--json]",
        values: ["--config": "FILE", "--interface": "NAME", "--server": "ADDRESS", "--write": "OUT.pcap"], switches: ["--json"],
        words: 1...1)

    static func run(_ arguments: Arguments) throws(Exit) {
        let configuration = try loadSoundConfiguration(arguments)
        let policy = loadPolicy(configuration)
        let link = try chooseLink(arguments, configuration.settings)
        var addresses = leasingLink(link, configuration.settings).map { Addresses(policy, on: $0) }
        let memory = DeviceMemory()
        do throws(FrameLinkError) {
            let reader = try CaptureReader(path: arguments.words[0])
            let writer = if let path = arguments.text("--write") { try CaptureWriter(path: path) } else { nil as CaptureWriter? }
            var progress = Progress()
            while let frame = try reader.nextFrame() {
                progress.show(reader.progress())
                let now = Moment(microseconds: frame.time.microsecondsSince1970)
                let decision =
                    addresses?.decide(frame.bytes[...], at: now.microseconds, memory)
                    ?? policy.decide(frame: frame.bytes[...], on: link, at: now, learnt: memory.device)
                memory.learn(decision.identity, address: nil, interface: link.interface, at: now)
                let replies = decision.answer.map { $0.frames(on: link) } ?? []
                for reply in replies { writer?.write(CapturedFrame(time: frame.time, bytes: reply)) }
                BellhopCommand.say(arguments.has("--json") ? json(frame, decision, replies).text : line(frame, decision))
            }
            progress.clear()
            try writer?.flush()
        } catch {
            throw Exit(error.reason == .notPermitted ? .notPermitted : .missingFile, error.description)
        }
    }

    private static func json(_ frame: CapturedFrame, _ decision: Decision, _ replies: [[UInt8]]) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("time", .string(frame.time.description)),
            ("mac", .optional(decision.identity.mac?.colons)),
            ("kind", .string(decision.kind.rawValue)),
            ("decision", .string(decision.silence == nil ? "answer" : "ignore")),
            ("reason", .string(reason(decision))),
        ]
        if let silence = decision.silence { members.append(("reason-name", .string(silence.name))) }
        if let vendor = decision.identity.vendor { members.append(("vendor", .string(vendor))) }
        if let rule = decision.rule { members.append(("rule", .string(rule))) }
        if let url = decision.url { members.append(("url", .string(withoutCredentials(url)))) }
        // A PnP answer is two frames: the 200, then the NOTIFY.
        if let reply = replies.first { members.append(("reply", .string(hexText(covered(reply, of: decision.answer))))) }
        if replies.count > 1 { members.append(("notify", .string(hexText(covered(replies[1], of: decision.answer))))) }
        return .object(members)
    }

    private static func line(_ frame: CapturedFrame, _ decision: Decision) -> String {
        let mac = decision.identity.mac?.colons ?? "-"
        return
            "\(frame.time) \(mac) \(decision.kind.rawValue) \(decision.silence == nil ? "answer" : "ignore"): \(reason(decision))"
    }

    /// Why silence, or what is told and on whose word.
    private static func reason(_ decision: Decision) -> String {
        if let silence = decision.silence { return withoutCredentials(silence.sentence) }
        let who = [decision.identity.vendor, decision.identity.model].compactMap { $0 }.joined(separator: " ")
        let by = decision.rule.map { "rule \"\($0)\"" } ?? "the catalogue"
        return "\(who.isEmpty ? "a phone that a rule names" : who) is told \(withoutCredentials(decision.url ?? "")) by \(by)"
    }
}

/// The addresses that would have been given during a capture: at its begin each is free.
private struct Addresses {
    private let policy: Policy
    private let link: Link
    private var book: LeaseBook?
    /// When the first frame is taken to come: its addresses are ready then.
    private var begin = Moment(microseconds: 0)

    init(_ policy: Policy, on link: Link) {
        self.policy = policy
        self.link = link
    }

    /// `nil` for what is about no address.
    mutating func decide(_ frame: ArraySlice<UInt8>, at time: Int64, _ memory: DeviceMemory) -> Decision? {
        if book == nil { (book, begin) = freeBook(policy.settings, on: link, from: Moment(microseconds: time &- 1_000_000)) }
        // A clock that only goes forward; frames may be out of order.
        let since = UInt64(clamping: max(time, begin.microseconds) &- begin.microseconds)
        let now = Moment(microseconds: max(time, begin.microseconds), steady: begin.steady &+ since &* 1000)
        _ = book?.tend(at: now)
        if let arp = ARPPacket(decoding: frame) {
            if arp.sender != .any { _ = book?.heard(arp.sender, at: now) }
            return nil
        }
        guard let request = try? Request(reading: frame, sipPorts: policy.settings.pnp.ports), case .dhcp = request.content else {
            return nil
        }
        var limits: RequestLimits?
        let learnt = request.mac(on: link).flatMap(memory.device)
        return policy.decide(request, on: link, at: now, learnt: learnt, leases: &book, limits: &limits)
    }
}

/// How far a long capture is, on a terminal.
private struct Progress {
    private let isShown = StandardError.isTerminal
    private var last: Int64 = -1

    mutating func show(_ progress: (read: Int64, total: Int64)?) {
        guard isShown, let (read, total) = progress, total > 1 << 20 else { return }
        let percent = read * 100 / total
        guard percent != last else { return }
        last = percent
        _ = StandardError.write("\r\(percent) %")
    }

    func clear() {
        if last >= 0 { _ = StandardError.write("\r     \r") }
    }
}
