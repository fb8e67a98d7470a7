import DHCPMessages
import Packets
import TestSupport
import Testing

@testable import Provisioning

@Suite struct LeaseDecisionTests {
    @Test func `an OFFER and its ACK say the same, and only the ACK has to be stored`() throws {
        var bench = try Bench()
        let offered = try bench.says(heard(.discover))
        guard case .dhcp(let offer)? = offered.answer else { throw NoAnswer() }
        #expect(try offer.message.type == .offer)
        #expect(offered.changes.isEmpty)
        let acknowledged = try bench.says(request(offer.message.yourAddress))
        guard case .dhcp(let ack)? = acknowledged.answer else { throw NoAnswer() }
        #expect(try ack.message.type == .acknowledge)
        #expect(try ack.message.yourAddress == offer.message.yourAddress)
        #expect(try ack.message.options.all.dropFirst() == offer.message.options.all.dropFirst())
        guard case .put(let lease)? = acknowledged.changes.first else { throw NoAnswer() }
        #expect(try lease.address == ack.message.yourAddress)
        #expect(lease.mac == phoneMAC)
    }

    @Test func `D9 D16 O3 the options of an OFFER: 53, 54, the times, and what was asked for with the mask before the router`()
        throws
    {
        var bench = try Bench()
        let offer = try bench.reply(
            heard(.discover) {
                $0.message.options[.parameterRequestList] = [3, 66, 1, 6, 15, 42, 28, 120]
                $0.message.options[.clientIdentifier] = [1, 0, 4, 0x13, 1, 2, 3]
                $0.message.options[.maximumMessageSize] = [5, 0xdc]
                $0.message.options[.requestedAddress] = [192, 168, 50, 150]
            })
        #expect(try offer.message.options.codes == [53, 54, 51, 58, 59, 61, 1, 3, 66, 6, 15, 42, 28])
        #expect(try offer.message.options.uint32(.leaseTime) == 3600)
        #expect(try offer.message.options.uint32(.renewalTime) == 1800)
        #expect(try offer.message.options.uint32(.rebindingTime) == 3150)
        #expect(try offer.message.options.address(.subnetMask) == IPv4Address(255, 255, 255, 0))
        #expect(try offer.message.options.addresses(.router) == [IPv4Address(192, 168, 50, 254)])
        #expect(
            try offer.message.options.addresses(.domainNameServer) == [IPv4Address(192, 168, 50, 1), IPv4Address(9, 9, 9, 9)])
        #expect(try offer.message.yourAddress == IPv4Address(192, 168, 50, 150))
    }

    @Test func `an ACK to a client that uses its address is told of as a renewal, the first time and again, and no other is`()
        throws
    {
        var bench = try Bench()
        let address = try bench.lease()
        func naming(_ heard: Heard, _ code: DHCPOptionCode, _ address: IPv4Address) -> Heard {
            var heard = heard
            heard.message.options[code] = address.octets[...]
            return heard
        }
        let rows = [
            (request(address), false), (request(address, server: nil), false), (using(address), true),
            // Who says by which server it leases, and who calls it by the address that it was offered.
            (naming(using(address), .serverIdentifier, ourAddress), true),
            (naming(naming(using(address), .serverIdentifier, ourAddress), .requestedAddress, address), false),
        ]
        for (question, isRenewal) in rows + rows {
            let event = try #require(Event.answered(try bench.says(question), interface: "eth1", at: second(1)))
            #expect(event.name == "lease.given")
            #expect(event.details.contains { $0.name == "renewed" } == isRenewal, "\(question.message)")
        }
    }

    @Test func `T1 a REQUEST that names another server, and INIT-REBOOT of an unknown client, get silence`() throws {
        var bench = try Bench()
        let other = IPv4Address(192, 168, 50, 2)
        #expect(
            try bench.says(request(IPv4Address(192, 168, 50, 100), server: other)).silence == .noLease(.choseAnotherServer(other))
        )
        #expect(try bench.says(request(IPv4Address(192, 168, 50, 100), server: nil)).silence == .noLease(.unknownClient))
    }

    @Test func `a laptop gets an address only where the lease is to anyone, and no provisioning then`() throws {
        let laptop = heard(.discover) {
            $0.message.hardwareAddress = [0x02, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
            $0.sourceMAC = MACAddress(bits: 0x0201_0203_0405)
            $0.message.options[.vendorClass] = Array("MSFT 5.0".utf8)[...]
        }
        var phones = try Bench()
        #expect(try phones.says(laptop).silence == .notAPhone)
        var anyone = try Bench(leasing.replacing("domain: phones.example", with: "domain: phones.example, to: anyone"))
        let offer = try anyone.reply(laptop)
        #expect(try offer.message.type == .offer)
        #expect(try offer.message.options[66] == nil)
    }

    @Test func `a phone for which there is nothing to fetch still gets an address, and is told no URL`() throws {
        var bench = try Bench(files: [])
        let offer = try bench.reply(heard(.discover))
        #expect(try offer.message.type == .offer)
        #expect(try offer.message.options[66] == nil)
        #expect(try offer.message.nextServer == .any)
    }

    @Test func `a device of devices csv gets its fixed address`() throws {
        var bench = try Bench(devices: "mac,label,address\n\(phoneMAC),reception,192.168.50.7\n")
        #expect(try bench.reply(heard(.discover)).message.yourAddress == IPv4Address(192, 168, 50, 7))
    }

    @Test func `T3 a hardware address that is not the frame's gets nothing`() throws {
        var bench = try Bench()
        let other = MACAddress(bits: 0x0004_1399_9999)
        #expect(
            try bench.says(heard(.discover) { $0.sourceMAC = other }).silence
                == .hardwareAddressIsNotSource(client: phoneMAC, source: other))
    }

    @Test func `leases are given through a configured relay on the pool's network, by way of the relay, and through no other`()
        throws
    {
        func relayed(_ relay: IPv4Address, _ type: DHCPMessageType = .discover) -> Heard {
            heard(type) {
                $0.message.relayAddress = relay
                $0.sourceMAC = MACAddress(bits: 0x0200_0000_0077)
                $0.source = relay
                $0.sourcePort = 67
                $0.message.options[.relayAgentInformation] = [1, 2, 0x65, 0x31]
            }
        }
        let near = IPv4Address(192, 168, 50, 250)
        let far = IPv4Address(10, 0, 0, 1)
        var bench = try Bench(leasing.replacing("answer: lease", with: "answer: lease\n  relays: [10.0.0.1, 192.168.50.250]"))
        let offer = try bench.reply(relayed(near))
        #expect(offer.frame.destination == near)
        #expect(offer.frame.destinationPort == 67)
        #expect(offer.frame.destinationMAC == MACAddress(bits: 0x0200_0000_0077))
        #expect(try offer.message.options.codes.last == 82)
        #expect(try bench.says(relayed(far)).silence == .leasesNotRelayed)
        #expect(
            try bench.says(relayed(IPv4Address(192, 168, 50, 251))).silence == .relayNotConfigured(IPv4Address(192, 168, 50, 251))
        )
        var wrong = relayed(near, .request)
        wrong.message.options[.requestedAddress] = [192, 168, 50, 199]
        wrong.message.options[.serverIdentifier] = ourAddress.octets[...]
        let nak = try bench.reply(wrong)
        #expect(try nak.message.type == .negativeAcknowledge)
        #expect(try nak.message.wantsBroadcast)
        #expect(nak.frame.destination == near)
    }

    @Test func `D13 REBINDING through a relay, which sends from its own address, is answered by way of the relay`() throws {
        let relay = IPv4Address(192, 168, 50, 250)
        var bench = try Bench(leasing.replacing("answer: lease", with: "answer: lease\n  relays: 192.168.50.250"))
        let address = try bench.reply(heard(.discover)).message.yourAddress
        _ = try bench.reply(request(address))
        let ack = try bench.reply(
            heard(.request) {
                $0.message.clientAddress = address
                $0.message.relayAddress = relay
                $0.sourceMAC = MACAddress(bits: 0x0200_0000_0077)
                $0.source = relay
                $0.sourcePort = 67
            })
        #expect(try ack.message.type == .acknowledge)
        #expect(ack.frame.destination == relay)
    }

    @Test func `T3 where there are relays a renewal may come by way of a router, and nothing else may, nor where there are none`()
        throws
    {
        let router = MACAddress(bits: 0x0200_0000_0077)
        for relays in ["", "\n  relays: 192.168.50.250"] {
            var bench = try Bench(leasing.replacing("answer: lease", with: "answer: lease" + relays))
            let address = try bench.reply(heard(.discover)).message.yourAddress
            _ = try bench.reply(request(address))
            func routed(_ type: DHCPMessageType, to destination: IPv4Address = ourAddress, from source: IPv4Address) -> Heard {
                heard(type) {
                    $0.message.clientAddress = address
                    $0.sourceMAC = router
                    $0.source = source
                    $0.destinationMAC = ourMAC
                    $0.destination = destination
                }
            }
            let refusal = Silence.hardwareAddressIsNotSource(client: phoneMAC, source: router)
            let renewal = try bench.says(routed(.request, from: address))
            if relays.isEmpty {
                #expect(renewal.silence == refusal)
            } else {
                guard case .dhcp(let ack)? = renewal.answer else { throw NoAnswer() }
                #expect(try ack.message.type == .acknowledge)
                #expect(ack.frame.destination == address)
                #expect(ack.frame.destinationMAC == router)
            }
            #expect(try bench.says(routed(.request, from: phoneAddress)).silence == refusal)
            #expect(try bench.says(routed(.request, to: .broadcast, from: address)).silence == refusal)
            #expect(try bench.says(routed(.release, from: address)).silence == refusal)
        }
    }

    @Test func `the ACK to REBINDING from no address goes to the address that is renewed, at the client's own hardware`() throws {
        var bench = try Bench()
        let address = try bench.lease()
        let ack = try bench.reply(using(address, toUs: false) { $0.source = .any })
        #expect(try ack.message.clientAddress == address && ack.message.yourAddress == address)
        #expect(ack.frame.destination == address)
        #expect(ack.frame.destinationMAC == phoneMAC)
    }

    @Test func `D16 a rule may set T1 and T2`() throws {
        var bench = try Bench(leasing + "\nrules: [{match: {vendor: snom}, options: {58: {u32: 5}, 59: {u32: 8}}}]")
        let offer = try bench.reply(heard(.discover))
        #expect(try offer.message.options.uint32(.leaseTime) == 3600)
        #expect(try offer.message.options.uint32(.renewalTime) == 5)
        #expect(try offer.message.options.uint32(.rebindingTime) == 8)
    }

    @Test func `no leases are given where no book is open`() throws {
        var bench = try Bench()
        bench.book = nil
        #expect(try bench.says(heard(.discover)).silence == .notLeasingHere)
    }

}

@Suite struct LeaseSettingsTests {
    private func settings(_ range: String, gateway: String? = nil) throws -> LeaseSettings {
        var settings = LeaseSettings()
        settings.ranges = [try #require(AddressRange(range))]
        settings.gateway = gateway.flatMap { IPv4Address($0) }
        return settings
    }

    @Test(arguments: [
        ("10.0.0.100-10.0.0.199", nil, nil),
        ("10.0.0.100-10.0.1.10", nil, "outside the network"), ("9.255.255.250-10.0.0.4", nil, "outside the network"),
        ("10.0.0.1-10.0.0.9", nil, "own address"),
        ("10.0.0.200-10.0.0.255", nil, "broadcast address"),
        ("10.0.0.0-10.0.0.0", nil, "network address"),
        ("10.0.0.100-10.0.0.199", "10.1.0.1", "gateway"),
    ])
    func `a pool that does not fit its interface is refused`(range: String, gateway: String?, fault: String?) throws {
        let network = try #require(IPv4Prefix("10.0.0.5/24"))
        let found = try settings(range, gateway: gateway).fault(on: network, own: [network.address])
        if let fault { #expect(found?.contains(fault) == true, "\(found ?? "nothing")") } else { #expect(found == nil) }
    }
}
