import DHCPMessages
import FrameLink
import LinuxSystem
import Packets
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
    private let told = Mutex<[(phone: SimulatedPhone, url: ToldURL, start: UInt64)]>([])
    private let start = MonotonicClock.now()

    /// Phones that look for their address at the same time, and threads that fetch.
    private static let window = 256
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
            return .unavailable
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
        let link = try LiveLink(interface: interface.name, filter: "udp dst port 68")
        var looking: [UInt32: FleetPhone] = [:]
        var switchedOn = 0
        var shown: UInt64 = 0
        while switchedOn < options.count || !looking.isEmpty || !tally.withLock({ $0.isOver }) {
            let now = MonotonicClock.now()
            while switchedOn < options.count, looking.count < Fleet.window, now >= moment(of: switchedOn) {
                var phone = FleetPhone(make(switchedOn), number: switchedOn, start: now, options)
                switchedOn += 1
                tally.withLock { $0.ask() }
                if try phone.begin(at: now, on: interface) { looking[phone.transactionID] = phone } else { giveUp() }
            }
            for key in Array(looking.keys) {
                guard var phone = looking[key] else { continue }
                switch try phone.act(at: now, server: options.server ?? .broadcast) {
                case .send(let frame): try link.send(frame)
                case .nothing: break
                case .giveUp:
                    guard try phone.begin(at: now, on: interface) else {
                        looking[key] = nil
                        giveUp()
                        continue
                    }
                }
                looking[key] = phone
            }
            try hear(link, &looking)
            if StandardError.isTerminal, now > shown + 200_000_000 {
                shown = now
                StandardError.write("\r\u{1b}[K" + tally.withLock { $0.progress })
            }
        }
    }

    /// Waits a moment for answers, and takes them.
    private func hear(_ link: LiveLink, _ looking: inout [UInt32: FleetPhone]) throws {
        let own = looking.compactMap { entry in entry.value.descriptor.map { (key: entry.key, descriptor: $0) } }
        let ready = try waitReadable([link.descriptor].compactMap { $0 } + own.map(\.descriptor), milliseconds: 5)
        while let frame = try link.nextFrame() {
            guard let udp = try? UDPFrame(decoding: frame.bytes[...]), let message = try? DHCPMessage(decoding: udp.payload),
                let phone = looking[message.transactionID], let url = phone.hear(Array(udp.payload))
            else { continue }
            looking[message.transactionID] = nil
            take(url, phone)
        }
        for (entry, isReady) in zip(own, ready.suffix(own.count)) where isReady {
            guard var phone = looking[entry.key] else { continue }
            let url = try phone.receive()
            looking[entry.key] = url == nil ? phone : nil
            if let url { take(url, phone) }
        }
    }

    /// When the nth phone is switched on: so many a second, none exactly on the beat.
    private func moment(of number: Int) -> UInt64 {
        var chance = SeededNumbers(make(number).mac, seed: options.seed, for: 4)
        return start + UInt64((Double(number) + Double.random(in: 0..<1, using: &chance)) / options.rate * 1e9)
    }

    private func giveUp() { tally.withLock { $0.giveUp() } }

    private func take(_ text: String, _ phone: FleetPhone) {
        let after = (MonotonicClock.now() - phone.start) / 1_000_000
        tally.withLock { $0.tell(after: after) }
        guard options.fetches, let url = ToldURL(text, for: phone.phone) else {
            tally.withLock { $0.finish(fetched: options.fetches ? 0 : 1, after: after) }
            return
        }
        told.withLock { $0.append((phone.phone, url, phone.start)) }
    }

    // MARK: Files

    private func fetch() {
        while !tally.withLock({ $0.isOver }) {
            guard let (phone, url, start) = told.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
                pause(milliseconds: 5)
                continue
            }
            var system = phone.system
            let fetching = Fetching(phone: phone, report: .silent, timeout: options.timeout ?? 30_000) { [self] outcome in
                switch outcome {
                case .fetched(_, let bytes): tally.withLock { $0.fetch(bytes: bytes.count) }
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
