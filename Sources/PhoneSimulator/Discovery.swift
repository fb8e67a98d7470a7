import DHCPMessages
import JSONText
import LinuxSystem
import Packets
import SIPMessages
import VendorCatalogue

/// Asks for the address, by sockets on one interface.
struct Discovery {
    let phone: SimulatedPhone
    let interface: NetworkInterface
    let identifiers: ExchangeIdentifiers
    let report: BootReport
    /// Milliseconds; `nil` for the phone's own patience.
    let timeout: UInt64?
    /// Where the INFORM goes.
    let server: IPv4Address
    /// By which no two phones wait equally long.
    let chance: SeededNumbers
    /// What came with the phone's address: the answer to an INFORM that need not be asked.
    let lease: InformExchange.Acknowledgement?

    /// 224.0.1.75, sip.mcast.net.
    static let group = IPv4Address(224, 0, 1, 75)

    /// What a way of discovery came to.
    enum Outcome {
        /// - Parameter listener: goes on answering NOTIFYs that come again.
        case told(String, listener: NotifyListener?)
        case nothing
        case notPermitted
    }

    func run(_ way: PhoneModel.Discovery) -> Outcome {
        do throws(SystemError) {
            return switch way {
            case .pnp: try subscribe()
            case .inform: try inform()
            }
        } catch {
            let why =
                error.call == "bind" && error.isPermissionDenied ? "\(error) (ports below 1024 take root)" : error.description
            report.say(.gaveUp, "on \(way.rawValue): \(why)", [("way", .string(way.rawValue)), ("why", .string(why))])
            return error.isPermissionDenied ? .notPermitted : .nothing
        }
    }

    // MARK: DHCPINFORM

    private func inform() throws(SystemError) -> Outcome {
        if let lease {
            if let url = take(lease, from: lease.server) { return .told(url, listener: nil) }
            guard phone.manner.informsAfterLease else {
                return giveUp(.inform, "the lease holds no address of a server", 0, after: 0)
            }
        }
        let socket = try UDPSocket(
            address: .any, port: DHCPMessage.clientPort, device: interface.name, reuseAddress: true, broadcast: true)
        let exchange = InformExchange(phone, transactionID: identifiers.transactionID)
        var schedule = RetrySchedule(
            waits: RetrySchedule.spread(InformExchange.waits, by: chance), longest: RetrySchedule.longestOfDHCP, limit: timeout,
            start: MonotonicClock.now())
        var answers = 0
        while true {
            let now = MonotonicClock.now()
            switch schedule.due(at: now) {
            case .send(let attempt):
                let seconds = UInt16(clamping: schedule.elapsed(at: now) / 1000)
                // The interface may have other addresses than the phone's.
                try socket.send(
                    exchange.question(seconds: seconds), cutAt: InformExchange.mostOctets, to: server,
                    port: DHCPMessage.serverPort, from: phone.address)
                sayAsked(attempt)
            case .giveUp:
                let who =
                    answers == 0
                    ? "nobody answered"
                    : "no answer of \(answers) holds \(phone.manner.takes.map(\.name).joined(separator: " or "))"
                return giveUp(.inform, who, schedule.sends, after: schedule.elapsed(at: now))
            case nil:
                _ = try waitReadable([socket.descriptor], milliseconds: Discovery.wait(until: schedule.next, now))
                while let (bytes, source, _) = try socket.receive() {
                    switch exchange.hear(bytes) {
                    case .ignored: continue
                    case .refused(let why): sayRefused("the answer of \(source): \(why)", source)
                    case .acknowledged(let acknowledgement):
                        answers += 1
                        if let url = take(acknowledgement, from: source) { return .told(url, listener: nil) }
                    }
                }
            }
        }
    }

    private func sayAsked(_ attempt: Int) {
        let list = phone.manner.parameterRequestList
        report.say(
            .asked, "by DHCPINFORM to \(server) (option 55: \(list.map { "\($0)" }.joined(separator: ",")))",
            [
                ("way", .string("inform")), ("attempt", .number(attempt)), ("to", .string("\(server):\(DHCPMessage.serverPort)")),
                ("request", .array(list.map { .number(Int($0)) })), ("vendor-class", .optional(phone.vendorClass)),
                ("mac", .string(phone.mac.colons)),
            ])
    }

