import Packets
import Provisioning

/// Whose exchange it is.
enum Phone: Hashable {
    case mac(MACAddress)
    /// Of a phone whose hardware address nobody knows.
    case address(IPv4Address)
}

/// How many NOTIFYs may wait for an answer. Beginning an exchange takes from the budget of its phone, of its source address and of
/// all together, and an answer gives it back: phones that answer are never held up, while strangers that ask in others' names and
/// phones that keep silent soon are (T6).
struct ExchangeLimits {
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
    private var sources = Budgets<IPv4Address>(source)
    private var all = Budget()
    private var refusedSources = Budgets<IPv4Address>(refusalsToSource)
    private var refused = Budget()

    /// `nil` where the exchange may begin, else why it may not.
    mutating func begin(_ phone: Phone, from source: IPv4Address, at now: UInt64) -> Silence? {
        guard phones.take(phone, at: now) else { return .coolingDown }
        guard sources.take(source, at: now) else {
            phones.giveBack(phone, at: now)
            return .sourceLimit(source)
        }
        guard all.take(ExchangeLimits.all, at: now) else {
            phones.giveBack(phone, at: now)
            sources.giveBack(source, at: now)
            return .exchangeLimit
        }
        return nil
    }

    mutating func answered(_ phone: Phone, from source: IPv4Address, at now: UInt64) {
        phones.giveBack(phone, at: now)
        sources.giveBack(source, at: now)
        all.giveBack(ExchangeLimits.all)
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
