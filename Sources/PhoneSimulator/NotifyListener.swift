import JSONText
import LinuxSystem
import Packets

/// The phone's SIP socket: hears the answers to its SUBSCRIBE, and answers a NOTIFY as often as it comes.
struct NotifyListener {
    private var exchange: SubscribeExchange
    private let socket: UDPSocket
    private let report: BootReport
    /// The SUBSCRIBE has a final answer.
    private(set) var isAnswered = false

    init(_ exchange: SubscribeExchange, on socket: UDPSocket, _ report: BootReport) {
        self.exchange = exchange
        self.socket = socket
        self.report = report
    }

    var descriptor: Int32 { socket.descriptor }

    /// Takes every datagram that waits.
    /// - Returns: the URL, when a good NOTIFY was among them.
    mutating func receive() throws(SystemError) -> String? {
        var told: String?
        while let (bytes, address, port) = try socket.receive() {
            let source = "\(address):\(port)"
            let from = ("from", JSONValue.string(source))
            for action in exchange.hear(bytes, from: address, port: port) {
                switch action {
                case .reply(let reply):
                    try socket.send(reply, to: address, port: port)
                case .answered(let status):
                    isAnswered = true
                    report.say(.answered, "with \(status) by \(source)", [("status", .number(Int(status))), from])
                case .told(let url):
                    told = url
                    report.say(.notify, "from \(source): \(url)", [("url", .string(url)), ("repeated", .bool(false)), from])
                    report.say(.accepted, "with 200 to \(source)", [("status", .number(200)), ("to", .string(source))])
                case .repeated:
                    report.say(.notify, "from \(source) again, answered as before", [("repeated", .bool(true)), from])
                case .refused(let why):
                    report.say(.refused, "\(why), from \(source)", [("way", .string("pnp")), ("why", .string(why)), from])
                }
            }
        }
        return told
    }
}
