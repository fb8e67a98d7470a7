import Glibc
import Packets

/// A client that sends exactly the bytes it is told to, well-formed or not.
final class RawClient {
    private let descriptor: Int32
    private var unread: [UInt8] = []
    private var isOpen = true

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // Only so that a test that is about to fail does not hang.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = IPv4Address(127, 0, 0, 1).bits.bigEndian
        name.sin_port = port.bigEndian
        let connected = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            close(descriptor)
            throw Refused(code: errno)
        }
    }

    deinit {
        close(descriptor)
    }

    struct Refused: Error { let code: Int32 }

    /// The client's own port.
    var port: UInt16 {
        var name = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &name) {
            _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        return UInt16(bigEndian: name.sin_port)
    }

    /// `false` when the server has closed the connection.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// What the server reads ends here; it may still write.
    func endSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// The next answer on the connection; `nil` when the connection ends before a whole one.
    func answer(toHead: Bool = false) -> RawAnswer? {
        var headEnd: Int?
        while headEnd == nil {
            headEnd = unread.indices.dropLast(3).first { Array(unread[$0..<$0 + 4]) == [13, 10, 13, 10] }
            if headEnd == nil, !receive() { return nil }
        }
        guard let headEnd else { return nil }
        let head = String(decoding: unread[..<headEnd], as: UTF8.self)
        unread.removeFirst(headEnd + 4)
        var answer = RawAnswer(head: head)
        let length = toHead ? 0 : answer.header("Content-Length").flatMap { Int($0) } ?? 0
        while unread.count < length {
            guard receive() else { return nil }
        }
        answer.body = Array(unread.prefix(length))
        unread.removeFirst(length)
        return answer
    }

    /// What the server still sends until it closes the connection; `nil` when it keeps it open.
    func rest() -> [UInt8]? {
        while receive() {}
        defer { unread = [] }
        return isOpen ? nil : unread
    }

    /// `false` when the connection is closed, or nothing comes.
    private func receive() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else {
            isOpen = count < 0 && errno == EAGAIN
            return false
        }
        unread += buffer[..<count]
        return true
    }
}

struct RawAnswer {
    let statusLine: String
    let headers: [(name: String, value: String)]
    var body: [UInt8] = []

    init(head: String) {
        let lines = head.split(separator: "\r\n").map(String.init)
        statusLine = lines.first ?? ""
        headers = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (String(line[..<colon]), String(line[colon...].dropFirst().drop { $0 == " " }))
        }
    }

    var status: Int { Int(statusLine.split(separator: " ").dropFirst().first ?? "") ?? 0 }
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
