import LinuxSystem
import Synchronization
import VendorCatalogue

/// Many phones of one family: each asks with its own MAC address, and fetches from its own IP address. One thread looks for addresses,
/// and some dozens fetch.
final class Fleet: Sendable {
    private let options: SimulatorOptions
    private let interface: NetworkInterface
    private let make: @Sendable (Int) -> SimulatedPhone
    private let tally: Mutex<FleetTally>
    /// Phones that know their address and want their files.
    private let told = Mutex<ArraySlice<(phone: SimulatedPhone, url: ToldURL, start: UInt64)>>([])
    /// They have them as long as the fleet lasts.
    private let addresses = Mutex<[BorrowedAddress]>([])
    private let start = MonotonicClock.now()

    /// Threads that fetch.
    private static let fetchers = 32

    /// - Parameter make: the nth phone, from 0.
    init(_ options: SimulatorOptions, on interface: NetworkInterface, _ make: @escaping @Sendable (Int) -> SimulatedPhone) {
        self.options = options
        self.interface = interface
        self.make = make
        tally = Mutex(FleetTally(phones: options.count))
    }

    func run() -> ExitStatus {
        DescriptorLimit.raise()
        do {
            let threads = try (0..<Fleet.fetchers).map { number in
                try SystemThread.start(name: "fetch-\(number)") { [self] in fetch() }
            }
            try discover()
            for thread in threads { thread.join() }
        } catch {
            StandardError.write("phonesim: \(error)\n")
            return ExitStatus(of: error)
        }
        if StandardError.isTerminal { StandardError.write("\r\u{1b}[K") }
        let family = make(0).family.id
        let elapsed = (MonotonicClock.now() - start) / 1_000_000
        let result = tally.withLock { $0 }
        StandardOutput.write(
            options.isJSON ? result.json(of: family, after: elapsed) : result.summary(of: family, after: elapsed))
        return result.isWhole ? .success : result.finished == 0 ? .unavailable : .nothingFetched
    }

    // MARK: Looking for addresses

    private func discover() throws {
        var search = try FleetSearch(phones: options.count, on: interface)
        var waiting = (0..<options.count).lazy.map { [self] in FleetPhone(make($0), number: $0, on: interface, options) }
            .makeIterator()
        var next = waiting.next()
        var shown: UInt64 = 0
        while next != nil || search.looking > 0 || !tally.withLock({ $0.isOver }) {
            let now = MonotonicClock.now()
            // However slowly others are answered: power comes back to all of them.
            while var phone = next, case let moment = moment(of: phone), now >= moment {
                phone.start = moment
                tally.withLock { $0.ask() }
                if let outcome = try search.switchOn(phone, at: now) { end(outcome) }
                next = waiting.next()
            }
            try search.turn(at: now, end)
            if StandardError.isTerminal, now > shown + 200_000_000 {
                shown = now
                StandardError.write("\r\u{1b}[K" + tally.withLock { $0.progress })
            }
        }
    }

    private func end(_ outcome: FleetSearch.Outcome) {
        switch outcome {
        case .told(let url, let phone): take(url, phone)
        case .gaveUp(let why): tally.withLock { $0.giveUp(why) }
        }
    }

    /// When a phone is switched on: so many a second, none exactly on the beat.
    private func moment(of phone: FleetPhone) -> UInt64 {
        var chance = SeededNumbers(phone.phone.mac, seed: options.seed, for: 4)
        return start + UInt64((Double(phone.number) + Double.random(in: 0..<1, using: &chance)) / options.rate * 1e9)
    }

    private func take(_ text: String, _ phone: FleetPhone) {
        let after = (MonotonicClock.now() - phone.start) / 1_000_000
        tally.withLock { $0.tell(after: after) }
        guard options.fetches, let url = ToldURL(text, for: phone.phone) else {
            tally.withLock { $0.finish(fetched: options.fetches ? 0 : 1, after: after) }
            return
        }
        if let address = phone.address { addresses.withLock { $0.append(address) } }
        told.withLock { $0.append((phone.phone, url, phone.start)) }
    }

    // MARK: Files

    private func fetch() {
        while !tally.withLock({ $0.isOver }) {
            guard let (phone, url, start) = told.withLock({ $0.popFirst() }) else {
                pause(milliseconds: 5)
                continue
            }
            var system = phone.system
            let fetching = Fetching(
                phone: phone, report: .silent, timeout: options.timeout ?? 30_000, authorities: options.authorities
            ) { [self] outcome in
                switch outcome {
                case .fetched(_, _, let length): tally.withLock { $0.fetch(bytes: length) }
                case .missing(_, let why), .unreachable(let why): tally.withLock { $0.miss(why) }
                }
            }
            var visit = fetching.run(system.visit(url, .boot), &system)
            for _ in 0..<PhoneLife.mostRestarts where visit.restarts { visit = fetching.run(system.visit(url, .boot), &system) }
            let fetched = visit.fetched
            tally.withLock { $0.finish(fetched: fetched, after: (MonotonicClock.now() - start) / 1_000_000) }
        }
    }

    private func pause(milliseconds: Int32) { _ = try? waitReadable([], milliseconds: milliseconds) }
}
