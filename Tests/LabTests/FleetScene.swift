import DHCPMessages
import Foundation
import Glibc
import Packets
import TestSupport

//  bellhop 10.9.0.1 ─┐
//   phones 10.9.0.2 ─┤ switch
//  PostgreSQL 10.9.0.9 ─┘ by TLS and with a password; the owner comes by its socket
final class FleetScene: Scene {
    let lab: Lab
    let server: Station
    let phones: Station
    let database: PostgreSQLServer
    let client: InformClient

    static let password = "quite secret, with ' and \\"

    init(_ lab: Lab) throws {
        self.lab = lab
        for name in ["snomD735.htm", "file.xml", "table.xml", "hall.xml", "lobby.xml", "roof.xml"] {
            try lab.write("<settings/>\n", to: "tree/\(name)")
        }
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phones = try lab.station("phones", mac: "02:00:00:00:00:02", address: "10.9.0.2/16")
        let station = try lab.station("database", mac: "02:00:00:00:00:09", address: "10.9.0.9/16")
        try server.knows(station.address, station.mac)
        try station.knows(server.address, server.mac)
        database = try PostgreSQLServer(in: station.namespace, address: "10.9.0.9", isSecure: true)
        client = try InformClient(phones)
        try lab.write("\(FleetScene.password)\nanother line\n", to: "fleet.password")
        try lab.write("", to: "nothing")
        for arguments in [["migrate"], ["add", "lyon", "--role", "lyon", "--sees-all"], ["add", "oslo", "--role", "oslo"]] {
            _ = try command(["fleet"] + arguments, asOwner: true)
        }
        for role in ["lyon", "oslo"] {
            try sql("ALTER ROLE \(role) PASSWORD '\(FleetScene.password.replacing("'", with: "''"))'")
        }
    }

    func uri(_ role: String, authority: String? = nil, more: String = "sslmode=verify-full") -> String {
        "postgresql://\(role)@10.9.0.9/postgres?\(more)&sslrootcert=\(authority ?? database.authority)"
    }

    /// - Parameter fleet: the settings of the fleet, besides `site`.
    func bellhop(
        _ site: String, _ fleet: String? = nil, devices: String = "nothing", admin: String = "127.0.0.1:8067",
        under wrapper: [String] = []
    ) throws -> Bellhop {
        let fleet = fleet ?? "database: \"\(uri(site))\", password-file: fleet.password"
        return try Bellhop(
            on: server, "root: tree\nstate: state-\(site)\ndevices: \(devices)\nfleet: {\(fleet), site: \(site)}\n",
            flags: ["--http-port", "8080", "--admin", admin, "--state", state(site)], under: wrapper)
    }

    func state(_ site: String) -> String { lab.folder.appending(path: "state-\(site)").path }

    /// A command to its end, which must be a good one.
    func command(_ words: [String], asOwner: Bool = false) throws -> String {
        let more = asOwner ? ["--database", database.uri()] : ["--config", Bellhop.configurationPath(lab)]
        let outcome = try lab.run(try Bellhop.binary(), words + more, in: server.namespace)
        guard outcome.status == 0 else { throw LabFailure("\(words): \(outcome.status) \(outcome.text)") }
        return outcome.output
    }

    @discardableResult
    func sql(_ words: String) throws -> String {
        let outcome = try lab.run("psql", [database.uri(), "-XAtc", words])
        guard outcome.status == 0 else { throw LabFailure(outcome.text) }
        return outcome.output.trimmingCharacters(in: .newlines)
    }

    func get(_ path: String, port: Int = 8067) throws -> JSON {
        try JSON(server.run("curl", "-sS", "-g", "http://127.0.0.1:\(port)/api/v1/\(path)").output)
    }

    /// A value of the daemon's metrics.
    func metric(_ name: String) throws -> Int? {
        let page = try server.run("curl", "-sS", "http://127.0.0.1:8067/metrics").output
        return page.split(separator: "\n").first { $0.hasPrefix("bellhop_\(name) ") }?.split(separator: " ").last.flatMap {
            Int($0)
        }
    }

    /// A phone asks, and is answered.
    func phone(_ number: Int) throws -> MACAddress {
        let mac = MACAddress(bits: 0x0004_1300_0000 + UInt64(number))
        _ = try client.answer(to: client.ask(as: mac))
        return mac
    }
}
