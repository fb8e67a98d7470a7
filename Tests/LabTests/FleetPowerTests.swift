import Packets
import TestSupport
import Testing

//  phones, all of them on one interface      a station that only marks the time
//  10.9.0.2, and 10.9.128.1 and on           10.9.0.3
//     └──────────────── switch ─────────────────┘           nobody answers
final class FleetPowerScene: Scene {
    let phones: Station
    let marker: Station
    let capture: Capture

    init(_ lab: Lab) throws {
        phones = try lab.station("phones", mac: "02:00:00:00:00:02", address: "10.9.0.2/16")
        marker = try lab.station("marker", mac: "02:00:00:00:00:03", address: "10.9.0.3/16")
        capture = try lab.capture()
        try phones.ip("route", "add", "local", "10.9.128.0/17", "dev", "lab0")
    }
}

extension LabTests.Wire {
    @Suite(.scene(FleetPowerScene.self)) struct FleetPowerTests {
        private let lab: FleetPowerScene = scene()

        @Test(arguments: ["inform", "pnp"])
        func `power comes back to every phone of a fleet, though none of them is answered`(way: String) throws {
            let count = 600
            let outcome = try lab.phones.run(
                Bellhop.binary("phonesim"), "--interface", "lab0", "--mac", "00:04:13:40:00:00", "--address", "10.9.128.1",
                "--count", "\(count)", "--rate", "100000", "--discover", way, "--timeout", "4", "--json")
            #expect(outcome.status == 69)
            let counts = try JSON(outcome.output)
            #expect(counts["asked"].number == count && counts["unanswered"].number == count, "\(outcome.text)")
            let port: UInt16 = way == "inform" ? 67 : 5060
            let asking = try lab.capture.frames(markedBy: lab.marker).compactMap(\.udp).filter { $0.destinationPort == port }
                .map(\.source)
            #expect(Set(asking).count == count)
            // The last one is on before the first one asks for the last time, some seconds later.
            let first = IPv4Address(10, 9, 128, 1)
            let on = try #require(asking.firstIndex(of: IPv4Address(bits: first.bits + UInt32(count) - 1)))
            #expect(on < asking.lastIndex(of: first) ?? 0)
        }

        @Test(arguments: ["snom-desk", "grandstream"])
        func `phones that share one address ask by PnP all the same, or say why they cannot`(family: String) throws {
            let outcome = try lab.phones.run(
                Bellhop.binary("phonesim"), "--interface", "lab0", "--family", family, "--mac", "00:04:13:41:00:00", "--count",
                "9",
                "--discover", "pnp", "--timeout", "1", "--json")
            #expect(outcome.status == 69)
            let counts = try JSON(outcome.output)
            #expect(counts["asked"].number == 9 && counts["unanswered"].number == 9, "\(outcome.text)")
            let asking = try lab.capture.frames(markedBy: lab.marker).compactMap(\.udp).filter { frame in
                frame.destinationPort == 5060 && frame.source == lab.phones.address
            }
            // A Grandstream's SUBSCRIBE names the one port 5080.
            let stopped = counts["stopped"]["bind 10.9.0.2:5080: Address already in use"].number
            #expect(stopped == (family == "grandstream" ? 8 : nil), "\(outcome.text)")
            if family == "snom-desk" { #expect(Set(asking.map(\.sourcePort)).count >= 9) }
        }

        @Test(arguments: [["--count", "3"], ["--load", "inform"], ["--load", "discover"], ["--lease"]])
        func `without CAP_NET_RAW it is not permitted, however many phones`(arguments: [String]) throws {
            let outcome = try lab.phones.run(
                "setpriv",
                ["--bounding-set=-net_raw", "--inh-caps=-net_raw", try Bellhop.binary("phonesim"), "--interface", "lab0"]
                    + arguments)
            #expect(outcome.status == 77, "\(outcome.text)")
        }
    }
}
