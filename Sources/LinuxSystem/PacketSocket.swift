import CLinux
import Glibc

/// Keeps what this host sends from a packet socket that wants only what comes in (PACKET_IGNORE_OUTGOING, packet(7)): otherwise the
/// kernel makes a copy of every frame that leaves, be it of a file, and runs the socket's filter over it, just to throw it away.
package func ignoreOutgoingFrames(_ packetSocket: Int32) {
    var isOn: Int32 = 1
    // A kernel that does not know it goes on as before.
    _ = setsockopt(packetSocket, SOL_PACKET, PACKET_IGNORE_OUTGOING, &isOn, socklen_t(MemoryLayout<Int32>.size))
}
