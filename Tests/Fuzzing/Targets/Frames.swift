import Packets

extension FuzzTarget {
    /// Ethernet, 802.1Q, IPv4, UDP and ARP. Since hardly any change of a frame leaves its checksums right, they are also mended.
    static let frames = FuzzTarget("frames") {
        try samples("Tests/PacketsTests/Samples") + capturedFrames()
    } run: { bytes in
        for frame in [bytes, withChecksums(bytes)] {
            if let arp = ARPPacket(decoding: frame[...]) {
                try expect(ARPPacket(decoding: arp.encoded()[...]) == arp, "ARP that is written reads back as it was")
            }
            if let igmp = try? IGMPFrame(decoding: frame[...]) {
                try expect(igmp.source == .any || igmp.source.isHost, "IGMP comes from a host")
                guard let written = igmp.encoded() else { throw Broken(description: "IGMP that was read can be written") }
                try expect((try? IGMPFrame(decoding: written[...])) == igmp, "IGMP that is written reads back as it was")
            }
            guard let read = try? UDPFrame(decoding: frame[...]) else { continue }
            try expect(read.sourceMAC.isStation, "a frame comes from a station")
            try expect(read.source == .any || read.source.isHost, "a datagram comes from a host")
            try expect(read.sourcePort != 0, "a datagram comes from a port that can be answered")
            try expect(read.payload.count <= frame.count, "a payload is no longer than its frame")
            guard let written = read.encoded() else { throw Broken(description: "what was read can be written") }
            try expect((try? UDPFrame(decoding: written[...])) == read, "a frame that is written reads back as it was")
        }
    }
}

/// The frame with the IPv4 header's checksum right, and without one of UDP.
private func withChecksums(_ frame: [UInt8]) -> [UInt8] {
    var frame = frame
    var header = 14
    while header + 20 <= frame.count, VLANTag.announces(UInt16(frame[header - 2]) << 8 | UInt16(frame[header - 1])) {
        header += 4
    }
    guard header + 20 <= frame.count else { return frame }
    let length = Int(frame[header] & 0x0f) * 4
    guard length >= 20, header + length <= frame.count else { return frame }
    frame.replaceSubrange((header + 10)..<(header + 12), with: [0, 0])
    var sum = InternetChecksum()
    sum.add(frame[header..<(header + length)])
    frame.replaceSubrange(
        (header + 10)..<(header + 12),
        with: [UInt8(truncatingIfNeeded: sum.complement >> 8), UInt8(truncatingIfNeeded: sum.complement)])
    if header + length + 8 <= frame.count {
        frame.replaceSubrange((header + length + 6)..<(header + length + 8), with: [0, 0])
    }
    return frame
}
