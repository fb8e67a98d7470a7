import Foundation
import Glibc
import Packets
import Synchronization

/// A network of namespaces: switches, and stations that are plugged into them.
///
/// Everything bears a name with this process's id, so that two runs on one machine never meet, and what a run left behind that died is
/// removed by the next one.
final class Lab: Sendable {
    let folder: URL
    private let name: String
    private let programs = Mutex<[Program]>([])
    private let namespaces = Mutex<[String]>([])

    private static let count = Atomic<Int>(0)

    init() throws {
        guard getuid() == 0 else { throw LabFailure("the lab makes network namespaces: run as root, `sudo make test`") }
        guard Program.path(of: "ip") != nil else {
            throw LabFailure("the lab needs `ip` to make network namespaces: run `make deps`, then as root `sudo make test`")
        }
        name = "bh\(getpid())x\(Lab.count.add(1, ordering: .relaxed).newValue)"
        folder = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        do {
            try Lab.removeLeftovers()
            try addSwitch(Lab.mainSwitch)
        } catch {
            remove()
            throw error
        }
    }

    /// Ends what was started here and takes everything away.
    func remove() {
        for program in programs.withLock({ programs in
            defer { programs = [] }; return programs
        }).reversed() { program.end() }
        for namespace in namespaces.withLock({ names in
            defer { names = [] }; return names
        }) {
            _ = try? ip("netns", "del", namespace)
        }
        try? FileManager.default.removeItem(at: folder)
    }

    // MARK: Making

    /// Makes a hub of the switch: every port gets every frame.
    func makeHub() throws {
        try ip("-n", "\(name)-switch", "link", "set", "br0", "type", "bridge", "ageing_time", "0")
    }

    /// Takes the cable out of a port, or puts it back.
    func setCable(_ port: String, isIn: Bool) throws {
        try ip("-n", "\(name)-switch", "link", "set", "p-\(port)", isIn ? "up" : "down")
    }

    /// Where everything is plugged in unless another switch is named.
    static let mainSwitch = "switch"

    /// One more switch, with nothing between it and the others.
    func addSwitch(_ role: String) throws {
        let namespace = "\(name)-\(role)"
        try addNamespace(role)
        try ip("-n", namespace, "link", "add", "br0", "type", "bridge")
        try quieten("br0", in: namespace)
        try ip("-n", namespace, "link", "set", "br0", "up")
    }

    /// A namespace whose only interface, `lab0`, is plugged into a switch.
    func station(_ role: String, mac: String, address: String, on lan: String = mainSwitch) throws -> Station {
        guard let mac = MACAddress(mac), let network = IPv4Prefix(address) else { throw LabFailure("\(mac) \(address)") }
        try addNamespace(role)
        let station = Station(lab: self, namespace: "\(name)-\(role)", mac: mac, network: network)
        // Some machines would take a whole firmware file before its client has read a tenth of it, and then nothing can break off: half a
        // mebibyte each way at most (tcp(7)).
        try station.setIPv4("tcp_rmem", "4096 131072 524288")
        try station.setIPv4("tcp_wmem", "4096 16384 524288")
        try plugIn("lab0", of: station, port: role, mac: mac, on: lan)
        try ip("-n", station.namespace, "addr", "add", address, "dev", "lab0")
        // What phones multicast goes out here (ip-route(8)); a namespace has no route of its own for it.
        try ip("-n", station.namespace, "route", "add", "224.0.0.0/4", "dev", "lab0")
        return station
    }

    /// One more interface of a station, plugged in and up, without an address.
    func plugIn(_ interface: String, of station: Station, port: String, mac: MACAddress, on lan: String = mainSwitch) throws {
        let namespace = station.namespace
        let lan = "\(name)-\(lan)"
        try ip(
            "link", "add", interface, "netns", namespace, "address", mac.colons, "type", "veth",
            "peer", "name", "p-\(port)", "netns", lan)
        try quieten(interface, in: namespace)
        try quieten("p-\(port)", in: lan)
        try ip("-n", lan, "link", "set", "p-\(port)", "master", "br0", "up")
        try ip("-n", namespace, "link", "set", interface, "up")
    }

    /// Makes the switch one that snoops IGMP and asks by itself, each second, in this version: who does not report a group within three
    /// seconds of a question is no member of it any more. To this station's port goes no group that nobody asked for there.
    func snoop(version: Int, towards station: Station) throws {
        // Once it is the querier it floods for as long as an answer may take that it waits for then: so that is said before.
        let times = [
            "mcast_query_interval", "100", "mcast_query_response_interval", "50", "mcast_membership_interval", "300",
            "mcast_startup_query_interval", "100",
        ]
        for settings in [times, ["mcast_igmp_version", "\(version)", "mcast_snooping", "1", "mcast_querier", "1"]] {
            let outcome = try run("ip", ["-n", "\(name)-switch", "link", "set", "br0", "type", "bridge"] + settings)
            guard outcome.status == 0 else { throw LabFailure("this kernel's bridge does not snoop: \(outcome.errors)") }
        }
        let port = station.namespace.replacing("\(name)-", with: "p-")
        try ip("-n", "\(name)-switch", "link", "set", port, "type", "bridge_slave", "mcast_flood", "off")
    }

