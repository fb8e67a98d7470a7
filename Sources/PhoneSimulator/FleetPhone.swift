import DHCPMessages
import LinuxSystem
import Packets
import SIPMessages
import VendorCatalogue

/// One phone of a fleet while it looks for its address.
struct FleetPhone {
    private(set) var phone: SimulatedPhone
    let number: Int
    /// Nanoseconds of the steady clock when it was switched on.
    var start: UInt64 = 0
    private let transactionID: UInt32
    private let interface: NetworkInterface
    private let options: SimulatorOptions
    private var ways: ArraySlice<PhoneModel.Discovery>
    private var schedule = RetrySchedule(waits: [], limit: nil, start: 0)
    private var subscription: (exchange: SubscribeExchange, socket: UDPSocket, question: [UInt8])?
    /// While it asks for an address.
    private var lease: LeaseExchange?
    /// "secs" of what it asked last.
    private var seconds: UInt16 = 0
    /// What came with its address.
    private var acknowledgement: InformExchange.Acknowledgement?
    private(set) var address: BorrowedAddress?

    enum Step {
        case send(frame: [UInt8])
        case nothing
        case told(String)
        /// No way is left; or why it cannot go on.
        case giveUp(String?)
    }

    /// Of phone 0; the others' follow.
    static let firstTransaction: UInt32 = 0x5000_0000

    init(_ phone: SimulatedPhone, number: Int, on interface: NetworkInterface, _ options: SimulatorOptions) {
        self.phone = phone
        self.number = number
        self.interface = interface
        self.options = options
        transactionID = FleetPhone.firstTransaction &+ UInt32(truncatingIfNeeded: number)
        ways = options.ways(of: phone.manner)[...]
    }

    /// What it waits on besides the fleet's link.
    var descriptor: Int32? { subscription?.socket.descriptor }

    /// When it has something to do.
    var due: UInt64 { schedule.next }

    private var inform: InformExchange { InformExchange(phone, transactionID: transactionID) }

    /// It has just been switched on.
    mutating func begin(at now: UInt64) throws(SystemError) -> Step {
        guard options.leases else { return try next(at: now) }
        lease = LeaseExchange(phone, transactionID: transactionID)
        schedule(LeaseExchange.waits, at: now)
        return .nothing
    }

    /// Begins the next way, when there is one.
    private mutating func next(at now: UInt64) throws(SystemError) -> Step {
        (subscription, lease) = (nil, nil)
        guard let way = ways.popFirst() else { return .giveUp(nil) }
        switch way {
        case .inform:
            if let found = acknowledgement?.found { return .told(found.text) }
            guard acknowledgement == nil || phone.manner.informsAfterLease else { return try next(at: now) }
            schedule(InformExchange.waits, at: now)
            return .nothing
        case .pnp:
            guard let text = SubscribeText(phone, .random()) else { return try next(at: now) }
            let socket = try text.socket(of: phone, on: interface)
            let question = text.filled(port: socket.localPort)
            guard let request = SubscribeText.parsed(question) else { return try next(at: now) }
            subscription = (SubscribeExchange(request), socket, question)
            schedule(
                ways.isEmpty ? SubscribeExchange.waits : SubscribeExchange.waitsBeforeNextWay,
                longest: RetrySchedule.longestOfSIP, at: now)
            return .nothing
        }
    }

    private mutating func schedule(_ waits: [UInt64], longest: UInt64 = RetrySchedule.longestOfDHCP, at now: UInt64) {
        let chance = SeededNumbers(phone.mac, seed: options.seed, for: 3)
        schedule = RetrySchedule(
            waits: RetrySchedule.spread(waits, by: chance), longest: longest, limit: options.timeout, start: now)
    }

    /// With DISCOVER.
    private mutating func beginAnew(_ exchange: LeaseExchange, at now: UInt64) -> Step {
        var exchange = exchange
        guard exchange.beginAnew() else { return .giveUp("a server took back what it offered, again and again") }
        lease = exchange
        schedule(LeaseExchange.waits, at: now)
        return .nothing
    }

    /// What is due: a frame for the fleet's link, where it is none of its own socket.
    mutating func act(at now: UInt64) throws(SystemError) -> Step {
        switch schedule.due(at: now) {
        case nil: return .nothing
        case .giveUp:
            guard let lease else { return try next(at: now) }
            return lease.chosen == nil ? .giveUp(nil) : beginAnew(lease, at: now)
        case .send:
            if let subscription {
                do throws(SystemError) {
                    try subscription.socket.send(subscription.question, to: Discovery.group, port: SIPURI.defaultPort)
                } catch {
                    // Where there is no room it is lost, as on a wire.
                    guard error.isWouldBlock else { throw error }
                }
                return .nothing
            }
            seconds = UInt16(clamping: schedule.elapsed(at: now) / 1000)
            if let lease { return .send(frame: Leasing.frame(lease.question(seconds: seconds), phone)) }
            let frame = UDPFrame(
                from: phone.mac, phone.address, port: DHCPMessage.clientPort, to: .broadcast, options.server ?? .broadcast,
                port: DHCPMessage.serverPort, payload: inform.question(seconds: seconds))
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

    /// Takes an answer of DHCP.
    mutating func hear(_ payload: [UInt8], at now: UInt64) throws(SystemError) -> Step {
        guard var exchange = lease else {
            guard case .acknowledged(let answer) = inform.hear(payload), let found = answer.found else { return .nothing }
            return .told(found.text)
        }
        switch exchange.hear(payload) {
        case .offered:
            // Of many phones none waits for a second offer.
            guard exchange.chosen == nil else { return .nothing }
            exchange.choose(after: seconds)
            lease = exchange
            schedule(LeaseExchange.waits, at: now)
            return .nothing
        case .leased(let given):
            address = try BorrowedAddress(given.address, on: interface.index, seconds: given.seconds)
            phone.address = given.address.address
            acknowledgement = given.acknowledgement
            return try next(at: now)
        case .notAcknowledged: return beginAnew(exchange, at: now)
        case .refused, .ignored: return .nothing
        }
    }
}
