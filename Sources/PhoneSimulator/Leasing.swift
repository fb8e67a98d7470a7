import DHCPMessages
import FrameLink
import JSONText
import LinuxSystem
import Packets

/// Asks for an IP address, by frames in the phone's own name: it has no address to send from.
struct Leasing {
    let phone: SimulatedPhone
    let interface: NetworkInterface
    let report: BootReport
    /// Milliseconds for the offer, and again for the address; `nil` for the phone's own patience.
    let timeout: UInt64?
    let chance: SeededNumbers

    enum Outcome {
        /// With the hardware address that its ACK came from.
        case leased(LeaseExchange.Lease, from: MACAddress)
        /// A server does not let it have the address, or not any more.
        case refused
        case nothing
        case notPermitted
    }

    /// - Parameter earlier: the address that it had before it started anew.
    func run(_ transactionID: UInt32, earlier: IPv4Address?) -> Outcome {
        saying { try ask(LeaseExchange(phone, transactionID: transactionID, earlier: earlier)) }
    }

    /// Asks once to keep the address (RFC 2131 §4.4.5).
    /// - Parameter server: that gave it, and its hardware address or that of the router to it; `nil` to ask every server.
    func keep(_ address: IPv4Address, _ transactionID: UInt32, by server: (IPv4Address, MACAddress)?) -> Outcome {
        saying {
            let exchange = LeaseExchange(phone, transactionID: transactionID, keeping: address)
            return try keep(exchange, address, to: server ?? (.broadcast, .broadcast))
        }
    }

    private func saying(_ ask: () throws -> Outcome) -> Outcome {
        do {
            return try ask()
        } catch {
            let why = "\(error)"
            report.say(.gaveUp, "on an address: \(why)", [("way", .string("lease")), ("why", .string(why))])
            return ExitStatus(of: error) == .notPermitted ? .notPermitted : .nothing
        }
    }

    private func keep(_ fresh: LeaseExchange, _ address: IPv4Address, to server: (IPv4Address, MACAddress)) throws -> Outcome {
        let link = try LiveLink(interface: interface.name, filter: "udp dst port 68")
        var exchange = fresh
        let frame = UDPFrame(
            from: phone.mac, address, port: DHCPMessage.clientPort, to: server.1, server.0, port: DHCPMessage.serverPort,
            payload: exchange.question())
        try link.send(frame.encoded() ?? [])
        report.say(
            .asked, "to keep \(address) by REQUEST to \(server.0)",
            [("way", .string("lease")), ("keeps", .string(address.description)), ("to", .string(server.0.description))])
        let end = MonotonicClock.now() + (timeout ?? Leasing.patience) * 1_000_000
        while case let now = MonotonicClock.now(), now < end {
            _ = try waitReadable(
                [link.descriptor].compactMap(\.self), milliseconds: MonotonicClock.milliseconds(until: end, from: now))
            while let frame = try link.nextFrame() {
                guard let udp = try? UDPFrame(decoding: frame.bytes[...]) else { continue }
                switch exchange.hear(Array(udp.payload)) {
                case .ignored, .offered: continue
                case .refused(let why): sayRefused(why, udp.source)
                case .notAcknowledged:
                    sayRefused("it is NAK", udp.source)
                    return .refused
                case .leased(let lease): return .leased(lease, from: udp.sourceMAC)
                }
            }
        }
        return .nothing
    }

    /// How long a phone that has an address waits for an answer, in milliseconds.
    private static let patience: UInt64 = 4000

