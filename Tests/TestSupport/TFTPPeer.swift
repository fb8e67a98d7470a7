import LinuxSystem
import Packets
import TFTPTransfers

/// A TFTP client that does what a test tells it, right or wrong, through one socket.
package final class TFTPPeer: Sendable {
    package let socket: UDPSocket
    private let server: IPv4Address
    private let port: UInt16

    /// - Parameter socket: made where the client is to be.
    package init(_ socket: UDPSocket, server: IPv4Address, port: UInt16) {
        self.socket = socket
        self.server = server
        self.port = port
    }

    /// Sends a packet, to the listening port unless another is named.
    package func send(_ packet: TFTPPacket, to port: UInt16? = nil) throws {
        try socket.send(packet.encoded(), to: server, port: port ?? self.port)
    }

    package func ask(_ name: String, mode: String = "octet", _ options: (String, String)...) throws {
        try send(.readRequest(TFTPRequest(name, mode: mode, options: options.map { TFTPOption($0.0, $0.1) })))
    }

    package func acknowledge(_ block: UInt16, to port: UInt16) throws {
        try send(.acknowledgement(block: block), to: port)
    }

    /// The next packet and the port that it came from; `nil` when none comes in time.
    package func next(milliseconds: Int32 = 30_000) throws -> (packet: TFTPPacket, port: UInt16)? {
        guard try waitReadable([socket.descriptor], milliseconds: milliseconds) == [true],
            let (bytes, _, port) = try socket.receive()
        else { return nil }
        return (try TFTPPacket(decoding: bytes[...]), port)
    }

    /// Fetches a file whole, a block at a time or a window; the ERROR where one comes instead.
    package func fetch(
        _ name: String, mode: String = "octet", blockSize: Int = 512, windowSize: Int = 1, _ more: (String, String)...
    ) throws -> Result<[UInt8], TFTPError> {
        var options = more.map { TFTPOption($0.0, $0.1) }
        if blockSize != 512 { options.append(TFTPOption("blksize", String(blockSize))) }
        if windowSize != 1 { options.append(TFTPOption("windowsize", String(windowSize))) }
        try send(.readRequest(TFTPRequest(name, mode: mode, options: options)))
        var whole: [UInt8] = []
        var size = 512
        var window = 1
        var blocks = 0
        while let (packet, port) = try next() {
            switch packet {
            case .error(let error): return .failure(error)
            case .optionAcknowledgement(let granted):
                size = granted["blksize"].flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? size
                window = granted["windowsize"].flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? window
                try acknowledge(0, to: port)
            case .data(let block, let bytes):
                guard block == UInt16(truncatingIfNeeded: blocks + 1) else { continue }
                blocks += 1
                whole += bytes
                if bytes.count < size || blocks % window == 0 { try acknowledge(block, to: port) }
                if bytes.count < size { return .success(whole) }
            default: continue
            }
        }
        throw Silence(name: name, bytes: whole.count)
    }

    /// The server said no more.
    package struct Silence: Error {
        package let name: String
        package let bytes: Int
    }
}
