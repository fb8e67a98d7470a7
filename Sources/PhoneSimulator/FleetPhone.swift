import DHCPMessages
import LinuxSystem
import Packets
import SIPMessages
import VendorCatalogue

/// One phone of a fleet while it looks for its address.
struct FleetPhone {
    let phone: SimulatedPhone
    /// Nanoseconds of the steady clock when it was switched on.
    let start: UInt64
    let inform: InformExchange
    let transactionID: UInt32
    private var ways: ArraySlice<PhoneModel.Discovery>
    private var schedule = RetrySchedule(waits: [], limit: nil, start: 0)
    private var subscription: (exchange: SubscribeExchange, socket: UDPSocket, question: [UInt8])?
    private let options: SimulatorOptions

    enum Action {
        case send(frame: [UInt8])
        case nothing
        case giveUp
    }

    init(_ phone: SimulatedPhone, number: Int, start: UInt64, _ options: SimulatorOptions) {
        self.phone = phone
        self.start = start
        self.options = options
        transactionID = UInt32(truncatingIfNeeded: number) &+ 0x5000_0000
        inform = InformExchange(phone, transactionID: transactionID)
        ways = options.ways(of: phone.manner)[...]
    }

    /// What it waits on besides the fleet's link.
    var descriptor: Int32? { subscription?.socket.descriptor }
    var next: UInt64 { schedule.next }

    /// Begins the next way, when there is one.
    mutating func begin(at now: UInt64, on interface: NetworkInterface) throws(SystemError) -> Bool {
        subscription = nil
        guard let way = ways.popFirst() else { return false }
        let chance = SeededNumbers(phone.mac, seed: options.seed, for: 3)
        let waits = RetrySchedule.spread(way == .pnp ? [500, 1000, 2000] : [1000, 2000, 2000], by: chance)
        schedule = RetrySchedule(waits: waits, limit: options.timeout, start: now)
        guard way == .pnp else { return true }
        guard let text = SubscribeText(phone, .random()) else { return try begin(at: now, on: interface) }
        let socket = try UDPSocket(address: phone.address, port: text.literalPort ?? SIPURI.defaultPort)
        try socket.setMulticastTimeToLive(1)
        try socket.setMulticastInterface(index: interface.index)
        let question = text.filled(port: socket.localPort)
        guard let request = SubscribeText.parsed(question) else { return try begin(at: now, on: interface) }
        subscription = (SubscribeExchange(request), socket, question)
        return true
    }

    /// What is due: a frame for the fleet's link, where it is none of its own socket.
    mutating func act(at now: UInt64, server: IPv4Address) throws(SystemError) -> Action {
        switch schedule.due(at: now) {
        case nil: return .nothing
        case .giveUp: return .giveUp
        case .send:
            if let subscription {
                try subscription.socket.send(subscription.question, to: Discovery.group, port: SIPURI.defaultPort)
                return .nothing
            }
            let seconds = UInt16(clamping: schedule.elapsed(at: now) / 1000)
            let frame = UDPFrame(
                from: phone.mac, phone.address, port: DHCPMessage.clientPort, to: .broadcast, server,
                port: DHCPMessage.serverPort,
                payload: inform.question(seconds: seconds))
            return .send(frame: frame.encoded() ?? [])
        }
    }

    /// Takes what came to its own socket.
    /// - Returns: the address that it was told.
    mutating func receive() throws(SystemError) -> String? {
        guard var subscription else { return nil }
        var told: String?
        while let (bytes, address, port) = try subscription.socket.receive() {
            for action in subscription.exchange.hear(bytes, from: address, port: port) {
                switch action {
                case .reply(let reply): try subscription.socket.send(reply, to: address, port: port)
                case .told(let url): told = url
                case .answered: schedule.stopSending(at: MonotonicClock.now(), grace: 4000)
                case .repeated, .refused: break
                }
            }
        }
        self.subscription = subscription
        return told
    }

    /// - Returns: the address that an answer to its INFORM tells it.
    func hear(_ payload: [UInt8]) -> String? {
        guard case .acknowledged(let answer) = inform.hear(payload) else { return nil }
        return answer.found?.text
    }
}
