import LinuxSystem
import Packets
import SIPMessages

/// SUBSCRIBE, 200, NOTIFY, 200, through one socket for all phones.
struct SubscribeAsker: LoadAsker {
    private let socket: UDPSocket
    private let server: IPv4Address
    private let questions: [Question]
    /// Of each phone, what has come of its exchange.
    private var progress: [Progress]

    private struct Progress {
        var isAnswered = false
        var isTold = false
    }

    /// A SUBSCRIBE, and where the exchange's key goes: into Call-ID, tag and branch.
    private struct Question {
        var bytes: [UInt8]
        var places: [Int] = []

        init?(_ phone: SimulatedPhone, port: UInt16) {
            let marker = "5eed5eed"
            let words = ExchangeIdentifiers(
                transactionID: 0, callID: SubscribeAsker.callIDStart + marker, tag: marker, branch: marker)
            guard let text = SubscribeText(phone, words) else { return nil }
            bytes = text.filled(port: port)
            let sought = Array(marker.utf8)
            var place = 0
            while place + sought.count <= bytes.count {
                if bytes[place] == sought[0], bytes[place..<place + sought.count].elementsEqual(sought) { places.append(place) }
                place += 1
            }
        }

        func filled(_ key: ExchangeKey) -> [UInt8] {
            var filled = bytes
            for place in places {
                for digit in 0..<8 {
                    filled[place + digit] = Question.digits[Int(key >> UInt32(28 - 4 * digit) & 15)]
                }
            }
            return filled
        }

        private static let digits = Array("0123456789abcdef".utf8)
    }

    private static let callIDStart = "load-"

    /// `nil` where these phones are not known to do it.
    init?(_ phones: [SimulatedPhone], on interface: NetworkInterface, server: IPv4Address) throws {
        guard let first = phones.first else { return nil }
        socket = try UDPSocket(address: first.address, port: 0)
        socket.makeRoom(bytes: 4 << 20)
        try socket.setMulticastTimeToLive(1)
        try socket.setMulticastInterface(index: interface.index)
        let port = socket.localPort
        questions = phones.compactMap { Question($0, port: port) }
        guard questions.count == phones.count else { return nil }
        self.server = server
        progress = Array(repeating: Progress(), count: phones.count)
    }

    mutating func ask(phone: Int, key: ExchangeKey) throws {
        progress[phone] = Progress()
        try socket.send(questions[phone].filled(key), to: server, port: SIPURI.defaultPort)
    }

    mutating func hear() throws -> LoadHeard? {
        guard let (bytes, source, port) = try socket.receive() else { return nil }
        guard let message = try? SIPMessage(parsing: bytes[...]), let key = key(of: message) else { return .nothing }
        let phone = Int(key & 0xfffff)
        guard phone < progress.count else { return .nothing }
        if let status = message.status {
            guard (200..<300).contains(status) else { return .nothing }
            progress[phone].isAnswered = true
        } else {
            guard message.isRequest("NOTIFY"), message.hasBody else { return .nothing }
            try socket.send(SubscribeExchange.response(to: message, 200, "OK", from: source, port), to: source, port: port)
            progress[phone].isTold = true
        }
        return progress[phone].isAnswered && progress[phone].isTold ? .done(key, bytes: 0) : .more(key, bytes: 0)
    }

    private func key(of message: SIPMessage) -> ExchangeKey? {
        guard let callID = message.first(.callID), callID.starts(with: SubscribeAsker.callIDStart.utf8) else { return nil }
        var key: ExchangeKey = 0
        for digit in callID.dropFirst(SubscribeAsker.callIDStart.utf8.count) {
            guard let value = hexValue(digit) else { return nil }
            key = key << 4 | ExchangeKey(value)
        }
        return key
    }

    func wait(milliseconds: Int32) throws {
        _ = try waitReadable([socket.descriptor], milliseconds: milliseconds)
    }

    mutating func forget(phone: Int) {}
}
