import Glibc
import LinuxSystem
import Packets

/// A phone's SIP side where it asks by TCP.
final class TCPPhone: Sendable {
    private let socket: Int32
    let port: UInt16

    /// Connects from a station.
    init(_ station: Station, to address: IPv4Address, port: UInt16 = 5060) throws {
        (socket, self.port) = try station.inside {
            let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard socket >= 0 else { throw SystemError.last("socket", "") }
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            name.sin_addr.s_addr = address.bits.bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafeMutablePointer(to: &name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                    let connected = connect(socket, name, length)
                    return connected == 0 ? getsockname(socket, name, &length) : connected
                }
            }
            guard result == 0 else {
                let error = SystemError.last("connect", "\(address):\(port)")
                close(socket)
                throw error
            }
            return (socket, UInt16(bigEndian: name.sin_port))
        }
    }

    deinit { close(socket) }

    func send(_ bytes: [UInt8]) throws {
        guard Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw SystemError.last("send", "")
        }
    }

    /// What comes until something holds of it; `nil` when the connection ends first.
    func receive(until isEnough: (String) -> Bool) throws -> String? {
        var text = ""
        while !isEnough(text) {
            guard try waitReadable([socket], milliseconds: 30_000) == [true] else {
                throw LabFailure("nothing more came by the connection; so far: \(text)")
            }
            var buffer = [UInt8](repeating: 0, count: 8192)
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            text += String(decoding: buffer.prefix(count), as: UTF8.self)
        }
        return text
    }
}
