import Packets
import Provisioning
import Testing

@testable import Responder

private let mac = MACAddress(bits: 0x0200_0000_0001)
private let router = MACAddress(bits: 0x0200_0000_00fe)
private let group = IPv4Address(224, 0, 1, 75)

private func query(_ vlans: UInt16..., from source: IPv4Address = IPv4Address(10, 20, 0, 254)) -> IGMPFrame {
    let tags = vlans.map { VLANTag(control: 0xc000 | $0) }
    return IGMPFrame(from: router, source, tags: tags, .query(IGMPQuery(.three, responseCode: 10)))
}

@Suite struct GroupDeskTests {
    private let link = Link(
        interface: "eth1", mac: mac, address: IPv4Address(10, 9, 0, 1),
        networks: [IPv4Prefix(IPv4Address(10, 9, 0, 1), length: 16), IPv4Prefix(IPv4Address(10, 20, 0, 1), length: 16)]
            .compactMap { $0 })

    private func desk(isServedElsewhere: @escaping @Sendable (UInt16) -> Bool = { _ in false }) throws -> GroupDesk {
        try #require(GroupDesk(of: [group], on: link, isServedElsewhere: isServedElsewhere))
    }

    /// All that is due at the end of time.
    private func frames(_ desk: inout GroupDesk) throws -> [IGMPFrame] {
        try desk.elapsed(at: 1 << 60).map { try IGMPFrame(decoding: $0[...]) }
    }

    @Test func `where no group is wanted there is nothing to say`() {
        #expect(GroupDesk(of: [], on: link, isServedElsewhere: { _ in false }) == nil)
    }

    @Test func `a querier in a VLAN is answered there, by the own address in its network or by none`() throws {
        var desk = try desk()
        desk.heard(query(20), at: 1)
        desk.heard(query(30, from: IPv4Address(172, 16, 0, 1)), at: 1)
        let answers = try frames(&desk)
        #expect(Set(answers.map(\.tags)) == [[VLANTag(control: 20)], [VLANTag(control: 30)]])
        for answer in answers {
            #expect(answer.source == (answer.tags[0].identifier == 20 ? IPv4Address(10, 20, 0, 1) : .any))
            #expect(answer.message == .records([IGMPRecord(.isExclude, group)]))
        }
        // And left in the end, each where it was asked for.
        let left = try desk.leave(at: 2).map { try IGMPFrame(decoding: $0[...]) }
        #expect(Set(left.map(\.tags)) == [[], [VLANTag(control: 20)], [VLANTag(control: 30)]])
    }

    @Test func `a VLAN that has an interface of its own is left to it`() throws {
        var desk = try desk { $0 == 20 }
        desk.heard(query(20), at: 1)
        #expect(try frames(&desk).isEmpty)
    }

    @Test func `a VLAN that gets an interface of its own is neither reported nor left any more`() throws {
        let names = ServedNames()
        var desk = try desk { names.contains(vlan: $0, of: "eth1") }
        names.replace(with: ["eth1"])
        for vlan in [20, 30] as [UInt16] { desk.heard(query(vlan), at: 1) }
        names.replace(with: ["eth1", "eth1.20"])
        #expect(Set(try frames(&desk).map(\.tags)) == [[VLANTag(control: 30)]])
        let left = try desk.leave(at: 2).map { try IGMPFrame(decoding: $0[...]) }
        #expect(Set(left.map(\.tags)) == [[], [VLANTag(control: 30)]])
    }

    @Test func `a query to another host's address is not ours`() throws {
        var desk = try desk()
        var frame = query()
        frame.destination = IPv4Address(10, 9, 0, 7)
        desk.heard(frame, at: 1)
        #expect(desk.nextDue == nil)
        frame.destination = link.address
        desk.heard(frame, at: 1)
        #expect(desk.nextDue != nil)
    }

    @Test func `T6 of VLANs that somebody makes up the last ones are kept`() throws {
        var desk = try desk()
        for vlan in 1...4000 as ClosedRange<UInt16> { desk.heard(query(vlan), at: UInt64(vlan)) }
        let vlans = Set(try frames(&desk).compactMap { $0.tags.first?.identifier })
        #expect(vlans == Set((4001 - UInt16(GroupDesk.mostVLANs))...4000))
    }
}
