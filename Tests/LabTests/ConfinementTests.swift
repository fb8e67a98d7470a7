import Foundation
import Glibc
import Packets
import TestSupport
import Testing

//  bellhop, confined    phone
//  10.9.0.1             10.9.0.10
//     └─────── switch ──────┘
final class ConfinementScene: Scene {
    static let unit = repository.appending(path: "systemd/bellhop.service").path
    static let account = "nobody"
    static let configuration = "root: tree\ndevices: devices.csv\n"

    let lab: Lab
    let server: Station
    let phone: Station

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        // The account reads the configuration and the tree, and has a folder for its state, as the unit gives it one.
        for (path, mode) in [("", 0o711), ("state", 0o750)] {
            let folder = lab.folder.appending(path: path).path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            chmod(folder, mode_t(mode))
        }
        guard let entry = getpwnam(ConfinementScene.account)?.pointee else { throw LabFailure("there is no account nobody") }
        chown(lab.folder.appending(path: "state").path, entry.pw_uid, entry.pw_gid)
    }

    /// What runs a program as the unit would.
    static func confined(_ words: String...) -> [String] {
        ["/usr/bin/python3", repository.appending(path: "Tests/LabTests/Scenarios/confined.py").path, unit, account] + words
    }

    /// Boots a phone: it asks by DHCP and PnP, and fetches a file over HTTP and TFTP.
    func boot() throws {
        let url = try #require(try InformClient(phone).provisioningURL())
        #expect(url.hasPrefix("http://10.9.0.1/"))
        _ = try SIPPhone(phone).provision(server: server.address)
        for scheme in ["http", "tftp"] {
            let outcome = try phone.run("curl", "-sSf", "-o", "/dev/null", "\(scheme)://10.9.0.1/snomD735.htm")
            #expect(outcome.status == 0, "\(scheme): \(outcome.text)")
        }
    }

    /// A line of the daemon's `/proc/PID/status`.
    func status(_ bellhop: Bellhop, _ field: String) throws -> String? {
        let text = try String(contentsOfFile: "/proc/\(bellhop.program.pid)/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(field):") }
        return line.map { $0.dropFirst(field.count + 1).trimmingCharacters(in: .whitespaces) }
    }
}

extension LabTests.Wire {
    @Suite(.scene(ConfinementScene.self)) struct ConfinementTests {
        private let lab: ConfinementScene = scene()

        @Test func `T15 systemd finds the unit's exposure to be 1,5 at most, and nothing wrong with it`() throws {
            let exposure = try lab.lab.run(
                "systemd-analyze", ["security", "--offline=true", "--threshold=15", "--no-pager", ConfinementScene.unit])
            #expect(exposure.status == 0, "\(exposure.text)")
            let faults = try lab.lab.run("systemd-analyze", ["verify", "--man=no", ConfinementScene.unit]).text
            // Only that the program is not installed here.
            #expect(faults.split(separator: "\n").allSatisfy { $0.contains("/usr/bin/bellhop is not executable") }, "\(faults)")
        }

        @Test func `what a run as root leaves in the state folder is its owner's, and a database that is not is named`() throws {
            let state = lab.lab.folder.appending(path: "state").path
            func clear() throws {
                for name in try FileManager.default.contentsOfDirectory(atPath: state) {
                    try FileManager.default.removeItem(atPath: "\(state)/\(name)")
                }
            }
            func run(_ flags: String...) throws -> Bellhop {
                let bellhop = try Bellhop(on: lab.server, ConfinementScene.configuration, flags: flags)
                bellhop.program.end()
                return bellhop
            }
            try clear()
            defer { try? clear() }
            #expect(try run().count(of: "ledger.unavailable") == 0)
            #expect(try run("--user", ConfinementScene.account).count(of: "ledger.unavailable") == 0)

            try #require(chown("\(state)/bellhop.db", 0, 0) == 0)
            let said = try #require(try run("--user", ConfinementScene.account).log("ledger.unavailable").first?["text"])
            #expect(
                said == "\(state)/bellhop.db belongs to root, and bellhop runs as nobody, who may not write it: "
                    + "`chown nobody \(state)/bellhop.db*`")
        }

        @Test(
            arguments: [
                ["unshare", "-n", "true"], ["python3", "-c", "import mmap; mmap.mmap(-1, 4096, prot=7)"],
                ["python3", "-c", "import socket; socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)"], ["chroot", "/", "true"],
                ["python3", "-c", "import os; os.setuid(0)"],
                ["python3", "-c", "import os; os.sched_setaffinity(0, {0})"],
            ])
        func `T15 the test's confinement forbids what the unit forbids`(_ words: [String]) throws {
            let free = try lab.server.run(words[0], Array(words.dropFirst()))
            #expect(free.status == 0, "\(free.text)")
            let wrapper = ConfinementScene.confined()
            #expect(try lab.server.run(wrapper[0], wrapper.dropFirst() + ["true"]).status == 0)
            #expect(try lab.server.run(wrapper[0], wrapper.dropFirst() + words).status != 0)
        }

