import DHCPMessages
import FrameLink
import LinuxSystem
import Packets
import Synchronization

/// DISCOVERs of clients that there are not, each with a hardware address of its own (T3): gobbler, yersinia and their like.
///
/// It is as fast as the daemon reads and no faster, so that each is heard: now and then a phone asks by INFORM, and is waited for.
final class Flood: Sendable {
    /// Fewer than the kernel keeps for the daemon (`LiveLink.places`).
    private static let window = 1000
    private let station: Station
    private let link: LiveLink
    private let phone: InformClient
    private let template: [UInt8]
    private let sent = Atomic<Int>(0)
    private let running = Atomic<Bool>(false)

    init(from station: Station) throws {
        self.station = station
        link = try station.link(filter: "less 1")
        phone = try InformClient(station)
        var discover = DHCPMessage(type: .discover, transactionID: 0, client: MACAddress(bits: 0x0201_0000_0000))
        discover.options[.parameterRequestList] = [1, 3, 6, 15, 51, 58, 59]
        let frame = UDPFrame(
            from: MACAddress(bits: 0x0201_0000_0000), .any, port: 68, to: .broadcast, .broadcast, port: 67,
            payload: discover.encoded().bytes)
        var bytes = frame.encoded() ?? []
        // No UDP checksum (RFC 768), since each frame differs.
        bytes.replaceSubrange(40..<42, with: [0, 0])
        template = bytes
    }

    var isRunning: Bool { running.load(ordering: .acquiring) }

    /// Runs beside the test; what is returned waits for its end, and throws what went wrong.
    func start(_ body: @escaping @Sendable () throws -> Void) throws -> () throws -> Void {
        let result = Mutex<Result<Void, any Error>>(.success(()))
        running.store(true, ordering: .releasing)
        let thread = try SystemThread.start(name: "flood") { [self] in
            let outcome = Result { try body() }
            result.withLock { $0 = outcome }
            running.store(false, ordering: .releasing)
        }
        return {
            thread.join()
            try result.withLock { $0 }.get()
        }
    }

    func send(_ count: Int) throws {
        for index in 0..<count {
            let number = UInt64(sent.add(1, ordering: .relaxed).newValue)
            let mac = MACAddress(bits: 0x0201_0000_0000 + number)
            var frame = template
            // Source of the frame, transaction, chaddr.
            frame.replaceSubrange(6..<12, with: mac.octets)
            frame.replaceSubrange(46..<50, with: mac.octets.suffix(4))
            frame.replaceSubrange(70..<76, with: mac.octets)
            try link.send(frame)
            if index % Flood.window == Flood.window - 1 || index == count - 1 {
                _ = try phone.answer(to: phone.ask(as: MACAddress(bits: 0x0004_1377_0000)))
            }
        }
    }
}

extension Bellhop {
    /// What the daemon has in memory now (VmRSS, proc_pid_status(5)).
    func residentBytes() throws -> Int {
        let status = try String(decoding: readWholeFile("/proc/\(program.pid)/status", limit: 1 << 16), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let kibibytes = line?.split(separator: " ").compactMap({ Int($0) }).first else { throw LabFailure(status) }
        return kibibytes << 10
    }
}
