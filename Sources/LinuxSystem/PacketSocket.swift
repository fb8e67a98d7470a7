import CLinux
import Glibc
import Packets

/// Keeps what this host sends from a packet socket that wants only what comes in (PACKET_IGNORE_OUTGOING, packet(7)): otherwise the
/// kernel makes a copy of every frame that leaves, be it of a file, and runs the socket's filter over it, just to throw it away.
package func ignoreOutgoingFrames(_ packetSocket: Int32) {
    var isOn: Int32 = 1
    // A kernel that does not know it goes on as before.
    _ = setsockopt(packetSocket, SOL_PACKET, PACKET_IGNORE_OUTGOING, &isOn, socklen_t(MemoryLayout<Int32>.size))
}

/// Has an interface's hardware let a group's frames in while a packet socket of it is open (PACKET_ADD_MEMBERSHIP, packet(7)). It joins
/// no IP group: the kernel says nothing by IGMP, and hands no other program what is sent there.
package func receiveFrames(to group: MACAddress, by packetSocket: Int32, interfaceIndex: UInt32) throws(SystemError) {
    var request = packet_mreq()
    request.mr_ifindex = Int32(bitPattern: interfaceIndex)
    request.mr_type = UInt16(PACKET_MR_MULTICAST)
    request.mr_alen = 6
    withUnsafeMutableBytes(of: &request.mr_address) { $0.copyBytes(from: group.octets) }
    let length = socklen_t(MemoryLayout<packet_mreq>.size)
    try check(
        setsockopt(packetSocket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, length), "setsockopt PACKET_ADD_MEMBERSHIP",
        "\(group) on interface \(interfaceIndex)")
}

/// Sends frames by a packet socket in their order (sendmmsg(2)): one call for up to 32 of them.
/// - Returns: how many were sent, the first ones; 0 where the first failed.
package func sendFrames(_ frames: ArraySlice<[UInt8]>, by packetSocket: Int32) -> Int {
    let frames = frames.prefix(Int(bellhop_most_at_once))
    let lengths = frames.map { UInt32($0.count) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(lengths.reduce(0) { $0 + Int($1) })
    for frame in frames { bytes += frame }
    return max(0, Int(bellhop_send_all(packetSocket, bytes, lengths, UInt32(frames.count))))
}