        @Test func `T15 the daemon does its work under the unit's restrictions`() throws {
            let bellhop = try Bellhop(
                on: lab.server, ConfinementScene.configuration, under: ConfinementScene.confined())
            defer { bellhop.program.end() }
            try lab.boot()
            #expect(try lab.status(bellhop, "CapEff") == "0000000000002400")
            #expect(try lab.status(bellhop, "CapBnd") == "0000000000002400")
            #expect(try lab.status(bellhop, "NoNewPrivs") == "1")
            #expect(try lab.status(bellhop, "Seccomp") == "2")
            try bellhop.reload(ConfinementScene.configuration + "http: {port: 8080}\n")
            // Interfaces are opened again behind that.
            try eventually("it did not serve again", showing: { bellhop.program.text }) {
                bellhop.count(of: "interface.open") == 2
            }
            #expect(try InformClient(lab.phone).provisioningURL() == "http://10.9.0.1:8080/")
            #expect(bellhop.log("configuration.refused").isEmpty)
            #expect(bellhop.log.filter { $0.text.contains("not permitted") }.map(\.text) == [])
        }

        @Test func `T15 without systemd it gives up root by itself`() throws {
            let bellhop = try Bellhop(
                on: lab.server, ConfinementScene.configuration, "--user", ConfinementScene.account,
                under: ["setpriv", "--groups", "0,4"])
            defer { bellhop.program.end() }
            try lab.boot()
            let account = try #require(getpwnam(ConfinementScene.account)?.pointee)
            let uid = "\(account.pw_uid)"
            #expect(try lab.status(bellhop, "Uid")?.split(separator: "\t").map(String.init) == [uid, uid, uid, uid])
            for field in ["CapEff", "CapPrm"] { #expect(try lab.status(bellhop, field) == "0000000000002400") }
            for field in ["CapInh", "CapBnd"] { #expect(try lab.status(bellhop, field) == "0000000000000000") }
            #expect(try lab.status(bellhop, "NoNewPrivs") == "1")
            let own = try lab.server.run("id", "-G", ConfinementScene.account).output.split(whereSeparator: \.isWhitespace)
            #expect(try lab.status(bellhop, "Groups")?.split(separator: " ") == own)
        }

        @Test func `T15 an account that there is not is said so`() throws {
            let outcome = try Bellhop.run(lab.lab, "run", "--user", "no-such-account", in: lab.server)
            #expect(outcome.status == 64 && outcome.errors.contains("no such account"), "\(outcome.text)")
        }

        @Test func `T15 it maps no library that only commands need`() throws {
            let bellhop = try Bellhop(on: lab.server, ConfinementScene.configuration)
            defer { bellhop.program.end() }
            try lab.boot()
            let maps = try lab.server.run("cat", "/proc/\(bellhop.program.pid)/maps").output
            let names = Set(maps.split(separator: "\n").compactMap { $0.split(separator: "/").last.map(String.init) })
            #expect(names.contains { $0.hasPrefix("libgnutls") })
            let foreign = ["libcurl", "libxml2", "libpq", "libcrypto", "libicu", "libkrb5", "libldap", "libssh", "librtmp"]
            #expect(names.filter { name in foreign.contains { name.hasPrefix($0) } } == [])
        }

        @Test(arguments: [
            ("libcurl-gnutls.so.4", "resync", ["00:04:13:12:34:56", "--yes"], "libcurl3-gnutls"),
            ("libxml2.so.2", "lint", [], "libxml2"),
        ])
        func `a command whose library is not there says which package brings it`(
            library: String, command: String, words: [String], package: String
        ) throws {
            let bellhop = try Bellhop(on: lab.server, ConfinementScene.configuration + "state: state\n")
            defer { bellhop.program.end() }
            let hiding = """
                file=$(ldconfig -p | sed -n 's/.* => //p' | grep -F "/$1" | head -n 1)
                mount --bind /dev/null "$file" && shift && exec "$@"
                """
            let path = Bellhop.configurationPath(lab.lab)
            let outcome = try lab.server.run(
                "unshare",
                ["--mount", "sh", "-c", hiding, "sh", library, try Bellhop.binary(), command, "--config", path] + words)
            #expect(outcome.status == 69, "\(outcome.text)")
            #expect(outcome.errors.contains("cannot be loaded"), "\(outcome.text)")
            #expect(outcome.errors.contains("; install the package \(package)"), "\(outcome.text)")
        }

        @Test func `T15 it executes no other program`() throws {
            let trace = lab.lab.folder.appending(path: "trace").path
            let bellhop = try Bellhop(
                on: lab.server, ConfinementScene.configuration,
                under: ["strace", "-D", "-f", "-qq", "-e", "trace=execve,execveat", "-o", trace])
            try lab.boot()
            bellhop.program.signal(SIGTERM)
            try eventually("it did not end") { !bellhop.program.isRunning }
            let calls = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n").filter { $0.contains("exec") }
            #expect(calls.count == 1, "\(calls)")
        }
    }
}
