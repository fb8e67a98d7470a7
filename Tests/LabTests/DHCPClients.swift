import DHCPMessages
import Foundation
import Glibc
import Packets

/// DHCP clients as people run them, in the foreground and with files of their own in the lab's folder.
extension Station {
    /// dhcpcd asks by INFORM and ends. Its own definition of option 66 is a domain name, and a URL is none: it would print nothing.
    func informByDHCPCD(giveUpAfter seconds: Int = 20) throws -> Program.Outcome {
        let configuration = try lab.write("define 66 string provisioning_url\noption provisioning_url\n", to: "dhcpcd.conf")
        return try run("dhcpcd", "-4", "-T", "-f", configuration, "-t", "\(seconds)", "-s", "\(network)", "lab0")
    }

    /// dhcpcd says it is a snom; SIGUSR1 has it renew, SIGHUP rebind, SIGALRM release, SIGTERM end and keep its lease (dhcpcd(8)).
    ///
    /// Its leases and its sockets lie in fixed places; a namespace's programs have mounts of their own (ip-netns(8)).
    func dhcpcd(_ arguments: String...) throws -> Program {
        let configuration = try lab.write(
            "vendorclassid snomD735\noption domain_name_servers, domain_name\n", to: "\(namespace)/dhcpcd.conf")
        let script = try script(
            "dhcpcd",
            """
            mkdir -p /run/dhcpcd "$0.leases" "$0.run"
            mount --bind "$0.leases" /var/lib/dhcpcd && mount --bind "$0.run" /run/dhcpcd || exit 1
            exec dhcpcd "$@"
            """)
        return try lab.start(
            script, ["-4", "-B", "-d", "--noipv4ll", "-c", "/bin/true", "-f", configuration] + arguments + ["lab0"],
            in: namespace)
    }

    /// udhcpc says it is a snom; SIGUSR1 has it renew, and rebind where nobody answers, SIGUSR2 release.
    func udhcpc(_ arguments: String...) throws -> Program {
        try lab.start(
            "udhcpc",
            ["-f", "-i", "lab0", "-V", "snomD735", "-t", "5", "-T", "2", "-A", "1", "-s", try configuringScript()] + arguments,
            in: namespace)
    }

    /// The address that udhcpc is given, which it does not keep on the interface; `nil` for none.
    func addressByUDHCPC(_ arguments: String..., asPhone: Bool = true) throws -> String? {
        let outcome = try lab.run(
            "udhcpc",
            ["-f", "-n", "-q", "-t", "3", "-T", "2", "-i", "lab0", "-s", "/bin/true"] + (asPhone ? ["-V", "snomD735"] : [])
                + arguments, in: namespace)
        let line = outcome.text.split(separator: "\n").first { $0.contains("lease of ") }
        return line?.split(separator: " ").first { $0.hasPrefix("10.") }.map(String.init)
    }

    /// dhclient says it is a snom. Its leases stay in a file; `-r` releases what stands there.
    func dhclient(_ arguments: String...) throws -> Program {
        let configuration = try lab.write(
            "send vendor-class-identifier \"snomD735\";\ntimeout 20;\nretry 5;\nreboot 5;\ninitial-interval 1;\n",
            to: "\(namespace)/dhclient.conf")
        return try lab.start(
            "dhclient",
            [
                "-4", "-d", "-v", "-cf", configuration, "-sf", try configuringScript(), "-lf", dhclientLeases, "-pf",
                "\(dhclientLeases).pid",
            ]
                + arguments + ["lab0"], in: namespace)
    }

    var dhclientLeases: String { lab.folder.appending(path: "\(namespace)/dhclient.leases").path }

    /// Gives the interface the address that a client was told, and nothing else.
    private func configuringScript() throws -> String {
        try script(
            "configure",
            """
            address=${ip:-$new_ip_address}
            case "${reason:-$1}" in
            deconfig|EXPIRE|FAIL|RELEASE|STOP) ip addr flush dev "$interface" ;;
            bound|renew|BOUND|RENEW|REBIND|REBOOT)
                ip addr replace "$address/16" dev "$interface"
                [ ! -e "$0.decline" ] || { rm "$0.decline"; ip addr flush dev "$interface"; exit 1; } ;;
            esac
            """)
    }

    /// Has dhclient find that another has the address that it is told next, as its script may say (dhclient-script(8)).
    func letNextAddressBeTaken() throws { try lab.write("", to: "\(namespace)/configure.decline") }

    private func script(_ name: String, _ text: String) throws -> String {
        let path = try lab.write("#!/bin/sh\n" + text + "\n", to: "\(namespace)/\(name)")
        guard chmod(path, 0o755) == 0 else { throw LabFailure("chmod \(path)") }
        return path
    }

    /// Forgets the address, the server's hardware address, and what the last client left.
    func forgetAddresses() throws {
        try ip("addr", "flush", "dev", "lab0")
        try ip("neigh", "flush", "all", "nud", "all")
    }

    /// Has the address again that it began with.
    func takeBackAddress() throws { try ip("addr", "replace", "\(network)", "dev", "lab0") }

    /// A hardware address that no station has.
    static let nobody = MACAddress(bits: 0x02de_ad00_0001)

    /// What is sent to that address alone reaches nobody.
    func cutOff(_ address: IPv4Address) throws {
        try ip("neigh", "replace", "\(address)", "lladdr", Station.nobody.colons, "dev", "lab0", "nud", "permanent")
    }
}

/// What dhcpcd prints of option 66.
func toldURL(_ outcome: Program.Outcome) -> String? {
    outcome.output.split(separator: "\n").first { $0.hasPrefix("new_provisioning_url=") }
        .map { $0.dropFirst("new_provisioning_url=".count).trimmingCharacters(in: ["'"]) }
}

/// What a client asks about an address, by the table of RFC 2131 §4.3.6.
enum LeaseMessage: String {
    case discover, selecting, initReboot, renewing, rebinding, decline, release

    init?(_ heard: Heard) {
        guard let message = heard.dhcp, message.operation == DHCPMessage.request, let udp = heard.udp else { return nil }
        let isSelecting = message.options[.serverIdentifier] != nil
        switch message.type {
        case .discover?: self = .discover
        case .decline?: self = .decline
        case .release?: self = .release
        case .request? where message.clientAddress == .any: self = isSelecting ? .selecting : .initReboot
        case .request?: self = udp.destination == .broadcast ? .rebinding : .renewing
        default: return nil
        }
    }
}

extension Program {
    /// Sends a signal until the program says that it came: dhcpcd loses one while it waits for helpers of its own.
    func signal(_ number: Int32, until piece: String) throws {
        try eventually("signal \(number) was not heard", showing: { self.text }) {
            signal(number)
            return (try? eventually("", within: 2) { text.contains(piece) }) != nil
        }
    }
}
