import LinuxSystem
import Packets
import TFTPTransfers

/// A file by TFTP, each phone through a socket of its own (RFC 1350 §4: its TID).
struct TransferAsker: LoadAsker {
    private let server: IPv4Address
    private let request: [UInt8]
    private let sockets: [UDPSocket]
    private let epoll: Epoll
    /// Sockets that may have more.
    private var ready: [Int] = []
    private var transfers: [Transfer]

    private struct Transfer {
        var key: ExchangeKey?
        var blockSize = 512
        var windowSize = 1
        var blocks = 0
        var acknowledged = 0
    }

    init(_ options: LoadOptions, from address: IPv4Address, server: IPv4Address) throws {
        self.server = server
        var asked: [TFTPOption] = []
        if options.blockSize != 512 { asked.append(TFTPOption("blksize", String(options.blockSize))) }
        if options.windowSize != 1 { asked.append(TFTPOption("windowsize", String(options.windowSize))) }
        request = TFTPPacket.readRequest(TFTPRequest(options.file, mode: "octet", options: asked)).encoded()
        epoll = try Epoll()
        sockets = try (0..<options.phones).map { _ in try UDPSocket(address: address, port: 0) }
        for (number, socket) in sockets.enumerated() {
            socket.makeRoom(bytes: 1 << 20)
            try epoll.add(socket.descriptor, token: UInt64(number))
        }
        transfers = Array(repeating: Transfer(), count: options.phones)
    }

    mutating func ask(phone: Int, key: ExchangeKey) throws {
        transfers[phone] = Transfer(key: key)
        try sockets[phone].send(request, to: server, port: 69)
    }

    mutating func hear() throws -> LoadHeard? {
        if ready.isEmpty { ready = try epoll.wait(milliseconds: 0).map { Int($0.token) } }
        while let phone = ready.last {
            guard let (bytes, _, port) = try sockets[phone].receive(most: 65_536) else {
                ready.removeLast()
                continue
            }
            guard let key = transfers[phone].key, let packet = try? TFTPPacket(decoding: bytes[...]) else { return .nothing }
            switch packet {
            case .optionAcknowledgement(let granted):
                func number(_ name: String) -> Int? { granted[name].flatMap { Int(String(decoding: $0, as: UTF8.self)) } }
                transfers[phone].blockSize = number("blksize") ?? 512
                transfers[phone].windowSize = number("windowsize") ?? 1
                try acknowledge(phone, to: port)
            case .data(let block, let data):
                guard block == UInt16(truncatingIfNeeded: transfers[phone].blocks + 1) else {
                    // RFC 7440 §4: after a gap the last block in order is acknowledged, once.
                    if transfers[phone].acknowledged != transfers[phone].blocks { try acknowledge(phone, to: port) }
                    return .more(key, bytes: 0)
                }
                transfers[phone].blocks += 1
                let isLast = data.count < transfers[phone].blockSize
                if isLast || transfers[phone].blocks - transfers[phone].acknowledged >= transfers[phone].windowSize {
                    try acknowledge(phone, to: port)
                }
                guard isLast else { return .more(key, bytes: data.count) }
                transfers[phone].key = nil
                return .done(key, bytes: data.count)
            case .error(let error):
                throw LoadFault("the server refuses the file: \(String(decoding: error.message, as: UTF8.self))")
            default: return .nothing
            }
            return .more(key, bytes: 0)
        }
        return nil
    }

    private mutating func acknowledge(_ phone: Int, to port: UInt16) throws {
        let block = UInt16(truncatingIfNeeded: transfers[phone].blocks)
        transfers[phone].acknowledged = transfers[phone].blocks
        try sockets[phone].send(TFTPPacket.acknowledgement(block: block).encoded(), to: server, port: port)
    }

    func wait(milliseconds: Int32) throws {
        _ = try waitReadable([epoll.descriptor], milliseconds: milliseconds)
    }

    mutating func forget(phone: Int) {
        transfers[phone].key = nil
    }
}
