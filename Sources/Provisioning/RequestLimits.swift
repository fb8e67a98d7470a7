import DHCPMessages
import Packets

/// How often devices may ask by DHCP (T3): one device, and all that are not known together. A state machine without clock; its memory
/// does not grow.
///
/// There is no limit to all answers together: an INFORM changes nothing, and a known device must be heard in the middle of a flood.
/// What a flood of made-up clients could use up are addresses, the disk and people's attention; so strangers that ask about an address
/// share one allowance, and who is known draws on its own alone.
package struct RequestLimits: Sendable {
    /// One device's INFORMs; what is about an address costs more, since it takes the book and the disk.
    static let perDevice = Allowance(perSecond: 1000, atOnce: 1000)
    static let leaseCost: UInt64 = 20
    /// As many addresses as are found free by ARP in that time, so that the allowance keeps nobody from one.
    static let strangers = Allowance(perSecond: UInt64(AddressStock.idle), atOnce: UInt64(AddressStock.idle))
    /// How often it is said that requests are refused, in nanoseconds.
    static let silenceBetweenNews: UInt64 = 10_000_000_000

    private struct Tally {
        var refused = 0
        /// Of the last one.
        var mac = MACAddress(bits: 0)
        var kind = RequestKind.other
        var mayBeToldAt: UInt64 = 0

        mutating func add(_ mac: MACAddress, _ type: DHCPMessageType) {
            refused += 1
            self.mac = mac
            kind = .dhcp(type)
        }

        func isDue(at now: UInt64) -> Bool { refused > 0 && mayBeToldAt <= now }

        mutating func clear(at now: UInt64) { self = Tally(mayBeToldAt: now &+ RequestLimits.silenceBetweenNews) }
    }

    private var devices = DeviceAllowances()
    private var strangersWholeAgain: UInt64 = 0
    private var tooOften = Tally()
    private var tooMany = Tally()

    package init() {}

    /// Why a request is not looked at, `nil` where it is.
    ///
    /// - Parameter isKnown: the device is in `devices.csv`, or holds a lease or an offer, or was recognised before.
    mutating func refusal(
        of type: DHCPMessageType, from mac: MACAddress, isKnown: @autoclosure () -> Bool, at now: UInt64
    ) -> Silence? {
        let isAboutAddress = type != .inform
        let cost = isAboutAddress ? RequestLimits.leaseCost : 1
        guard devices.take(cost, of: RequestLimits.perDevice, for: mac.bits, at: now) else {
            tooOften.add(mac, type)
            return .asksTooOften(refused: 1)
        }
        guard !isAboutAddress || isKnown() || RequestLimits.strangers.take(from: &strangersWholeAgain, at: now) else {
            tooMany.add(mac, type)
            return .tooManyStrangers(refused: 1)
        }
        return nil
    }

    /// What is to be said about refusals by now: seldom, and with their number, for one line each would be a flood of its own.
    package mutating func news(on interface: String, at now: Moment) -> [Event] {
        var news: [Event] = []
        if tooOften.isDue(at: now.steady) {
            let what = Event.What.ignored(tooOften.kind, .asksTooOften(refused: tooOften.refused))
            news.append(Event(time: now, mac: tooOften.mac, interface: interface, what))
            tooOften.clear(at: now.steady)
        }
        if tooMany.isDue(at: now.steady) {
            let what = Event.What.ignored(tooMany.kind, .tooManyStrangers(refused: tooMany.refused))
            news.append(Event(time: now, mac: nil, interface: interface, what))
            tooMany.clear(at: now.steady)
        }
        return news
    }

    /// Something was refused and not said yet.
    package var hasNews: Bool { tooOften.refused > 0 || tooMany.refused > 0 }
}