    private func take(_ acknowledgement: InformExchange.Acknowledgement, from source: IPv4Address) -> String? {
        let came = acknowledgement.options.map { "\($0.code)" }.joined(separator: ",")
        let oddities = acknowledgement.oddities
        guard let found = acknowledgement.found else {
            sayRefused("the ACK of \(source): no address for this phone in it (options: \(came.isEmpty ? "none" : came))", source)
            return nil
        }
        let but = oddities.isEmpty ? "" : "; but " + oddities.joined(separator: ", and ")
        report.say(
            .told, "\(found.text) by option \(found.source.name) from \(acknowledgement.server) (options: \(came))\(but)",
            [
                ("way", .string("inform")), ("url", .string(found.text)), ("option", .string(found.source.name)),
                ("server", .string(acknowledgement.server.description)),
                ("options", .object(acknowledgement.options.map { ("\($0.code)", .string($0.text)) })),
                ("oddities", .strings(oddities)),
            ])
        return found.text
    }

    // MARK: PnP

    private func subscribe() throws(SystemError) -> Outcome {
        guard let text = SubscribeText(phone, identifiers) else {
            return giveUp(.pnp, "phones of \(phone.family.id) are not known to do it", 0, after: 0)
        }
        let socket = try text.socket(of: phone, on: interface)
        let question = text.filled(port: socket.localPort)
        guard let request = SubscribeText.parsed(question) else {
            return giveUp(.pnp, "the catalogue's SUBSCRIBE of \(phone.family.id) cannot be read", 0, after: 0)
        }
        var listener = NotifyListener(SubscribeExchange(request), on: socket, report)
        let waits: [UInt64] = phone.family.vendor == "grandstream" ? [500, 1000, 2000, 2000, 2000] : [500, 1000, 2000]
        var schedule = RetrySchedule(waits: RetrySchedule.spread(waits, by: chance), limit: timeout, start: MonotonicClock.now())
        while true {
            let now = MonotonicClock.now()
            switch schedule.due(at: now) {
            case .send(let attempt):
                try socket.send(question, to: Discovery.group, port: SIPURI.defaultPort)
                let from = "\(phone.address):\(socket.localPort)"
                report.say(
                    .asked, "by SUBSCRIBE to \(Discovery.group) from \(from)",
                    [
                        ("way", .string("pnp")), ("attempt", .number(attempt)),
                        ("to", .string("\(Discovery.group):\(SIPURI.defaultPort)")),
                        ("from", .string(from)), ("mac", .string(phone.mac.colons)),
                    ])
            case .giveUp:
                let who = listener.isAnswered ? "the SUBSCRIBE was answered, but no good NOTIFY came" : "nobody answered"
                return giveUp(.pnp, who, schedule.sends, after: schedule.elapsed(at: now))
            case nil:
                _ = try waitReadable([socket.descriptor], milliseconds: Discovery.wait(until: schedule.next, now))
                if let url = try listener.receive() {
                    report.say(.told, "\(url) by PnP", [("way", .string("pnp")), ("url", .string(url))])
                    return .told(url, listener: listener)
                }
                if listener.isAnswered { schedule.stopSending(at: MonotonicClock.now(), grace: 4000) }
            }
        }
    }

    // MARK: Saying

    private func giveUp(_ way: PhoneModel.Discovery, _ why: String, _ sends: Int, after milliseconds: UInt64) -> Outcome {
        let asked =
            sends == 0
            ? "" : " (asked \(sends == 1 ? "once" : "\(sends) times") in \(BootReport.seconds(milliseconds: milliseconds)) s)"
        report.say(
            .gaveUp, "on \(way.rawValue): \(why)\(asked)",
            [("way", .string(way.rawValue)), ("why", .string(why)), ("sends", .number(sends))])
        return .nothing
    }

    private func sayRefused(_ sentence: String, _ source: IPv4Address) {
        report.say(.refused, sentence, [("way", .string("inform")), ("from", .string(source.description))])
    }

    /// Milliseconds until a moment, rounded up so that it is past when the wait ends.
    private static func wait(until moment: UInt64, _ now: UInt64) -> Int32 {
        moment <= now ? 0 : Int32(clamping: (moment - now) / 1_000_000 + 1)
    }
}
