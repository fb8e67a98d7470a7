import DHCPMessages
import Foundation
import Glibc
import Packets

//  bellhop 10.9.0.1 ─┐
//  phone, laptop ────┤ switch, and no other DHCP server on it
//  clients 10.9.0.5 ─┘
final class LeaseScene: Scene {
    let lab: Lab
    let server: Station
    let phone: Station
    let laptop: Station
    let clients: Station
    let capture: Capture

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        laptop = try lab.station("laptop", mac: "02:00:00:00:00:11", address: "10.9.0.11/16")
        clients = try lab.station("clients", mac: "02:00:00:00:00:05", address: "10.9.0.5/16")
        capture = try lab.capture()
        // These two are to have no address but what they lease.
        for station in [phone, laptop] { try station.forgetAddresses() }
    }

    static let range = "10.9.1.0-10.9.16.255"

    static func configuration(_ range: String = range, to: String = "anyone", rules: String = "") -> String {
        """
        root: tree
        dhcp:
          answer: lease
          relays: [10.9.0.5]
          lease: {range: \(range), time: 10m, gateway: 10.9.0.1, dns: 10.9.0.1, domain: bench.example, to: \(to)}
        \(rules)
        """
    }

    /// - Parameter isNew: it knows no lease from before.
    func bellhop(_ configuration: String = configuration(), isNew: Bool = false) throws -> Bellhop {
        if isNew { try? FileManager.default.removeItem(at: lab.folder.appending(path: "state")) }
        let bellhop = try Bellhop(on: server, configuration, "--http-port", "8080")
        try bellhop.wait(for: "leasing.begun", ["interface": "lab0"])
        return bellhop
    }

    /// Kea, on the clients' station, with a pool of its own.
    func otherServer() throws -> Program {
        let configuration = try lab.write(
            """
            {"Dhcp4": {
              "interfaces-config": {"interfaces": ["lab0"], "dhcp-socket-type": "raw"},
              "lease-database": {"type": "memfile", "persist": false, "lfc-interval": 0},
              "valid-lifetime": 600,
              "subnet4": [{"id": 1, "subnet": "10.9.0.0/16", "pools": [{"pool": "10.9.30.1 - 10.9.30.99"}]}],
              "loggers": [{"name": "kea-dhcp4", "severity": "INFO", "output_options": [{"output": "stdout", "flush": true}]}]
            }}
            """, to: "kea.json")
        let folder = lab.folder.path
        let kea = try clients.start(
            "kea-dhcp4", "-c", configuration, environment: ["KEA_PIDFILE_DIR": folder, "KEA_LOCKFILE_DIR": folder])
        try kea.wait(for: "DHCP4_STARTED")
        return kea
    }
    /// dnsmasq there, with another pool.
    func dnsmasq() throws -> Program {
        let dnsmasq = try clients.start(
            "dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--port=0", "--interface=lab0", "--no-ping", "--bind-interfaces",
            "--dhcp-range=10.9.31.1,10.9.31.99,10m", "--dhcp-authoritative", "--user=root", "--log-dhcp",
            "--dhcp-leasefile=\(lab.folder.path)/dnsmasq.leases")
        try dnsmasq.wait(for: "DHCP, IP range")
        return dnsmasq
    }
}