    private func ask(_ fresh: LeaseExchange) throws -> Outcome {
        let link = try LiveLink(interface: interface.name, filter: "udp dst port 68")
        var exchange = fresh
        var schedule = newSchedule()
        // When it chooses among the offers that have come.
        var choice: UInt64?
        var seconds: UInt16 = 0
        var isRefused = false
        /// - Returns: false where it gives up.
        func beginAnew(_ why: String) -> Bool {
            guard exchange.beginAnew() else {
                report.say(.gaveUp, "on an address: \(why), again and again", [("way", .string("lease")), ("why", .string(why))])
                return false
            }
            (schedule, choice) = (newSchedule(), nil)
            report.say(.restarts, "with DISCOVER: \(why)", [("way", .string("lease")), ("why", .string(why))])
            return true
        }
        while true {
            let now = MonotonicClock.now()
            if let moment = choice, now >= moment {
                exchange.choose(after: seconds)
                (schedule, choice) = (newSchedule(), nil)
            }
            switch schedule.due(at: now) {
            case .send(let attempt):
                seconds = UInt16(clamping: schedule.elapsed(at: now) / 1000)
                try link.send(Leasing.frame(exchange.question(seconds: seconds), phone))
                sayAsked(exchange, attempt)
            case .giveUp where exchange.chosen != nil || exchange.isRebooting:
                guard beginAnew("nobody answered its REQUEST") else { return .nothing }
            case .giveUp:
                sayGaveUp(schedule, at: now)
                return isRefused ? .refused : .nothing
            case nil:
                let next = min(schedule.next, choice ?? .max)
                _ = try waitReadable(
                    [link.descriptor].compactMap(\.self),
                    milliseconds: next <= now ? 0 : Int32(clamping: (next - now) / 1_000_000 + 1))
                while let frame = try link.nextFrame() {
                    guard let udp = try? UDPFrame(decoding: frame.bytes[...]) else { continue }
                    switch exchange.hear(Array(udp.payload)) {
                    case .ignored: continue
                    case .refused(let why): sayRefused(why, udp.source)
                    case .notAcknowledged:
                        isRefused = true
                        guard beginAnew("the answer of \(udp.source) is NAK") else { return .refused }
                    case .offered(let offer):
                        choice = choice ?? now + exchange.patience * 1_000_000
                        sayOffered(offer)
                    case .leased(let lease): return .leased(lease, from: udp.sourceMAC)
                    }
                }
            }
        }
    }

    private func newSchedule() -> RetrySchedule {
        RetrySchedule(
            waits: RetrySchedule.spread(LeaseExchange.waits, by: chance), longest: RetrySchedule.longestOfDHCP, limit: timeout,
            start: MonotonicClock.now())
    }

    /// A phone's message from nowhere to everybody (RFC 2131 §4.1).
    static func frame(_ payload: [UInt8], _ phone: SimulatedPhone) -> [UInt8] {
        UDPFrame(
            from: phone.mac, .any, port: DHCPMessage.clientPort, to: .broadcast, .broadcast, port: DHCPMessage.serverPort,
            payload: payload
        ).encoded() ?? []
    }

    private func sayAsked(_ exchange: LeaseExchange, _ attempt: Int) {
        let list = phone.manner.parameterRequestList
        let what =
            exchange.chosen.map { "for \($0.address) by REQUEST of \($0.server)" }
            ?? (exchange.isRebooting ? "for \(phone.address) again by REQUEST" : "for an address by DISCOVER")
        report.say(
            .asked, "\(what) (option 55: \(list.map { "\($0)" }.joined(separator: ",")))",
            [
                ("way", .string("lease")), ("attempt", .number(attempt)), ("request", .array(list.map { .number(Int($0)) })),
                ("vendor-class", .optional(phone.vendorClass)), ("mac", .string(phone.mac.colons)),
            ])
    }

    private func sayOffered(_ offer: LeaseExchange.Offer) {
        report.say(
            .offered, "\(offer.address) for \(offer.seconds) s by \(offer.server)",
            [
                ("address", .string(offer.address.description)), ("seconds", .number(Int(offer.seconds))),
                ("server", .string(offer.server.description)),
            ])
    }

    private func sayGaveUp(_ schedule: RetrySchedule, at now: UInt64) {
        let seconds = BootReport.seconds(milliseconds: schedule.elapsed(at: now))
        report.say(
            .gaveUp, "on an address: nobody gave one (asked \(schedule.sends) times in \(seconds) s)",
            [("way", .string("lease")), ("sends", .number(schedule.sends))])
    }

    private func sayRefused(_ sentence: String, _ source: IPv4Address) {
        report.say(
            .refused, "the answer of \(source): \(sentence)",
            [("way", .string("lease")), ("from", .string(source.description)), ("why", .string(sentence))])
    }
}