    /// Has the switch keep broadcasts from a station's port, as storm control does.
    func spareBroadcasts(_ station: Station, on lan: String = mainSwitch) throws {
        let port = station.namespace.replacing("\(name)-", with: "p-")
        try ip("-n", "\(name)-\(lan)", "link", "set", port, "type", "bridge_slave", "bcast_flood", "off")
    }

    private func addNamespace(_ role: String) throws {
        let namespace = "\(name)-\(role)"
        try ip("netns", "add", namespace)
        namespaces.withLock { $0.append(namespace) }
        try ip("-n", namespace, "link", "set", "lo", "up")
    }

    /// No IPv6, so that what is on the wire is what a test put there.
    private func quieten(_ interface: String, in namespace: String) throws {
        try ip("-n", namespace, "link", "set", interface, "addrgenmode", "none")
    }

    // MARK: Doing

    @discardableResult
    func ip(_ arguments: String...) throws -> String {
        let outcome = try run("ip", arguments)
        guard outcome.status == 0 else { throw LabFailure("ip \(arguments.joined(separator: " ")): \(outcome.errors)") }
        return outcome.output
    }

    /// Starts a program, in a namespace or in none. It is ended with the lab.
    func start(
        _ name: String, _ arguments: [String], in namespace: String? = nil, environment: [String: String] = [:]
    ) throws -> Program {
        let program = try Program(
            path: try path(of: name), arguments, namespace: namespace, folder: folder, environment: environment)
        programs.withLock { $0.append(program) }
        return program
    }

    /// Runs a program to its end; one that takes longer than `seconds` is ended, and is a failure.
    func run(
        _ name: String, _ arguments: [String], in namespace: String? = nil, seconds: Double = 60
    ) throws -> Program.Outcome {
        try start(name, arguments, in: namespace).outcome(within: seconds)
    }

    /// AppArmor confines these by their path on some distributions, so that they may neither read nor write the lab's folder: copies
    /// are free.
    private static let confined: Set = ["dhclient", "dnsmasq", "kea-dhcp4", "tcpdump"]

    func path(of name: String) throws -> String {
        if name.hasPrefix("/") { return name }
        guard let path = Program.path(of: name) else { throw LabFailure("\(name) is missing: run `make deps`") }
        guard Lab.confined.contains(name) else { return path }
        let copy = folder.appending(path: "program-\(name)")
        if !FileManager.default.fileExists(atPath: copy.path) {
            try FileManager.default.copyItem(at: URL(filePath: path).resolvingSymlinksInPath(), to: copy)
        }
        return copy.path
    }

    /// A file in the lab's folder.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try write(Data(text.utf8), to: name)
    }

    @discardableResult
    func write(_ data: Data, to name: String) throws -> String {
        let url = folder.appending(path: name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url)
        return url.path
    }

    /// Whether a file has some octets by now.
    func hasBegun(_ name: String) -> Bool {
        ((try? folder.appending(path: name).resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0) > 0
    }

    func read(_ name: String) throws -> Data {
        try Data(contentsOf: folder.appending(path: name))
    }

    /// Captures every frame that crosses a switch.
    func capture(_ lan: String = mainSwitch) throws -> Capture {
        try Capture(lab: self, namespace: "\(name)-\(lan)", interface: "br0", file: "\(lan).pcap")
    }

    // MARK: Leftovers

    /// Namespaces and folders of runs whose process is gone, which could not remove them any more.
    private static func removeLeftovers() throws {
        let files = FileManager.default
        for namespace in (try? files.contentsOfDirectory(atPath: "/run/netns")) ?? [] where isLeftover(namespace) {
            guard let ip = Program.path(of: "ip") else { continue }
            _ = try Program(path: ip, ["netns", "del", namespace]).outcome(within: 10)
        }
        for folder in (try? files.contentsOfDirectory(atPath: files.temporaryDirectory.path)) ?? [] where isLeftover(folder) {
            try? files.removeItem(at: files.temporaryDirectory.appending(path: folder))
        }
    }

    /// `bh1234x1` and `bh1234x1-phone`, where no process has the number 1234.
    private static func isLeftover(_ name: String) -> Bool {
        guard let match = name.wholeMatch(of: /bh([0-9]+)x[0-9]+(-.*)?/), let owner = pid_t(match.1) else { return false }
        return kill(owner, 0) != 0 && errno == ESRCH
    }
}
