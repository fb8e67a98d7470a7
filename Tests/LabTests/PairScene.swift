import DHCPMessages
import Foundation
import FrameLink
import Glibc
import LinuxSystem
import Packets
import Synchronization
import TestSupport

//            bellhop a 10.9.0.1 ─┐         10.8.0.1 ─┐
//            bellhop b 10.9.0.2 ─┤ switch   10.8.0.2 ─┤ another switch
//  clients that come and go ─────┤  PostgreSQL 10.8.0.9 ─┘
//               phone 10.9.0.10 ─┘
final class PairScene: Scene {
    let lab: Lab
    let server: Station
    let stations: [Station]
    let database: PostgreSQLServer
    let phone: Station
    let clients: LeasingClients

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        try lab.addSwitch("backbone")
        server = try lab.station("database", mac: "02:00:00:00:08:09", address: "10.8.0.9/24", on: "backbone")
        var stations: [Station] = []
        for number in 1...2 {
            let station = try lab.station("\(number)", mac: "02:00:00:00:00:0\(number)", address: "10.9.0.\(number)/16")
            let mac = MACAddress(bits: 0x0200_0000_0800 + UInt64(number))
            try lab.plugIn("lab1", of: station, port: "back\(number)", mac: mac, on: "backbone")
            try station.ip("addr", "add", "10.8.0.\(number)/24", "dev", "lab1")
            try station.knows(server.address, server.mac, on: "lab1")
            try server.knows(IPv4Address(10, 8, 0, UInt8(number)), mac)
            stations.append(station)
        }
        self.stations = stations
        database = try PostgreSQLServer(in: server.namespace, address: "10.8.0.9")
        for arguments in [["migrate"], ["add", "lyon", "--role", "lyon"]] {
            let outcome = try lab.run(try Bellhop.binary(), ["fleet"] + arguments + ["--database", database.uri()])
            guard outcome.status == 0 else { throw LabFailure(outcome.text) }
        }
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        clients = try LeasingClients(try lab.station("clients", mac: "02:00:00:00:00:05", address: "10.9.0.5/16"))
    }

    /// What must hold whatever happened: checked by what was on the wire.
    func check() throws {
        clients.stop()
        let faults = clients.faults
        if !faults.isEmpty { throw LabFailure(faults.joined(separator: "\n")) }
    }

    /// Cuts a responder from the database, or lets it be there again.
    func setDatabase(isThere: Bool, for number: Int) throws {
        try stations[number].ip("link", "set", "lab1", isThere ? "up" : "down")
        // What was known of neighbours went with the link.
        if isThere { try stations[number].knows(server.address, server.mac, on: "lab1") }
    }

    func bellhop(_ number: Int) throws -> Bellhop {
        try Bellhop(
            on: stations[number],
            """
            root: tree
            dhcp:
              answer: lease
              lease: {range: 10.9.1.0-10.9.200.255, time: 12h, gateway: 10.9.0.254, to: anyone}
            fleet:
              database: postgresql://lyon@10.8.0.9/postgres
              site: lyon
              segment: lobby
            """, "--interface", "lab0", "--http-port", "8080", "--state", lab.folder.appending(path: "state\(number)").path,
            "--admin", "off")
    }

    static let servers = [IPv4Address(10, 9, 0, 1), IPv4Address(10, 9, 0, 2)]
}

/// Clients of which a new one asks twenty times a second, and now and then an old one asks for its address again. They keep account of who
/// gave whom what.
final class LeasingClients: Sendable {
    private struct State {
        var owners: [IPv4Address: MACAddress] = [:]
        var leases: [(mac: MACAddress, address: IPv4Address)] = []
        var servers: [UInt32: IPv4Address] = [:]
        var newest: [IPv4Address: Int] = [:]
        var confirmed = 0
        var faults: [String] = []
        var isStopping = false
        var count = 0
    }

    private let state = Mutex(State())
    private let link: LiveLink
    private let thread = Mutex<SystemThread?>(nil)

    init(_ station: Station) throws {
        link = try station.link(filter: "udp and src port 67 and dst port 68")
        let started = try SystemThread.start(name: "clients") { [self] in run() }
        thread.withLock { $0 = started }
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        thread.withLock { $0.take() }?.join()
    }

    var faults: [String] { state.withLock { $0.faults } }
    /// How many leases a server gave so far.
    func given(by server: IPv4Address) -> Int { state.withLock { $0.newest[server] ?? 0 } }
    /// How many clients were confirmed in the address that they had.
    var confirmed: Int { state.withLock { $0.confirmed } }
    var all: Int { state.withLock { $0.leases.count } }

    private func run() {
        var random = SystemRandomNumberGenerator()
        while !state.withLock({ $0.isStopping }) {
            let number = state.withLock { state in
                state.count += 1
                return state.count
            }
            let mac = MACAddress(bits: 0x0203_0000_0000 + UInt64(number))
            send(DHCPMessage(type: .discover, transactionID: UInt32(number) << 1, client: mac), mac)
            if number % 4 == 0, let old = state.withLock({ $0.leases.randomElement(using: &random) }) {
                var message = DHCPMessage(type: .request, transactionID: UInt32(number) << 1 | 1, client: old.mac)
                message.options[.requestedAddress] = old.address.octets[...]
                send(message, old.mac)
            }
            let next = MonotonicClock.now() + 50_000_000
            while case let now = MonotonicClock.now(), now < next {
                _ = try? waitReadable([link.descriptor ?? -1], milliseconds: Int32((next - now) / 1_000_000 + 1))
                while let frame = try? link.nextFrame() { hear(frame) }
            }
        }
    }

    private func send(_ message: DHCPMessage, _ mac: MACAddress) {
        var message = message
        message.flags = DHCPMessage.broadcastFlag
        let frame = UDPFrame(
            from: mac, .any, port: 68, to: .broadcast, .broadcast, port: 67, payload: message.encoded().bytes)
        try? link.send(frame.encoded() ?? [])
    }

    private func hear(_ captured: CapturedFrame) {
        guard let frame = try? UDPFrame(decoding: captured.bytes[...]), let message = try? DHCPMessage(decoding: frame.payload),
            let mac = message.clientMAC, let server = message.options[.serverIdentifier].flatMap({ IPv4Address($0) })
        else { return }
        let request: DHCPMessage? = state.withLock { state in
            if let other = state.servers.updateValue(server, forKey: message.transactionID), other != server {
                state.faults.append(
                    "\(message.type?.name ?? "?") to \(mac) from \(server), and \(other) answered the same question")
            }
            switch message.type {
            case .offer?:
                var request = DHCPMessage(type: .request, transactionID: message.transactionID, client: mac)
                request.options[.requestedAddress] = message.yourAddress.octets[...]
                request.options[.serverIdentifier] = server.octets[...]
                return request
            case .acknowledge?:
                if let owner = state.owners.updateValue(mac, forKey: message.yourAddress), owner != mac {
                    state.faults.append("\(message.yourAddress) is \(owner)'s and was given to \(mac) by \(server)")
                }
                if message.transactionID & 1 == 0 {
                    state.leases.append((mac, message.yourAddress))
                    state.newest[server, default: 0] += 1
                } else {
                    state.confirmed += 1
                }
            case .negativeAcknowledge?: state.faults.append("\(server) refuses \(mac) what it had")
            default: break
            }
            return nil
        }
        if let request { send(request, mac) }
    }
}
