/// The files of one visit, in the order in which the phone asks for them. Without clock or socket: whoever fetches them says what came.
struct Visit: Sendable {
    private var waiting: ArraySlice<ToldURL>
    private var asked: Set<ToldURL> = []
    private(set) var fetched = 0
    private(set) var missing = 0
    /// The phone starts anew before it asks for anything else.
    private(set) var restarts = false

    /// A list may name any number of groups; no server has more than these.
    private static let mostFiles = 1000

    init(_ plan: [ToldURL]) {
        waiting = plan[...]
    }

    /// The file that it asks for next; no file twice.
    mutating func next() -> ToldURL? {
        while !restarts, asked.count < Visit.mostFiles, let file = waiting.popFirst() {
            if asked.insert(file).inserted { return file }
        }
        return nil
    }

    /// - Returns: what the phone would say of it, if it spoke.
    mutating func came(_ file: ToldURL, _ bytes: [UInt8], to system: inout any PhoneSystem) -> [String] {
        fetched += 1
        return follow(system.read(file, String(decoding: bytes, as: UTF8.self)))
    }

    mutating func failed(_ file: ToldURL, _ system: inout any PhoneSystem) -> [String] {
        missing += 1
        return follow(system.missed(file))
    }

    /// The server itself is not there: none of its files is asked for.
    /// - Returns: how many were left out.
    mutating func abandon(serverOf file: ToldURL) -> Int {
        missing += 1
        let others = waiting.filter { !$0.isSameServer(as: file) }
        defer { waiting = others[...] }
        return waiting.count - others.count
    }

    private mutating func follow(_ finding: Finding) -> [String] {
        waiting = (finding.next + waiting)[...]
        restarts = finding.restarts
        return finding.remarks
    }
}
