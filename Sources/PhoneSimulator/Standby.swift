import JSONText
import LinuxSystem
import SIPMessages

/// A phone that has booted and waits to be told to come again: a NOTIFY with `check-sync`, or `resync` as some makers have it.
struct Standby {
    let phone: SimulatedPhone
    let report: BootReport
    /// Nanoseconds of the steady clock.
    let end: UInt64

    /// What a phone remembers from one wait to the next.
    struct Memory: Sendable {
        /// What it was told last, and its answer: the same again is answered again, and nothing else follows (RFC 3261 §17.2.2).
        fileprivate var last: (request: NotifyKey, answer: [UInt8])?
        /// It said that it hears nothing.
        fileprivate var isDeaf = false
    }

    /// Waits, and answers what comes.
    /// - Returns: what it does; `nil` when the time is over.
    func wait(for system: any PhoneSystem, _ memory: inout Memory) throws(SystemError) -> Obedience? {
        let socket = socket(&memory)
        while true {
            let now = MonotonicClock.now()
            guard now < end else { return nil }
            _ = try waitReadable([socket?.descriptor ?? -1], milliseconds: MonotonicClock.milliseconds(until: end, from: now))
            while let (bytes, address, port) = try socket?.receive() {
                guard let message = try? SIPMessage(parsing: bytes[...]), message.method == "NOTIFY" else { continue }
                let request = NotifyKey(message)
                if let last = memory.last, last.request == request {
                    try socket?.send(last.answer, to: address, port: port)
                    continue
                }
                let verdict = Standby.verdict(on: message, system)
                if let (status, reason) = Standby.answer(to: verdict) {
                    let answer = SubscribeExchange.response(to: message, status, reason, from: address, port)
                    memory.last = (request, answer)
                    try socket?.send(answer, to: address, port: port)
                }
                say(verdict, message.first("Event") ?? "", from: "\(address):\(port)")
                if [.visits, .restarts].contains(verdict) { return verdict }
            }
        }
    }

    /// `nil` where another program has the port: the phone is not reached, and comes by its settings all the same.
    private func socket(_ memory: inout Memory) -> UDPSocket? {
        do throws(SystemError) {
            let socket = try UDPSocket(address: phone.address, port: SIPURI.defaultPort)
            memory.isDeaf = false
            return socket
        } catch {
            if !memory.isDeaf {
                report.say(
                    .gaveUp, "on check-sync: \(error)", [("way", .string("check-sync")), ("why", .string(error.description))])
            }
            memory.isDeaf = true
            return nil
        }
    }

    private func say(_ verdict: Obedience, _ event: String, from source: String) {
        let addition: String
        switch verdict {
        case .visits, .restarts: addition = ""
        case .ignores: addition = ", which it ignores"
        case .refuses(let status): addition = ", answered with \(status)"
        }
        report.say(
            .checkSync, "\(event) from \(source)\(addition)", [("event", .string(event)), ("from", .string(source))])
    }

    private static func answer(to verdict: Obedience) -> (status: UInt16, reason: String)? {
        switch verdict {
        case .visits, .restarts: (200, "OK")
        case .refuses(404): (404, "Not Found")
        case .refuses(let status): (status, "Refused")
        case .ignores: nil
        }
    }

    /// A request for a user that the phone does not have is refused where it would be heeded.
    static func verdict(on notify: SIPMessage, _ system: any PhoneSystem) -> Obedience {
        let verdict = verdict(on: notify.first("Event") ?? "") { system.heeds($0) }
        guard case .request(_, let uri) = notify.start, [.visits, .restarts].contains(verdict) else { return verdict }
        return system.isCalled((try? SIPURI(parsing: uri))?.user) ? verdict : .refuses(404)
    }

    static func verdict(on event: String, _ heeds: (String) -> Obedience) -> Obedience {
        guard let header = try? SIPEventHeader(parsing: event) else { return .refuses(400) }
        return header.isPackage("check-sync") || header.isPackage("resync") ? heeds(event) : .refuses(489)
    }
}
