import LinuxSystem
import Packets
import Testing

/// What the table knows is shown in the lab, where there are neighbours.
@Suite struct NeighbourTableTests {
    @Test(arguments: [
        ("lo", IPv4Address(127, 0, 0, 1)), ("lo", IPv4Address(192, 0, 2, 1)), ("no-such-interface-at-all", .broadcast),
    ])
    func `a host that is no neighbour has no address there`(interface: String, address: IPv4Address) throws {
        #expect(try NeighbourTable().mac(of: address, on: interface) == nil)
    }

    @Test func `a hardware address that nobody has is on no interface`() {
        #expect(NeighbourTable.interface(of: MACAddress(bits: 0x02ff_ffff_fffe)) == nil)
    }
}
