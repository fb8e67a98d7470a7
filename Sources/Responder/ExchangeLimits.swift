import Packets
import Provisioning

/// Whose exchange it is: all that its request shows. Anybody can name another's hardware address; who did so from elsewhere would use up
/// what is that one's, and end what is under way with it.
struct Phone: Hashable {
    /// The one that the request names; `nil` where nobody knows it.
    let mac: MACAddress?
    let address: IPv4Address
    /// Whose frame it came in; `nil` where it came by a socket.
    let station: MACAddress?

    init(_ mac: MACAddress?, _ answer: PnPAnswer) {
        self.mac = mac
        address = answer.to
        station = answer.mac.isStation ? answer.mac : nil
    }

    /// Who is counted besides: a station may invent addresses, and an address names.
    fileprivate var sources: [ExchangeLimits.Source] { [.address(address)] + (station.map { [.station($0)] } ?? []) }
}

/// How many NOTIFYs may wait for an answer. Beginning an exchange takes from the budget of its phone, of its source address, of the
/// station that sent the frame and of all together, and an answer gives it back: phones that answer are never held up, while strangers
/// that ask in others' names and phones that keep silent soon are (T6).
struct ExchangeLimits {
    fileprivate enum Source: Hashable {
        case address(IPv4Address)
        case station(MACAddress)
    }

    private static let second: UInt64 = 1_000_000_000
    /// A phone that never answers is told three times, and then once in ten seconds.
    static let phone = Rate(burst: 3, interval: 10 * second)
    /// Many phones may share an address behind one router; those in a lab or a load test do.
    static let source = Rate(burst: 512, interval: second / 64)
    /// Of a whole campus that starts after a power cut, each phone answers within a moment.
    static let all = Rate(burst: 8192, interval: second / 500)
    /// Refusals have no answer that could give anything back.
    static let refusalsToSource = Rate(burst: 16, interval: second / 4)
    static let refusals = Rate(burst: 256, interval: second / 64)

    private var phones = Budgets<Phone>(phone)
    private var sources = Budgets<Source>(source)
    private var all = Budget()
    private var refusedSources = Budgets<IPv4Address>(refusalsToSource)
    private var refused = Budget()

    /// `nil` where the exchange may begin, else why it may not.
    mutating func begin(_ phone: Phone, at now: UInt64) -> Silence? {
        guard phones.take(phone, at: now) else { return .coolingDown }
        var taken: [Source] = []
        for source in phone.sources {
            guard sources.take(source, at: now) else {
                giveBack(phone, taken, at: now)
                return .sourceLimit(phone.address)
            }
            taken.append(source)
        }
        guard all.take(ExchangeLimits.all, at: now) else {
            giveBack(phone, taken, at: now)
            return .exchangeLimit
        }
        return nil
    }

    mutating func answered(_ phone: Phone, at now: UInt64) {
        giveBack(phone, phone.sources, at: now)
        all.giveBack(ExchangeLimits.all)
    }

    private mutating func giveBack(_ phone: Phone, _ taken: [Source], at now: UInt64) {
        phones.giveBack(phone, at: now)
        for source in taken { sources.giveBack(source, at: now) }
    }

    mutating func mayRefuse(_ source: IPv4Address, at now: UInt64) -> Bool {
        refusedSources.take(source, at: now) && refused.take(ExchangeLimits.refusals, at: now)
    }

    /// Phones and sources that are held in memory.
    var count: Int { phones.count + sources.count }
}

/// What came from a peer that has not answered yet, and what went out to it: at most three times as much (T6), in bytes of datagrams
/// and in bytes on the wire alike.
struct ByteAccount {
    static let factor = 3
    /// Ethernet, IPv4 and UDP headers.
    private static let headers = 42

    private var heard = 0
    private var datagramsHeard = 0
    private var sent = 0
    private var datagramsSent = 0

    init(heard bytes: Int) {
        hear(bytes)
    }

    mutating func hear(_ bytes: Int) {
        heard += bytes
        datagramsHeard += 1
    }

    /// Whether so many bytes may go out; then they are counted.
    mutating func spend(_ bytes: Int) -> Bool {
        guard sent + bytes <= ByteAccount.factor * heard,
            sent + bytes + ByteAccount.headers * (datagramsSent + 1)
                <= ByteAccount.factor * (heard + ByteAccount.headers * datagramsHeard)
        else { return false }
        sent += bytes
        datagramsSent += 1
        return true
    }
}
