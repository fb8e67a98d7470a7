import FleetStore
import Foundation
import Ledger
import LinuxSystem
import Packets
import PostgreSQL
import Provisioning
import Synchronization
import TestSupport

@testable import Fleet

/// A migrated fleet in a database of its own.
final class FleetOfTest: Sendable {
    let server: PostgreSQLServer
    private let database: String

    private static let count = Mutex(0)

    /// - Parameter server: one of the test's own, where it is to suffer; else the one that all share.
    init(sites: [String] = ["lyon"], on server: PostgreSQLServer? = nil) throws {
        self.server = try server ?? PostgreSQLServer.shared.get()
        // Roles are the server's: two that are made at once may be the same.
        database = try FleetOfTest.count.withLock { [server = self.server] count in
            count += 1
            let name = "fleet\(count)"
            try DatabaseConnection(DatabaseAddress(server.uri())).script("CREATE DATABASE \(name)")
            let administration = FleetAdministration(try DatabaseConnection(DatabaseAddress(server.uri(database: name))))
            _ = try administration.migrate()
            for site in sites { _ = try administration.add(site: site, role: FleetOfTest.role(site), seesAll: false) }
            return name
        }
    }

    static func role(_ site: String) -> String { "site_\(site)" }

    func uri(_ role: String = "postgres") -> String { server.uri(role, database: database) }

    func owner() throws -> DatabaseConnection { try DatabaseConnection(DatabaseAddress(uri())) }

    func connect(_ site: String) throws -> DatabaseConnection {
        try DatabaseConnection(DatabaseAddress(uri(FleetOfTest.role(site))))
    }

    func number(_ sql: String) throws -> Int {
        try owner().query(sql).first?.first.flatMap { $0 }.flatMap { Int($0) } ?? -1
    }

    func settings(_ site: String) -> FleetSettings {
        FleetSettings(database: uri(FleetOfTest.role(site)), site: site)
    }

    /// A ledger's shipper with short patience.
    func ship(
        _ ledger: Ledger?, _ folder: TemporaryFolder, site: String, changed: @escaping @Sendable () -> Void = {},
        log: @escaping @Sendable (LogLine) -> Void = { _ in }
    ) throws -> FleetService {
        var options = FleetService.Options(settings: settings(site), state: folder.path, version: "test")
        options.patienceMilliseconds = 1000
        options.catchUpMilliseconds = 20
        return try FleetService(options, ledger: ledger, answers: { true }, devicesChanged: changed, log: log)
    }
}

/// Waits until something is so.
func wait(seconds: Double = 60, _ what: String, until isSo: () throws -> Bool) throws {
    let end = Date(timeIntervalSinceNow: seconds)
    while !((try? isSo()) ?? false) {
        guard Date() < end else { throw Waited(what: what) }
        usleep(20_000)
    }
}

struct Waited: Error {
    let what: String
}

let monday = Moment(microseconds: Int64(Date().timeIntervalSince1970) * 1_000_000 - 3_600_000_000)

func after(_ seconds: Double) -> Moment { Moment(microseconds: monday.microseconds + Int64(seconds * 1_000_000)) }

func mac(_ number: Int) -> MACAddress { MACAddress(bits: 0x0004_1300_0000 + UInt64(number)) }

func served(_ name: String, to number: Int, at time: Moment) -> Event {
    let file = Event.FileServed(
        name: name, path: "snom/\(name)", bytes: 12, address: IPv4Address(10, 0, 0, 7), vendor: "snom", userAgent: nil)
    return Event(time: time, mac: mac(number), interface: "eth1", .fileServed(file))
}

func lease(_ number: Int, granted: Moment = monday) -> Lease {
    Lease(
        address: IPv4Address(bits: 0x0a00_0000 + UInt32(number)), mac: mac(number), clientIdentifier: [1] + mac(number).octets,
        interface: "eth1", state: .bound, granted: granted, expires: after(7200), hostName: "phone-\(number)", vendor: "snom")
}
