/// What a transfer goes by, once its request was read.
package struct TransferParameters: Equatable, Sendable {
    package enum Mode: Hashable, Sendable {
        case octet
        case netascii
    }

    package var mode = Mode.octet
    /// Bytes in every DATA but the last.
    package var blockSize = 512
    /// Blocks sent before an ACK is waited for (RFC 7440).
    package var windowSize = 1
    /// Seconds before a packet is sent again (RFC 2349); `nil` where we choose.
    package var timeout: UInt8?
    /// What the OACK says, in the order asked; without any, there is no OACK and DATA comes first.
    package var acknowledged: [TFTPOption] = []

    package init() {}

    /// RFC 2348: "Valid values range between '8' and '65464' octets, inclusive."
    package static let blockSizes = 8...65_464
    /// RFC 2349: from 1 to 255 seconds, inclusive.
    package static let timeouts: ClosedRange<UInt32> = 1...255
    /// RFC 7440 §3: from 1 to 65535 blocks, inclusive.
    package static let windowSizes = 1...65_535
    /// The most of a window that is granted to anyone. With half of the block numbers under way, a late ACK of a block before the
    /// window and one of a block in it can still be told apart (RFC 7440 §4 leaves the number to the server).
    package static let mostWindowSize = 32_767
}

/// What this host grants.
package struct TransferLimits: Equatable, Sendable {
    /// The largest blksize, 8 to 65464: the interface's MTU less 32 for the IPv4, UDP and TFTP headers, so that no DATA is
    /// fragmented.
    package var blockSize: Int
    /// The largest windowsize, from 1 on.
    package var windowSize: Int
    /// The most bytes of blocks in a window: what is sent at once has to fit into the buffers of sockets and switches on the way.
    package var burst: Int
    /// The longest timeout in seconds; a longer one is not granted, and we choose ourselves. At ten, six sends to a phone that has fallen
    /// silent are over in a minute, as they are where we choose.
    package var timeout: UInt8

    /// Values out of range are brought to its nearer end.
    package init(blockSize: Int = 1468, windowSize: Int = 64, burst: Int = 65_536, timeout: UInt8 = 10) {
        let sizes = TransferParameters.blockSizes
        self.blockSize = min(max(blockSize, sizes.lowerBound), sizes.upperBound)
        self.windowSize = min(max(windowSize, 1), TransferParameters.mostWindowSize)
        self.burst = max(burst, 0)
        self.timeout = timeout
    }

    /// `mtu` as the interface has it: 1500 on Ethernet.
    package init(mtu: Int) {
        self.init(blockSize: mtu < 40 ? 8 : mtu - 32)
    }
}
