import Synchronization

/// Frames that the kernel had no room for, by interface, since the responder began: whoever sent them was not heard.
final class FrameLosses: Sendable {
    private struct Tally {
        var count = 0
        var told = 0
        var mayBeToldAt: UInt64 = 0
    }

    private let tallies = Mutex<[String: Tally]>([:])
    /// In nanoseconds.
    private static let silenceBetweenNews: UInt64 = 60_000_000_000

    /// - Returns: how many are to be told of by now: seldom, and with their number.
    func add(_ count: Int, on interface: String, at now: UInt64) -> Int? {
        tallies.withLock { tallies in
            var tally = tallies[interface] ?? Tally()
            tally.count += count
            defer { tallies[interface] = tally }
            guard tally.count > tally.told, now >= tally.mayBeToldAt else { return nil }
            let news = tally.count - tally.told
            (tally.told, tally.mayBeToldAt) = (tally.count, now &+ FrameLosses.silenceBetweenNews)
            return news
        }
    }

    var all: [String: Int] { tallies.withLock { $0.mapValues(\.count) } }
}

/// When the kernel is asked how many frames of an interface it dropped: once a second, and only where frames came since.
struct LossWatch {
    private var known: UInt32 = 0
    private var looked: UInt64 = 0
    /// Frames came since it was asked last.
    private(set) var isOpen = false
    private static let interval: UInt64 = 1_000_000_000

    /// - Parameter dropped: how many since the link was opened, which wraps; `nil` where that cannot be told.
    /// - Returns: how many more than last time.
    mutating func elapsed(hasHeard: Bool, at now: UInt64, _ dropped: () -> UInt32?) -> Int {
        if hasHeard { isOpen = true }
        guard isOpen, now >= looked &+ LossWatch.interval else { return 0 }
        (looked, isOpen) = (now, false)
        guard let dropped = dropped() else { return 0 }
        defer { known = dropped }
        return Int(dropped &- known)
    }
}
