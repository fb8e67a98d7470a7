import Foundation
import Ledger
import Packets
import Provisioning

/// A ledger of many phones with many boots, written through the room as the daemon writes it.
package enum LargeLedger {
    /// 2,000 devices and 50,000 events, or as many as `LEDGER_DEVICES` and `LEDGER_EVENTS` in the environment say.
    package static var devices: Int { number("LEDGER_DEVICES") ?? 2000 }
    package static var events: Int { number("LEDGER_EVENTS") ?? 50_000 }

    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    private static let vendors = [("snom", "snom-desk", "D735"), ("yealink", "yealink", "T46S"), ("fanvil", "fanvil", "X4U")]
    private static let stages = ["asked", "answered", "came", "fetched", "done", "done", "done", "polling"]

    package static func mac(_ device: Int) -> MACAddress { MACAddress(bits: 0x0004_1300_0000 + UInt64(device)) }

    /// - Parameter folder: the state folder. One that has a ledger of this size is left as it is.
    package static func fill(_ folder: String) throws {
        let ledger = try Ledger(folder: folder) { event, _, _ in
            guard let mac = event.mac else { return nil }
            return Standing(stage: stages[Int(mac.bits % UInt64(stages.count))], since: event.time)
        }
        defer { ledger.stop() }
        guard try ledger.reader().counts().events < events else { return }
        let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
        for number in 0..<events {
            if number % 1000 == 0 { while ledger.statistics.eventsWaiting >= 50_000 { usleep(1000) } }
            // The whole fleet boots once every so often.
            let time = Moment(microseconds: now - Int64(events - number) * 20_000)
            ledger.record(event(number / devices, of: number % devices, at: time))
        }
    }

    private static func event(_ round: Int, of device: Int, at time: Moment) -> Event {
        let (vendor, family, model) = vendors[device % vendors.count]
        let address = IPv4Address(bits: 0x0a00_0000 + UInt32(device))
        let what: Event.What
        switch round % 4 {
        case 0:
            what = .leased(Event.Leased(address: address, vendor: vendor, seconds: 3600, url: "http://10.0.0.1/"))
        case 3: what = .ignored(.dhcp(.discover), .wantsLease(.discover))
        default:
            var file = Event.FileServed(
                name: "\(model)-\(round).cfg", path: "\(vendor)/\(model)-\(round).cfg", bytes: 4096, took: .milliseconds(12),
                address: address, vendor: vendor, userAgent: "Mozilla/4.0 (compatible; \(vendor)\(model)-SIP 10.1.54.13)")
            (file.family, file.model) = (family, model)
            what = .fileServed(file)
        }
        var event = Event(time: time, mac: mac(device), interface: "eth1", what)
        event.arrival = Arrival(tags: [VLANTag(control: 20)], sipPort: 5060)
        return event
    }
}
