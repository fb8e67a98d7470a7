import LinuxSystem
import Packets
import Synchronization
import TestSupport

/// A middleman between TFTP clients and the daemon that loses, doubles and reorders packets, both ways.
///
/// Clients ask it at port 69. Each gets a port of its own here, as from a server, and has one towards the server.
final class LossyRelay: Sendable {
    /// What became of the packets.
    struct Tally: Sendable {
        var passed = 0
        var lost = 0
        var doubled = 0
        var held = 0
    }

    /// Of a hundred packets, how many are lost; as many are doubled, and as many held back until another one has passed.
    private static let share = 10
    /// What is held back goes on after so many milliseconds at the latest: a client that waits for it sends nothing meanwhile.
    private static let patience: Int32 = 5

    private let listener: UDPSocket
    /// Towards clients, and towards the server.
    private let pairs: [(down: UDPSocket, up: UDPSocket)]
    private let server: IPv4Address
    private let stopping: Wakeup
    private let thread = Mutex<SystemThread?>(nil)
    private let counts = Mutex(Tally())

    /// - Parameter clients: as many can be served, each once: a client that begins anew from another port is another one.
    init(on station: Station, to server: IPv4Address, clients: Int) throws {
        self.server = server
        stopping = try Wakeup()
        listener = try station.socket(port: 69)
        pairs = try station.inside { [address = station.address] in
            try (0..<clients).map { _ in
                (try UDPSocket(address: address, port: 0), try UDPSocket(address: address, port: 0))
            }
        }
        let started = try SystemThread.start(name: "relay") { [self] in
            var wire = Wire(self)
            try? wire.run()
        }
        thread.withLock { $0 = started }
    }

    var tally: Tally { counts.withLock { $0 } }

    func stop() {
        stopping.signal()
        thread.withLock { $0 }?.join()
    }

    private struct Packet {
        let bytes: [UInt8]
        let through: UDPSocket
        let address: IPv4Address
        let port: UInt16
    }

    /// What the thread of the relay knows.
    private struct Wire {
        let relay: LossyRelay
        /// A client's address and port, and which pair is its.
        var pairOf: [UInt64: Int] = [:]
        var clients: [(address: IPv4Address, port: UInt16)] = []
        /// Where the server's side of each client's transfer is.
        var serverPorts: [UInt16] = []
        var held: [Packet] = []
        var random = SeededGenerator(named: "LOSSY")

        init(_ relay: LossyRelay) { self.relay = relay }

        mutating func run() throws {
            while true {
                let used = relay.pairs.prefix(clients.count)
                let descriptors =
                    [relay.stopping.descriptor, relay.listener.descriptor]
                    + used.flatMap { [$0.down.descriptor, $0.up.descriptor] }
                let ready = try waitReadable(descriptors, milliseconds: held.isEmpty ? nil : LossyRelay.patience)
                if ready[0] { return }
                if !ready.contains(true) { letGo() }
                if ready[1] { hearRequests() }
                for index in used.indices {
                    if ready[2 + 2 * index] { hear(client: index) }
                    if ready[3 + 2 * index] { hear(serverOf: index) }
                }
            }
        }

        private mutating func hearRequests() {
            while let (bytes, address, port) = (try? relay.listener.receive()).flatMap({ $0 }) {
                let key = UInt64(address.bits) << 16 | UInt64(port)
                if pairOf[key] == nil, clients.count < relay.pairs.count {
                    pairOf[key] = clients.count
                    clients.append((address, port))
                    serverPorts.append(69)
                }
                guard let index = pairOf[key] else { continue }
                pass(Packet(bytes: bytes, through: relay.pairs[index].up, address: relay.server, port: 69))
            }
        }

        private mutating func hear(client index: Int) {
            while let (bytes, _, _) = (try? relay.pairs[index].down.receive()).flatMap({ $0 }) {
                pass(Packet(bytes: bytes, through: relay.pairs[index].up, address: relay.server, port: serverPorts[index]))
            }
        }

        private mutating func hear(serverOf index: Int) {
            while let (bytes, _, port) = (try? relay.pairs[index].up.receive()).flatMap({ $0 }) {
                serverPorts[index] = port
                let client = clients[index]
                pass(Packet(bytes: bytes, through: relay.pairs[index].down, address: client.address, port: client.port))
            }
        }

        private mutating func pass(_ packet: Packet) {
            switch Int.random(in: 0..<100, using: &random) / LossyRelay.share {
            case 0: relay.counts.withLock { $0.lost += 1 }
            case 1:
                relay.counts.withLock { $0.doubled += 1 }
                send(packet)
                send(packet)
            case 2:
                relay.counts.withLock { $0.held += 1 }
                held.append(packet)
                return
            default:
                relay.counts.withLock { $0.passed += 1 }
                send(packet)
            }
            letGo()
        }

        private mutating func letGo() {
            for packet in held { send(packet) }
            held = []
        }

        private func send(_ packet: Packet) {
            try? packet.through.send(packet.bytes, to: packet.address, port: packet.port)
        }
    }
}
