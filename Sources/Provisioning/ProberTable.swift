import Packets

/// Hosts that ask for one phone's files after the other, to find whose there are (T9). Bounded: of many sources those that began longest
/// ago are forgotten.
package struct ProberTable: Sendable {
    /// So many different phones in ``window`` are no mistake any more.
    package static let most = 20
    /// In seconds.
    package static let window: UInt64 = 60
    package static let shutOut: UInt64 = 600
    private static let second: UInt64 = 1_000_000_000
    static let capacity = 4096

    private struct Source {
        var began: UInt64
        var asked: Set<NamedOwners> = []
        var isShutOut = false
    }

    private var sources: [IPv4Address: Source] = [:]

    package init() {}

    package func isShutOut(_ source: IPv4Address, at now: Moment) -> Bool {
        guard let source = sources[source], source.isShutOut else { return false }
        return now.steady &- source.began < ProberTable.shutOut * ProberTable.second
    }

    /// A name was asked for that is not the asker's.
    ///
    /// - Returns: whether it is shut out from this moment on.
    package mutating func note(_ address: IPv4Address, asking owners: NamedOwners, at now: Moment) -> Bool {
        if isShutOut(address, at: now) { return false }
        var source = sources[address] ?? Source(began: now.steady)
        if source.isShutOut || now.steady &- source.began >= ProberTable.window * ProberTable.second {
            source = Source(began: now.steady)
        }
        source.asked.insert(owners)
        if source.asked.count >= ProberTable.most { source = Source(began: now.steady, isShutOut: true) }
        if sources[address] == nil, sources.count >= ProberTable.capacity { forgetOldest() }
        sources[address] = source
        return source.isShutOut
    }

    /// Whoever asked for this phone's files from there was that phone: it showed what proves it.
    package mutating func proved(_ address: IPv4Address, _ phone: NamedOwners) {
        sources[address]?.asked.remove(phone)
    }

    /// An eighth at once, so that a flood of sources pays for the search seldom.
    private mutating func forgetOldest() {
        let limit = sources.values.map(\.began).sorted()[sources.count / 8]
        sources = sources.filter { $0.value.began > limit }
    }
}
