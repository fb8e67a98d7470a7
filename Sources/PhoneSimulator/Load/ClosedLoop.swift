import LinuxSystem

/// Names one exchange: the phone's number in the low 20 bits, above them how often it has asked.
typealias ExchangeKey = UInt32

/// One kind of exchange, as many of them at once as there are phones.
protocol LoadAsker {
    /// Sends the first message.
    mutating func ask(phone: Int, key: ExchangeKey) throws
    /// Takes in one message, and sends what it wants to be answered with; `nil` where none waits.
    mutating func hear() throws -> LoadHeard?
    func wait(milliseconds: Int32) throws
    /// An exchange's time is over.
    mutating func forget(phone: Int)
}

enum LoadHeard: Equatable {
    /// The exchange has come to its good end, with so many bytes of a file.
    case done(ExchangeKey, bytes: Int)
    /// It goes on.
    case more(ExchangeKey, bytes: Int)
    /// Somebody else's message, or one that no phone takes.
    case nothing
}

/// Keeps so many exchanges under way: for each that ends the next one begins, so a slow server is asked less often and not drowned. A
/// phone has one exchange at a time. What is measured begins once every phone has been answered. When its time is over no exchange begins, and
/// those under way are waited for, so that one of the last moments is lost like any other; they count for nothing else.
struct ClosedLoop<Asker: LoadAsker> {
    private var asker: Asker
    private let options: LoadOptions
    /// An exchange in which nothing was heard for so long is lost.
    private let patience: UInt64
    /// How long the phones that were never answered are asked before measuring begins without them.
    private let warmUp: UInt64

    private struct Flight {
        var key: ExchangeKey?
        var began: UInt64 = 0
        var heard: UInt64 = 0
        var wasAnswered = false
        var attempts: UInt32 = 0
    }

    private var flights: [Flight]
    private var idle: Ring
    private var underWay = 0
    private var answered = 0
    /// Places in the order of asking, for patience.
    private var asked: [(key: ExchangeKey, at: UInt64)] = []
    private var firstAsked = 0
    private let clock: () -> UInt64
    private var figures = LoadFigures()
    private var measuring: (start: UInt64, end: UInt64)?
    /// When the next exchange may begin, where there is a pace.
    private var nextTurn: UInt64 = 0

    init(
        _ asker: Asker, _ options: LoadOptions, patience: UInt64 = 1_000_000_000, warmUp: UInt64 = 30_000_000_000,
        clock: @escaping () -> UInt64 = MonotonicClock.now
    ) {
        self.asker = asker
        self.clock = clock
        self.options = options
        self.patience = patience
        self.warmUp = warmUp
        flights = Array(repeating: Flight(), count: options.phones)
        idle = Ring(options.phones)
    }

    mutating func run() throws -> LoadFigures {
        let start = clock()
        while true {
            let now = clock()
            giveUp(at: now)
            if measuring == nil, answered == options.phones || now - start > warmUp {
                figures.unanswered = options.phones - answered
                measuring = (now, now + options.duration)
                nextTurn = now
            }
            if let measuring, figures.elapsed == 0, now >= measuring.end { figures.elapsed = now - measuring.start }
            if isOver, !isAnyoneMissing { return figures }
            try fill(at: now)
            if try !hearAll() { try asker.wait(milliseconds: waitingTime(at: now)) }
        }
    }

    /// Nothing more is measured.
    private var isOver: Bool { figures.elapsed > 0 }

    /// Whether an exchange is under way in which nothing was heard since measuring ended.
    private var isAnyoneMissing: Bool {
        guard let measuring else { return false }
        return flights.contains { $0.key != nil && $0.heard < measuring.end }
    }

    private mutating func fill(at now: UInt64) throws {
        guard !isOver else { return }
        while underWay < options.window, measuring == nil || options.pace == nil || nextTurn <= now, let phone = idle.take() {
            if let pace = options.pace, measuring != nil { nextTurn += 1_000_000_000 / UInt64(pace) }
            flights[phone].attempts = (flights[phone].attempts + 1) & 0xfff
            let key = flights[phone].attempts << 20 | ExchangeKey(phone)
            let began = clock()
            flights[phone].key = key
            flights[phone].began = began
            flights[phone].heard = began
            asked.append((key, began))
            underWay += 1
            try asker.ask(phone: phone, key: key)
        }
    }

    private mutating func hearAll() throws -> Bool {
        var anything = false
        // A server that is always ready must not keep the loop from its clock.
        for _ in 0..<options.window {
            guard let heard = try asker.hear() else { break }
            anything = true
            let now = clock()
            switch heard {
            case .nothing: continue
            case .more(let key, let bytes):
                guard let phone = phone(of: key) else { continue }
                hear(phone, bytes, at: now)
            case .done(let key, let bytes):
                guard let phone = phone(of: key) else { continue }
                hear(phone, bytes, at: now)
                // Exchanges that began before measuring did are not counted.
                if !isOver, let measuring, flights[phone].began >= measuring.start { figures.add(now - flights[phone].began) }
                end(phone)
                try fill(at: now)
            }
            if let measuring, !isOver, now >= measuring.end { break }
        }
        return anything
    }

    private mutating func hear(_ phone: Int, _ bytes: Int, at now: UInt64) {
        flights[phone].heard = now
        if measuring != nil, !isOver { figures.bytes += bytes }
        guard !flights[phone].wasAnswered else { return }
        flights[phone].wasAnswered = true
        answered += 1
    }

    /// The phone whose exchange under way has that key.
    private func phone(of key: ExchangeKey) -> Int? {
        let phone = Int(key & 0xfffff)
        return phone < flights.count && flights[phone].key == key ? phone : nil
    }

    private mutating func end(_ phone: Int) {
        flights[phone].key = nil
        underWay -= 1
        idle.put(phone)
    }

    private mutating func giveUp(at now: UInt64) {
        while firstAsked < asked.count, asked[firstAsked].at + patience <= now {
            let (key, _) = asked[firstAsked]
            firstAsked += 1
            guard let phone = phone(of: key) else { continue }
            if flights[phone].heard + patience > now {
                asked.append((key, flights[phone].heard))
                continue
            }
            if let measuring, flights[phone].began >= measuring.start { figures.lost += 1 }
            asker.forget(phone: phone)
            end(phone)
        }
        // What was passed is let go once it is the greater part.
        if firstAsked > 4096, firstAsked > asked.count / 2 {
            asked.removeFirst(firstAsked)
            firstAsked = 0
        }
    }

    private func waitingTime(at now: UInt64) -> Int32 {
        guard options.pace != nil, measuring != nil, underWay < options.window, nextTurn > now else { return 10 }
        return Int32(min(10, (nextTurn - now) / 1_000_000))
    }
}

/// Numbers that wait for their turn, from 0 at first.
private struct Ring {
    private var places: [Int]
    private var first = 0
    private var count: Int

    init(_ count: Int) {
        places = Array(0..<count)
        self.count = count
    }

    mutating func take() -> Int? {
        guard count > 0 else { return nil }
        defer {
            first = (first + 1) % places.count
            count -= 1
        }
        return places[first]
    }

    /// Of the numbers that were taken.
    mutating func put(_ number: Int) {
        guard count < places.count else { return }
        places[(first + count) % places.count] = number
        count += 1
    }
}
