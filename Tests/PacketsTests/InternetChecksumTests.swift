import Packets
import TestSupport
import Testing

/// RFC 1071
@Suite struct InternetChecksumTests {
    private func sum(_ bytes: [UInt8]) -> InternetChecksum {
        var sum = InternetChecksum()
        sum.add(bytes[...])
        return sum
    }

    @Test(
        arguments: [
            ("RFC 1071 §3's own example", "0001 f203 f4f5 f6f7", 0xddf2),
            ("nothing", "", 0x0000),
            ("an odd octet is the high half of a word", "01", 0x0100),
            ("a carry out of the top comes back below", "ffff 0001", 0x0001),
            ("a carry that carries again", "ffff ffff ffff", 0xffff),
            // 45 00 00 73 … is the example of an IPv4 header that textbooks give; its checksum field is 0 here.
            ("an IPv4 header", "4500 0073 0000 4000 4011 0000 c0a8 0001 c0a8 00c7", 0x479e),
        ] as [(String, String, UInt16)])
    func `known sums come out`(name: String, hex: String, folded: UInt16) throws {
        let sum = sum(try octets(hex))
        #expect(sum.folded == folded)
        #expect(sum.complement == ~folded)
    }

    @Test func `a header that holds its checksum sums to all ones`() throws {
        // The header above with b861 in its place.
        #expect(try sum(octets("4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7")).folded == 0xffff)
    }

    @Test func `addresses and words count as their octets do`() {
        var parts = InternetChecksum()
        parts.add(IPv4Address(192, 168, 0, 1))
        parts.add(0x1234)
        #expect(parts.folded == sum([192, 168, 0, 1, 0x12, 0x34]).folded)
    }

    @Test func `a slice is summed from its own beginning`() {
        let bytes: [UInt8] = [0xff, 0x12, 0x34, 0x56]
        var slice = InternetChecksum()
        slice.add(bytes[1...])
        #expect(slice.folded == sum([0x12, 0x34, 0x56]).folded)
    }

    @Test func `a longest datagram of ones does not overflow`() {
        #expect(sum([UInt8](repeating: 0xff, count: 65_535)).folded == 0xff00)
    }

    /// RFC 1624 §3: the checksum of what changes alone. One of all these sums is zero, which is sent as all ones (RFC 768).
    @Test func `a number put into a frame's payload leaves the checksum that writing it anew gives`() throws {
        func frame(_ number: UInt32) -> UDPFrame {
            let octets = (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt32($0))) }
            return UDPFrame(
                from: MACAddress(bits: 0x0200_0000_0001), IPv4Address(192, 168, 50, 1), port: 67,
                to: MACAddress(bits: 0x0004_1312_3456), IPv4Address(192, 168, 50, 31), port: 68,
                tags: [VLANTag(control: 5)], payload: [2, 1, 6, 0] + octets + [9])
        }
        let first = frame(0xffff_1234)
        let bytes = try #require(first.encoded())
        // What adds up to all ones, of which the complement is zero.
        let zero = try #require(frame(0).encoded())[44...45].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let sent = try #require(frame(zero).encoded())
        #expect(sent[44...45] == [0xff, 0xff])
        for number in [0, 1, 0xffff, 0x1_0000, 0xffff_1234, 0xffff_0000, .max, zero - 1, zero, zero + 1, zero << 16] {
            #expect(try first.encoded(bytes, with: number, at: 4) == #require(frame(number).encoded()), "\(number)")
        }
    }
}
