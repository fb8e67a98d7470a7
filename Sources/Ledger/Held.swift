import LinuxSystem
import Packets
import Provisioning

/// Repeats and signs of life that change nothing but a count and a time. They are written together, once a second.
struct Held {
    struct Repetitions {
        var count: Int64
        var latest: Moment
    }

    /// By the row's id.
    private(set) var events: [Int64: Repetitions] = [:]
    /// When each was heard last.
    private(set) var devices: [MACAddress: Moment] = [:]
    /// Events among them.
    private(set) var count = 0
    /// When the first of them came, or they were put off, by the steady clock.
    private var since: UInt64 = 0
    private var isPutOff = false

    private static let nanoseconds: UInt64 = 1_000_000_000
    private static let capacity = 4096

    var isEmpty: Bool { events.isEmpty && devices.isEmpty }

    /// Milliseconds until they are to be written; `nil` where there are none.
    func wait(at now: UInt64) -> Int32? {
        guard !isEmpty else { return nil }
        // There may be no room for them: whoever tried at once, again and again, would do nothing else.
        guard isPutOff || max(events.count, devices.count) < Held.capacity else { return 0 }
        return MonotonicClock.milliseconds(until: since + Held.nanoseconds, from: now)
    }

    /// They could not be written, and are tried again a second later.
    mutating func putOff(at now: UInt64) {
        since = now
        isPutOff = true
    }

    mutating func `repeat`(_ row: Int64, at time: Moment) {
        begin()
        count += 1
        events[row, default: Repetitions(count: 0, latest: time)].add(time)
    }

    mutating func hear(_ mac: MACAddress, at time: Moment) {
        begin()
        let earlier = devices[mac] ?? time
        devices[mac] = max(earlier, time)
    }

    /// The device's row is written with all that it has to tell.
    mutating func forget(_ mac: MACAddress) {
        devices[mac] = nil
    }

    private mutating func begin() {
        if isEmpty { since = MonotonicClock.now() }
    }
}

extension Held.Repetitions {
    fileprivate mutating func add(_ time: Moment) {
        count += 1
        latest = max(latest, time)
    }
}
