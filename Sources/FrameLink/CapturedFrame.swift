import LinuxSystem

/// One Ethernet frame as it was heard.
package struct CapturedFrame: Hashable, Sendable {
    /// When it was captured.
    package var time: WallTime
    /// From the destination MAC address, VLAN tags in their places, without the check sequence.
    package var bytes: [UInt8]
    /// Its length on the wire, which is more than `bytes` where the capture cut it.
    package var originalLength: Int

    package init(time: WallTime, bytes: [UInt8], originalLength: Int? = nil) {
        self.time = time
        self.bytes = bytes
        self.originalLength = originalLength ?? bytes.count
    }
}
