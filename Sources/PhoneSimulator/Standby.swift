import JSONText
import LinuxSystem
import Packets
import SIPMessages

/// A phone that has booted and waits to be told to come again: a NOTIFY with `check-sync`, or `resync` as some makers have it.
struct Standby {
    let phone: SimulatedPhone
    let report: BootReport
    /// Nanoseconds of the steady clock.
    let end: UInt64

    /// What a NOTIFY asks for.
    enum Verdict: Equatable {
        case told(event: String)
        /// The status that it is refused with.
        case refused(UInt16)
    }

    /// Waits, and answers what comes.
    /// - Returns: the Event; `nil` when the time is over.
    func wait() throws(SystemError) -> String? {
        let socket = try UDPSocket(address: phone.address, port: SIPURI.defaultPort)
        while true {
            let now = MonotonicClock.now()
            guard now < end else { return nil }
            _ = try waitReadable([socket.descriptor], milliseconds: Int32(clamping: (end - now) / 1_000_000 + 1))
            while let (bytes, address, port) = try socket.receive() {
                guard let message = try? SIPMessage(parsing: bytes[...]), message.method == "NOTIFY" else { continue }
                let verdict = Standby.verdict(on: message)
                let (status, reason): (UInt16, String) =
                    if case .refused(let no) = verdict { (no, "Refused") } else { (200, "OK") }
                try socket.send(
                    SubscribeExchange.response(to: message, status, reason, from: address, port), to: address, port: port)
                guard case .told(let event) = verdict else { continue }
                let source = "\(address):\(port)"
                report.say(.checkSync, "\(event) from \(source)", [("event", .string(event)), ("from", .string(source))])
                return event
            }
        }
    }

    static func verdict(on notify: SIPMessage) -> Verdict {
        guard let text = notify.first("Event"), let event = try? SIPEventHeader(parsing: text) else { return .refused(400) }
        return event.isPackage("check-sync") || event.isPackage("resync") ? .told(event: text) : .refused(489)
    }
}
