import Glibc
import Packets

/// An FTP client that sends exactly what it is told to, from any address of this host.
final class FTPTestClient {
    let socket: Int32
    private let source: IPv4Address
    private var unread: [UInt8] = []

    struct Failure: Error { let what: String }

    /// - Parameter source: of 127.0.0.0/8.
    init(port: UInt16, from source: IPv4Address = IPv4Address(127, 0, 0, 1)) throws {
        socket = try FTPTestClient.connect(port: port, from: source)
        self.source = source
    }

    deinit {
        close(socket)
    }

    /// Connected and greeted, logged in as anonymous.
    static func loggedIn(
        port: UInt16, from source: IPv4Address = IPv4Address(127, 0, 0, 1), as user: String = "ftp", _ password: String = "x"
    ) throws -> FTPTestClient {
        let client = try FTPTestClient(port: port, from: source)
        guard client.reply() == 220, try client.say("USER \(user)") == 331, try client.say("PASS \(password)") == 230 else {
            throw Failure(what: "no login")
        }
        return client
    }

    static func connect(port: UInt16, from source: IPv4Address, receiveRoom: Int32? = nil) throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // Only so that a test that is about to fail does not hang.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        if var room = receiveRoom { setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size)) }
        func withAddress(_ address: IPv4Address, _ port: UInt16, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_addr.s_addr = address.bits.bigEndian
            name.sin_port = port.bigEndian
            return withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
            }
        }
        guard withAddress(source, 0, { bind(socket, $0, $1) }) == 0,
            withAddress(IPv4Address(127, 0, 0, 1), port, { Glibc.connect(socket, $0, $1) }) == 0
        else {
            let code = errno
            close(socket)
            throw Failure(what: "connect: \(code)")
        }
        return socket
    }

    /// Sends a line and gives the code of the answer; 0 where none comes.
    func say(_ line: String) throws -> Int {
        try send(Array((line + "\r\n").utf8))
        return reply()
    }

    /// - Parameter isUrgent: the last byte is sent as TCP's urgent one.
    func send(_ bytes: [UInt8], isUrgent: Bool = false) throws {
        try FTPTestClient.send(bytes, on: socket, isUrgent: isUrgent)
    }

    static func send(_ bytes: [UInt8], on socket: Int32, isUrgent: Bool = false) throws {
        let flags = Int32(MSG_NOSIGNAL) | (isUrgent ? Int32(MSG_OOB) : 0)
        guard Glibc.send(socket, bytes, bytes.count, flags) == bytes.count else { throw Failure(what: "send: \(errno)") }
    }

    /// Nothing more will be said.
    func endWriting() {
        shutdown(socket, Int32(SHUT_WR))
    }

    private(set) var lastLine = ""

    /// The code of the next answer, those of several lines to their last; 0 at the end of the connection.
    func reply() -> Int {
        while true {
            while let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                lastLine = String(decoding: unread[..<end].dropLast(), as: UTF8.self)
                unread.removeFirst(end + 1)
                if lastLine.dropFirst(3).first == " ", let code = Int(lastLine.prefix(3)) { return code }
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return 0 }
            unread += buffer[..<count]
        }
    }

    /// The port that EPSV opens.
    func openPort() throws -> UInt16 {
        guard try say("EPSV") == 229, let port = lastLine.split(separator: "|").dropFirst().first.flatMap({ UInt16($0) }) else {
            throw Failure(what: "EPSV: \(lastLine)")
        }
        return port
    }

    func connectData(_ port: UInt16, receiveRoom: Int32? = nil) throws -> Int32 {
        try FTPTestClient.connect(port: port, from: source, receiveRoom: receiveRoom)
    }

    /// Fetches by one command, all of it; `nil` where it is refused.
    func fetch(_ command: String) throws -> [UInt8]? {
        let data = try connectData(openPort())
        defer { close(data) }
        guard try begin(command) else { return nil }
        let bytes = readToEnd(data)
        guard reply() == 226 else { throw Failure(what: lastLine) }
        return bytes
    }

    /// Whether a command was answered with a transfer: 125 where the server has met the data connection already, else 150.
    func begin(_ command: String) throws -> Bool {
        [125, 150].contains(try say(command))
    }

    /// Whether the other end closed it; not, where nothing comes for as long as a test waits.
    static func isClosed(_ socket: Int32) -> Bool {
        var byte: UInt8 = 0
        let count = recv(socket, &byte, 1, 0)
        return count == 0 || count < 0 && errno == ECONNRESET
    }

    func readToEnd(_ data: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(data, &buffer, buffer.count, 0)
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }
}
