import DHCPMessages
import Packets
import Testing

@testable import Provisioning
@testable import Responder

@Suite struct `The leases of an interface` {
    private let own = MACAddress(bits: 0x0200_0000_0001)
    private let link: Link
    private let second: UInt64 = 1_000_000_000

    init() throws {
        link = Link(
            interface: "eth0", mac: own, address: IPv4Address(10, 0, 0, 1), networks: [try #require(IPv4Prefix("10.0.0.1/24"))])
    }

    private func settings() throws -> Settings {
        var settings = Settings()
        settings.dhcp.answer = .lease
        settings.dhcp.lease.ranges = [try #require(AddressRange("10.0.0.10-10.0.0.12"))]
        return settings
    }

    private func moment(_ seconds: UInt64) -> Moment { Moment(microseconds: 0, steady: seconds * second) }

    private func sent(_ actions: [LeaseDesk.Action]) -> [[UInt8]] {
        actions.compactMap { if case .send(let frame) = $0 { frame } else { nil } }
    }

    private func said(_ actions: [LeaseDesk.Action]) -> [String] {
        actions.compactMap { action in
            guard case .say(let what) = action else { return nil }
            return Event(time: moment(0), mac: nil, interface: nil, what).name
        }
    }

    private func offer(from server: IPv4Address) throws -> OtherServer {
        var message = DHCPMessage(type: .discover, transactionID: 1, client: MACAddress(bits: 0x0200_0000_0099))
        message = DHCPMessage(replyingTo: message, type: .offer, server: server)
        message.options[.leaseTime] = [0, 0, 1, 0]
        message.options[.tftpServerName] = Array("http://elsewhere/".utf8)[...]
        let frame = UDPFrame(
            from: MACAddress(bits: 0x0200_0000_0042), server, port: 67, to: .broadcast, .broadcast, port: 68,
            payload: message.encoded().bytes)
        return try #require(OtherServer(message, in: frame, on: link))
    }

    @Test func `T1 asks for other servers and for who has its addresses, before it gives any`() throws {
        let desk = try #require(LeaseDesk(try settings(), link, [], at: moment(0)))
        let frames = sent(desk.elapsed(at: moment(0)))
        let question = try #require(frames.first)
        let request = try Request(reading: question[...], sipPorts: [5060])
        guard case .dhcp(let discover) = request.content else {
            Issue.record("\(request.content)")
            return
        }
        #expect(discover.type == .discover)
        #expect(discover.clientMAC == own)
        #expect(request.frame.source == .any)
        let asked = frames.dropFirst().compactMap { ARPPacket(decoding: $0[...]) }
        #expect(asked.map(\.target) == [IPv4Address(10, 0, 0, 10), IPv4Address(10, 0, 0, 11), IPv4Address(10, 0, 0, 12)])
        #expect(asked.allSatisfy { $0.operation == .request && $0.senderMAC == own })
        #expect(!desk.isLeasing)
        for tick in UInt64(1)...2 { #expect(said(desk.elapsed(at: moment(tick))).isEmpty) }
        #expect(said(desk.elapsed(at: moment(3))) == ["leasing.begun"])
        #expect(desk.isLeasing)
    }

    @Test func `T1 steps back when another server is heard, and no book is open then`() throws {
        let desk = try #require(LeaseDesk(try settings(), link, [], at: moment(0)))
        for tick in UInt64(0)...3 { _ = desk.elapsed(at: moment(tick)) }
        #expect(said(desk.heard(try offer(from: IPv4Address(10, 0, 0, 9)), at: moment(10))) == ["leasing.stepped-back"])
        #expect(!desk.isLeasing)
        _ = desk.decide { book in
            #expect(book == nil)
            return Decision(kind: .other, identity: Identity(mac: nil), outcome: .ignore(.notLeasingHere))
        }
    }

    @Test func `another server's answer to an INFORM does not stop the leasing`() throws {
        let desk = try #require(LeaseDesk(try settings(), link, [], at: moment(0)))
        for tick in UInt64(0)...3 { _ = desk.elapsed(at: moment(tick)) }
        var server = try offer(from: IPv4Address(10, 0, 0, 9))
        server.leases = false
        #expect(desk.heard(server, at: moment(10)).isEmpty)
        #expect(desk.isLeasing)
    }

    @Test func `a host that answers for an address of the pool is news, once`() throws {
        let desk = try #require(LeaseDesk(try settings(), link, [], at: moment(0)))
        _ = desk.elapsed(at: moment(0))
        let taken = IPv4Address(10, 0, 0, 11)
        let reply = ARPPacket(.reply, from: MACAddress(bits: 0x0200_0000_0077), taken, to: own, link.address)
        #expect(said(desk.heard(reply, at: moment(0))) == ["lease.address-in-use"])
        #expect(desk.heard(reply, at: moment(0)).isEmpty)
        // What this machine says, about whatever address, is no news.
        let ours = ARPPacket(.reply, from: own, IPv4Address(10, 0, 0, 12), to: own, link.address)
        #expect(desk.heard(ours, at: moment(0)).isEmpty)
    }

    /// What is said of a lease at a takeover goes to the disk, where a stale row would take the place of a later one.
    @Test
    func `of the leases that a database knows those are news that were granted later than what is known, on this interface`()
        throws
    {
        func lease(_ last: UInt8, of client: UInt64, at granted: Int64, on interface: String) -> Lease {
            Lease(
                address: IPv4Address(10, 0, 0, last), mac: MACAddress(bits: 0x0200_0000_0100 + client), interface: interface,
                state: .bound, granted: Moment(microseconds: granted), expires: Moment(microseconds: granted + 3_600_000_000))
        }
        let known = [lease(10, of: 1, at: 100, on: "eth0"), lease(11, of: 2, at: 100, on: "eth0")]
        let desk = try #require(LeaseDesk(try settings(), link, known, at: moment(0)))
        let stale = [
            lease(10, of: 3, at: 50, on: "eth1"), lease(11, of: 2, at: 100, on: "eth1"), lease(12, of: 1, at: 60, on: "eth1"),
            lease(200, of: 4, at: 300, on: "eth1"),
        ]
        #expect(desk.takeOver(stale, at: moment(1)).isEmpty)
        #expect(
            desk.takeOver(stale + [lease(12, of: 5, at: 200, on: "eth1")], at: moment(2)) == [
                lease(12, of: 5, at: 200, on: "eth0")
            ])
    }

    @Test func `an interface of another network leases nothing`() throws {
        var other = link
        other.networks = [try #require(IPv4Prefix("192.168.1.1/24"))]
        #expect(LeaseDesk(try settings(), other, [], at: moment(0)) == nil)
    }

    @Test(arguments: [Settings.DHCPAnswer.inform, .observe, .off])
    func `T1 where addresses are not to be given, a range changes nothing`(answer: Settings.DHCPAnswer) throws {
        var settings = try settings()
        settings.dhcp.answer = answer
        #expect(LeaseDesk(settings, link, [], at: moment(0)) == nil)
    }

    @Test func `what another server told a phone is kept, what this machine says is not taken for one`() throws {
        let server = try offer(from: IPv4Address(10, 0, 0, 9))
        #expect(server.leases)
        #expect(server.told == [66: "http://elsewhere/"])
        let message = DHCPMessage(
            replyingTo: DHCPMessage(type: .inform, transactionID: 1, client: own), type: .acknowledge, server: link.address)
        let frame = UDPFrame(
            from: own, link.address, port: 67, to: .broadcast, .broadcast, port: 68, payload: message.encoded().bytes)
        #expect(OtherServer(message, in: frame, on: link) == nil)
    }
}

@Suite struct `ARP packets` {
    private let packet = ARPPacket.question(
        about: IPv4Address(10, 0, 0, 9), from: MACAddress(bits: 0x0200_0000_0001), IPv4Address(10, 0, 0, 1))

    @Test func `a question is as RFC 826 draws it`() {
        #expect(
            packet.encoded()
                == bytes(
                    fromHexText: """
                        ffffffffffff 020000000001 0806   # Ethernet
                        0001 0800 06 04 0001             # Ethernet, IPv4, lengths, request
                        020000000001 0a000001            # sender
                        000000000000 0a000009            # target
                        """))
    }

    @Test func `what was written is read again, and every prefix of it is none`() {
        let frame = packet.encoded()
        #expect(ARPPacket(decoding: frame[...]) == packet)
        #expect(ARPPacket(decoding: (frame + [UInt8](repeating: 0, count: 18))[...]) == packet)
        for length in 0..<frame.count { #expect(ARPPacket(decoding: frame.prefix(length)) == nil) }
        for place in [12, 13, 14, 15, 16, 17, 18, 19, 20] {
            var bent = frame
            bent[place] ^= 0xff
            #expect(ARPPacket(decoding: bent[...]) == nil, "byte \(place)")
        }
    }
}
