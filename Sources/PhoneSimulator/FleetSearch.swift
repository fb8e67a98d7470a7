import DHCPMessages
import FrameLink
import LinuxSystem
import Packets

/// The phones of a fleet that look for their address, by one thread. A phone's number is its place among those of the fleet.
struct FleetSearch {
    enum Outcome {
        case told(String, FleetPhone)
        /// With why it could not go on, where that is not that nobody answered.
        case gaveUp(String?)
    }

    private let link: LiveLink
    private let sockets: Epoll
    private var phones: [FleetPhone?]
    /// When each has something to do, in nanoseconds of the steady clock; `.max` for one that looks for nothing.
    private var dues: [UInt64]
    private(set) var looking = 0

    /// Frames that go out before answers are looked for: a phone is late by no more than these, and they do not arrive as one lump.
    private static let framesAtOnce = 32
    private static let linkToken = UInt64.max

    init(phones count: Int, on interface: NetworkInterface) throws {
        link = try LiveLink(interface: interface.name, filter: "udp dst port 68")
        sockets = try Epoll()
        if let descriptor = link.descriptor { try sockets.add(descriptor, token: FleetSearch.linkToken) }
        phones = Array(repeating: nil, count: count)
        dues = Array(repeating: .max, count: count)
    }

    mutating func switchOn(_ phone: FleetPhone, at now: UInt64) throws -> Outcome? {
        phones[phone.number] = phone
        looking += 1
        return try follow(phone.number) { phone throws(SystemError) in try phone.begin(at: now) }
    }

    /// Has each phone do what is due, takes answers, and waits a moment for them where there are none.
    mutating func turn(at now: UInt64, _ ended: (Outcome) -> Void) throws {
        var sent = 0
        for number in dues.indices where dues[number] <= now {
            if let outcome = try follow(number, { phone throws(SystemError) in try phone.act(at: now) }) { ended(outcome) }
            sent += 1
            if sent % FleetSearch.framesAtOnce == 0 { try hear(milliseconds: 0, ended) }
        }
        try hear(milliseconds: sent > 0 ? 0 : 2, ended)
    }

    private mutating func hear(milliseconds: Int32, _ ended: (Outcome) -> Void) throws {
        for ready in try sockets.wait(milliseconds: milliseconds) {
            if ready.token == FleetSearch.linkToken {
                while let frame = try link.nextFrame() {
                    if let outcome = try hear(frame) { ended(outcome) }
                }
            } else if let number = Int(exactly: ready.token) {
                let outcome = try follow(number) { phone throws(SystemError) in
                    try phone.receive().map { .told($0) } ?? .nothing
                }
                if let outcome { ended(outcome) }
            }
        }
    }

    private mutating func hear(_ frame: CapturedFrame) throws -> Outcome? {
        guard let udp = try? UDPFrame(decoding: frame.bytes[...]), let message = try? DHCPMessage(decoding: udp.payload) else {
            return nil
        }
        let number = Int(message.transactionID &- FleetPhone.firstTransaction)
        let now = MonotonicClock.now()
        return try follow(number) { phone throws(SystemError) in try phone.hear(Array(udp.payload), at: now) }
    }

    /// What comes of a phone's next step, where it is one that looks. What the system refuses to one phone is the end of that one; what
    /// this program may not do is the end of all.
    private mutating func follow(
        _ number: Int, _ step: (inout FleetPhone) throws(SystemError) -> FleetPhone.Step
    ) throws -> Outcome? {
        guard phones.indices.contains(number), var phone = phones[number] else { return nil }
        // Else it would be copied for each change.
        phones[number] = nil
        let isFirst = phone.descriptor == nil
        let next: FleetPhone.Step
        do throws(SystemError) {
            next = try step(&phone)
        } catch {
            guard !error.isPermissionDenied else { throw error }
            next = .giveUp("\(error)")
        }
        let outcome: Outcome
        switch next {
        case .told(let url): outcome = .told(url, phone)
        case .giveUp(let why): outcome = .gaveUp(why)
        case .send(let frame):
            try link.send(frame)
            fallthrough
        case .nothing:
            if isFirst, let descriptor = phone.descriptor { try sockets.add(descriptor, token: UInt64(number)) }
            dues[number] = phone.due
            phones[number] = phone
            return nil
        }
        dues[number] = .max
        looking -= 1
        return outcome
    }
}
