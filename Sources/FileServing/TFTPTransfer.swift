import LinuxSystem
import Packets
import TFTPTransfers

/// What ``TFTPLoop`` keeps of a transfer that the desk has under way.
final class TFTPTransfer {
    /// `nil` with a single port.
    let socket: UDPSocket?
    /// The address that was asked, which everything leaves from.
    let local: IPv4Address
    let receipt: FileReceipt
    let size: Int64
    /// When it is told of as one that takes long; `nil` once that was done.
    var tellsAt: UInt64?

    init(_ socket: UDPSocket?, local: IPv4Address, _ file: FoundFile, at now: UInt64) {
        self.socket = socket
        self.local = local
        receipt = file.receipt
        size = file.content.size
        tellsAt = now + FileDesk.patience
    }

    /// Sends from the port of its own, or from the listening one.
    func send(_ burst: TFTPBurst, to key: TransferKey, or listener: UDPSocket) throws(SystemError) {
        if let socket {
            try socket.send(burst.bytes, cutAt: burst.datagramSize, to: key.address, port: key.port)
        } else {
            try listener.send(burst.bytes, cutAt: burst.datagramSize, to: key.address, port: key.port, from: local)
        }
    }
}

extension TransferKey {
    /// Address and port in one number, above those of the listening port and the signal to stop: no packet comes from the address 0.
    var token: UInt64 { UInt64(address.bits) << 16 | UInt64(port) }

    init(token: UInt64) {
        self.init(IPv4Address(bits: UInt32(truncatingIfNeeded: token >> 16)), port: UInt16(truncatingIfNeeded: token))
    }
}
