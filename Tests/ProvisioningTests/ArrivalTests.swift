import DHCPMessages
import Packets
import TestSupport
import Testing

@testable import Provisioning

/// What is kept of the way by which a device was heard.
@Suite struct ArrivalTests {
    private static let tags = [VLANTag(control: 20)]
    private static let relay = IPv4Address(10, 0, 20, 1)

    @Test(arguments: [
        (Change("an INFORM of its own"), Arrival()),
        (Change("in a VLAN") { $0.tags = tags }, Arrival(tags: tags)),
        (Change("through a relay") { $0 = $0.relayed(by: relay) }, Arrival(relay: relay, isOwn: false)),
        (
            Change("through a relay in a VLAN") {
                $0.tags = tags
                $0 = $0.relayed(by: relay)
            }, Arrival(tags: tags, relay: relay, isOwn: false)
        ),
        (Change("in another's frame") { $0.sourceMAC = relayMAC }, Arrival(isOwn: false)),
    ])
    func `a DHCP message`(change: Change, expected: Arrival) throws {
        let request = try Request(Heard.snomInform(change.apply).frame, sipPorts: [5060])
        #expect(request.arrival(of: phoneMAC) == expected)
    }

    @Test(
        arguments: [
            ("its own", "192.168.50.31:5062", phoneMAC, phoneAddress, 5062),
            ("no port", "192.168.50.31", phoneMAC, phoneAddress, 5060),
            ("a Contact elsewhere", "192.168.50.77:5062", phoneMAC, phoneAddress, nil),
            ("in another's frame", "192.168.50.31:5062", relayMAC, phoneAddress, nil),
            ("from no address", "0.0.0.0:5062", phoneMAC, .any, nil),
        ] as [(String, String, MACAddress, IPv4Address, UInt16?)])
    func `a SUBSCRIBE says where its phone hears SIP`(
        name: String, contact: String, station: MACAddress, source: IPv4Address, port: UInt16?
    ) throws {
        let text = HeardSubscribe.snom.replacing("Contact: <sip:192.168.50.31:5060>", with: "Contact: <sip:\(contact)>")
        let heard = HeardSubscribe(text: text, sourceMAC: station, source: source)
        let arrival = try Request(heard.frame, sipPorts: [5060]).arrival(of: phoneMAC)
        #expect(arrival == Arrival(sipPort: port, isOwn: station == phoneMAC))
    }

    @Test(arguments: [
        ("a laptop", MACAddress(bits: 0x5254_0000_0001), "mac\n", true),
        ("one that devices.csv names", MACAddress(bits: 0x5254_0000_0001), "mac\n52:54:00:00:00:01\n", false),
        ("a phone for which there is nothing", phoneMAC, "mac\n", false),
    ])
    func `who is told nothing is a stranger where nothing is known of him`(
        name: String, mac: MACAddress, devices: String, isStranger: Bool
    ) throws {
        let heard = Heard.snomInform {
            $0.sourceMAC = mac
            $0.message.hardwareAddress = (mac.octets + [UInt8](repeating: 0, count: 10))[...]
            if mac != phoneMAC { $0.message.options[.vendorClass] = nil }
        }
        let decision = try heard.decision(policy(files: [], devices: devices))
        let silence = try #require(decision.silence)
        let event = Event.ignored(decision, silence, interface: "eth1", at: Moment(microseconds: 0))
        #expect(event.isAboutStranger == isStranger)
    }
}
