import Glibc
import LinuxSystem
import Packets

/// A TCP connection from a station, by which a test says what no program would.
final class LabConnection: Sendable {
    private let socket: Descriptor
    /// The port at the station's end.
    let port: UInt16

    init(_ station: Station, to address: IPv4Address, port: UInt16) throws {
        (socket, self.port) = try station.inside {
            let number = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard number >= 0 else { throw SystemError.last("socket", "") }
            let socket = Descriptor(owning: number)
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            name.sin_addr.s_addr = address.bits.bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafeMutablePointer(to: &name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                    let connected = connect(number, name, length)
                    return connected == 0 ? getsockname(number, name, &length) : connected
                }
            }
            guard result == 0 else { throw SystemError.last("connect", "\(address):\(port)") }
            return (socket, UInt16(bigEndian: name.sin_port))
        }
    }

    func send(_ bytes: [UInt8]) throws {
        guard Glibc.send(socket.number, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw SystemError.last("send", "")
        }
    }

    /// What comes next; nothing where the other end closes.
    func receive() throws -> [UInt8] {
        guard try waitReadable([socket.number], milliseconds: 30_000) == [true] else {
            throw LabFailure("nothing more came by the connection")
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket.number, &buffer, buffer.count, 0)
        return Array(buffer.prefix(max(0, count)))
    }

    /// What comes until something holds of it; `nil` when the connection ends first.
    func receive(until isEnough: (String) -> Bool) throws -> String? {
        var text = ""
        while !isEnough(text) {
            let bytes = try receive()
            guard !bytes.isEmpty else { return nil }
            text += String(decoding: bytes, as: UTF8.self)
        }
        return text
    }

    func receiveToEnd() throws -> [UInt8] {
        var whole: [UInt8] = []
        while true {
            let bytes = try receive()
            guard !bytes.isEmpty else { return whole }
            whole += bytes
        }
    }
}

/// An FTP client that does what a test tells it (RFC 959): a line, and the line that answers it.
final class FTPPhone {
    private let control: LabConnection
    private let station: Station
    private let server: IPv4Address
    private var unread = ""

    /// - Parameter isLoggedIn: anonymously, at once.
    init(_ station: Station, _ server: IPv4Address, isLoggedIn: Bool = false) throws {
        self.station = station
        self.server = server
        control = try LabConnection(station, to: server, port: 21)
        let greeting = try line()
        guard greeting.hasPrefix("220") else { throw LabFailure("FTP greets with: \(greeting)") }
        if isLoggedIn {
            _ = try say("USER ftp")
            _ = try say("PASS x")
        }
    }

    /// The answer's line; nothing where the connection ended.
    func say(_ command: String) throws -> String {
        try control.send(Array((command + "\r\n").utf8))
        return try line()
    }

    private func line() throws -> String {
        while !unread.utf8.contains(UInt8(ascii: "\n")) {
            let bytes = try control.receive()
            guard !bytes.isEmpty else { return "" }
            unread += String(decoding: bytes, as: UTF8.self)
        }
        let line = unread.utf8.prefix { $0 != UInt8(ascii: "\n") }
        unread = String(decoding: unread.utf8.dropFirst(line.count + 1), as: UTF8.self)
        return String(decoding: line, as: UTF8.self)
    }

    /// A port that was opened for data (EPSV, RFC 2428).
    func passivePort() throws -> UInt16 {
        let opened = try say("EPSV")
        guard let port = opened.split(separator: "|").last(where: { $0.allSatisfy(\.isNumber) }).flatMap({ UInt16($0) }) else {
            throw LabFailure("EPSV was answered with \(opened)")
        }
        return port
    }

    /// A file's bytes; `nil` where it is refused.
    func fetch(_ name: String) throws -> [UInt8]? {
        let data = try LabConnection(station, to: server, port: try passivePort())
        // RFC 959 §4.2: 125 where the data connection stands already.
        guard try ["150", "125"].contains(say("RETR \(name)").prefix(3)) else { return nil }
        let bytes = try data.receiveToEnd()
        _ = try line()
        return bytes
    }
}
