import Foundation
import Glibc
import TestSupport

//  bellhop: eth1        phone: eth0           router: eth0, dnsmasq
//  192.168.50.1         192.168.50.31         192.168.50.254
//     └───────── switch ───┴─────────────────────┘
//
/// Where the commands of one page of documentation are run: each machine has /etc, /srv, /var/lib, /var/log and /run of its own.
final class PageScene {
    /// The prompts of a page, and the machines that they stand for.
    static let prompts = ["$ ": "bellhop", "phone$ ": "phone", "router$ ": "router"]

    let lab: Lab
    /// The process that holds a machine's mounts and processes together: with it they end.
    private var machines: [String: Int32] = [:]
    private var holders: [Program] = []
    /// What no page installs: sudo, and systemd as far as one service needs it.
    private let programs: String

    /// - Parameters:
    ///   - isBench: nobody but bellhop gives addresses, and the phone has none.
    ///   - isLeasing: the router gives the phone its address.
    init(isBench: Bool, isLeasing: Bool) throws {
        lab = try Lab()
        programs = lab.folder.appending(path: "bin").path
        let stations = [
            ("bellhop", "eth1", try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "192.168.50.1/24")),
            ("phone", "eth0", try lab.station("phone", mac: "00:04:13:12:34:56", address: "192.168.50.31/24")),
            ("router", "eth0", try lab.station("router", mac: "02:00:00:00:00:fe", address: "192.168.50.254/24")),
        ]
        try addPrograms()
        for (role, interface, station) in stations {
            try station.ip("link", "set", "lab0", "down")
            try station.ip("link", "set", "lab0", "name", interface, "up")
            try station.ip("route", "replace", "224.0.0.0/4", "dev", interface)
            machines[role] = try machine(station)
        }
        for name in ["start": "snom-desk", "router": "snom-desk-relayed"] {
            let sample = repository.appending(path: "Tests/ProvisioningTests/Captures/\(name.value).pcap")
            try FileManager.default.copyItem(at: sample, to: URL(filePath: path(of: "/srv/\(name.key).pcap")))
        }
        if isBench || isLeasing { try stations[1].2.ip("addr", "flush", "dev", "eth0") }
        if isLeasing {
            let command = "dnsmasq --conf-file=/dev/null --port=0 --interface=eth0 --user=root --leasefile-ro --pid-file= "
            _ = try run(command + "--dhcp-range=192.168.50.31,192.168.50.31,1h", on: "router")
        }
    }

    /// Keeps a station's mounts, and is process 1 of what runs there.
    private func machine(_ station: Station) throws -> Int32 {
        let folder = lab.folder.appending(path: "machine-\(station.namespace)").path
        let script = """
            mkdir -p \(folder)/{etc,work,srv,lib,log,run}
            mount -t overlay overlay -o lowerdir=/etc,upperdir=\(folder)/etc,workdir=\(folder)/work /etc || exit 1
            for name in lib log; do mount --bind \(folder)/$name /var/$name; done
            for name in srv run; do mount --bind \(folder)/$name /$name; done
            echo ready
            # What is left without a parent is this shell's to wait for.
            sleep infinity & wait
            """
        let holder = try lab.start(
            "unshare", ["--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "bash", "-c", script], in: station.namespace
        )
        holders.append(holder)
        try holder.wait(for: "ready")
        let children = try String(contentsOfFile: "/proc/\(holder.pid)/task/\(holder.pid)/children", encoding: .utf8)
        guard let child = children.split(separator: " ").first.flatMap({ Int32($0) }) else { throw LabFailure("no machine") }
        return child
    }

    func end() {
        // unshare(1) heeds no other signal while it waits.
        for holder in holders { holder.signal(SIGKILL) }
        lab.remove()
    }

    /// Runs a line of shell on a machine.
    func run(_ command: String, on role: String) throws -> Program.Outcome {
        guard let machine = machines[role] else { throw LabFailure("there is no machine \(role)") }
        let path = "\(programs):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"):/usr/sbin:/sbin"
        return try lab.run(
            "nsenter",
            ["-t", "\(machine)", "-m", "-n", "-p", "env", "PATH=\(path)", "bash", "-c", "cd /srv; \(command)"])
    }

    /// Where a file of bellhop's machine lies, or of the router's where it is another program's.
    func path(of file: String) -> String {
        let isBellhops = file.hasPrefix("/srv") || file.hasPrefix("/etc/bellhop")
        return "/proc/\(machines[isBellhops ? "bellhop" : "router"] ?? 0)/root\(file)"
    }

    /// Puts a file where a page says that it is.
    func write(_ text: String, to file: String) throws {
        let url = URL(filePath: path(of: file))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: false, encoding: .utf8)
    }

    /// Whether the kernel knows interfaces with VLAN tags.
    func knowsVLANs() throws -> Bool {
        try run("ip link add link eth0 name probe type vlan id 9 && ip link del probe", on: "router").status == 0
    }

    private func addPrograms() throws {
        let unit = repository.appending(path: "systemd/bellhop.service").path
        let scripts = [
            "sudo": "exec \"$@\"",
            "chown": "exec /bin/chown \"${1%%:*}\" \"${@:2}\"",
            "journalctl": "exec cat /var/log/bellhop",
            // What the unit executes, on the machine where it is asked for.
            "systemctl": """
            start() {
                line=$(sed -n 's#^ExecStart=/usr/bin/##p' \(unit))
                touch /var/log/bellhop
                setsid $line </dev/null >>/var/log/bellhop 2>&1 & echo $! >/run/bellhop.pid
                until grep -q ^ready /var/log/bellhop; do kill -0 $! || exit 1; sleep 0.05; done
            }
            stop() {
                pid=$(cat /run/bellhop.pid); kill "$pid"
                while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
                rm /var/log/bellhop
            }
            count() { grep -c event=configuration /var/log/bellhop || true; }
            case "$*" in
            "start bellhop" | "enable --now bellhop") start ;;
            "stop bellhop") stop ;;
            "restart bellhop") stop; start ;;
            "reload bellhop") before=$(count); kill -HUP "$(cat /run/bellhop.pid)"; while [ "$(count)" = "$before" ]; do sleep 0.05; done ;;
            *) echo "systemctl: not in this lab: $*" >&2; exit 1 ;;
            esac
            """,
        ]
        for (name, script) in scripts { try lab.write("#!/bin/bash\n\(script)\n", to: "bin/\(name)") }
        for name in ["bellhop", "phonesim"] {
            try lab.write("#!/bin/bash\nexec \(try Bellhop.binary(name)) \"$@\"\n", to: "bin/\(name)")
        }
        for name in scripts.keys + ["bellhop", "phonesim"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(programs)/\(name)")
        }
    }
}
