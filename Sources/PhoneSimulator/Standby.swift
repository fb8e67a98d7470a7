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

    /// Waits, and answers what comes.
    /// - Parameter heeds: what this phone does of an Event.
    /// - Returns: what it does; `nil` when the time is over.
    func wait(_ heeds: (String) -> Obedience) throws(SystemError) -> Obedience? {
        let socket = try UDPSocket(address: phone.address, port: SIPURI.defaultPort)
        while true {
            let now = MonotonicClock.now()
            guard now < end else { return nil }
            _ = try waitReadable([socket.descriptor], milliseconds: Int32(clamping: (end - now) / 1_000_000 + 1))
            while let (bytes, address, port) = try socket.receive() {
                guard let message = try? SIPMessage(parsing: bytes[...]), message.method == "NOTIFY" else { continue }
                let event = message.first("Event") ?? ""
                let verdict = Standby.verdict(on: event, heeds)
                let source = "\(address):\(port)"
                let fields: [(String, JSONValue)] = [("event", .string(event)), ("from", .string(source))]
                func answer(_ status: UInt16, _ reason: String) throws(SystemError) {
                    let answer = SubscribeExchange.response(to: message, status, reason, from: address, port)
                    try socket.send(answer, to: address, port: port)
                }
                switch verdict {
                case .ignores: report.say(.checkSync, "\(event) from \(source), which it ignores", fields)
                case .refuses(let status): try answer(status, "Refused")
                case .visits, .restarts:
                    try answer(200, "OK")
                    report.say(.checkSync, "\(event) from \(source)", fields)
                    return verdict
                }
            }
        }
    }

    static func verdict(on event: String, _ heeds: (String) -> Obedience) -> Obedience {
        guard let header = try? SIPEventHeader(parsing: event) else { return .refuses(400) }
        return header.isPackage("check-sync") || header.isPackage("resync") ? heeds(event) : .refuses(489)
    }
}
