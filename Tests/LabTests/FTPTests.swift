import Foundation
import Glibc
import LinuxSystem
import Packets
import Testing

//  bellhop, ftp at 21      phone           stranger
//  10.9.0.1                10.9.0.10       10.9.0.20
//     └───────────────── switch ──────────────┘
final class FTPScene: Scene {
    let lab: Lab
    let server: Station
    let phone: Station
    let stranger: Station
    let bellhop: Bellhop
    /// What the daemon has open while nobody asks it anything.
    let idleDescriptors: Int

    static let configuration = """
        root: tree
        devices: devices.csv
        http: {port: 8080}
        ftp: {passive-ports: 50000-50499}

        """
    static let password =
        "rules: [{match: {vendor: yealink}, auth: {user: phones, password: correct horse too, scheme: basic}}]\n"

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        // A phone that is elsewhere.
        try lab.write("mac,user,password\n00:04:13:12:34:58,alice,correct horse\n", to: "devices.csv")
        try lab.write("for who knows the word", to: "tree/yealink/common.cfg")
        try lab.write("common", to: "tree/common.cfg")
        try lab.write("its own", to: "tree/devices/000413123458/common.cfg")
        try SampleFiles.write(to: lab)
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        stranger = try lab.station("stranger", mac: "02:00:00:00:00:09", address: "10.9.0.20/16")
        bellhop = try Bellhop(on: server, FTPScene.configuration + FTPScene.password)
        idleDescriptors = try bellhop.descriptorsAtRest()
    }

    func descriptors() throws -> Int { try bellhop.openDescriptors() }

    func check() throws {
        #expect(!bellhop.program.text.contains("horse"))
        let timeline = try lab.run(
            "sqlite3", [lab.folder.appending(path: "state/bellhop.db").path, ".dump"])
        #expect(timeline.output.contains("file.served") && !timeline.text.contains("horse"))
    }
}

extension LabTests.Files {
    @Suite(.scene(FTPScene.self)) struct FTPTests {
        private let lab: FTPScene = scene()
        private let url = "ftp://10.9.0.1/"

        private func curl(_ arguments: String..., from station: Station? = nil) throws -> Program.Outcome {
            try lab.lab.run("curl", ["-sS"] + arguments, in: (station ?? lab.phone).namespace)
        }

        @Test(arguments: SampleFiles.sizes)
        func `curl, lftp, wget and busybox get every byte`(size: Int) throws {
            let wanted = SampleFiles.bytes(size)
            func got(_ name: String, _ outcome: Program.Outcome) throws {
                #expect(outcome.status == 0, "\(name): \(outcome.text)")
                #expect(try lab.lab.read(name) == wanted, "\(name)")
            }
            let file = "\(size).bin"
            try got("curl", curl(url + file, "-o", "curl"))
            try got("curl-pasv", curl("--disable-epsv", url + file, "-o", "curl-pasv"))
            try got("wget", lab.phone.run("wget", "-q", "-O", "wget", url + file))
            try got("busybox", lab.phone.run("busybox", "ftpget", "10.9.0.1", "busybox", file))
            let script = "set net:max-retries 1; set net:timeout 10; set xfer:clobber yes; get \(file) -o lftp; exit"
            try got("lftp", lab.phone.run("lftp", "-e", script, "10.9.0.1"))
        }

        @Test func `curl goes on where it stopped, and takes a part`() throws {
            let whole = SampleFiles.bytes(32 << 20)
            try lab.lab.write(whole.prefix(1_000_000), to: "resumed")
            #expect(try curl("-C", "-", url + "\(32 << 20).bin", "-o", "resumed").status == 0)
            #expect(try lab.lab.read("resumed") == whole)
            #expect(try curl("-r", "512-1023", url + "\(32 << 20).bin", "-o", "part").status == 0)
            #expect(try lab.lab.read("part") == whole[512..<1024])
            #expect(try curl("-r", "-100", url + "\(32 << 20).bin", "-o", "tail").status == 0)
            #expect(try lab.lab.read("tail") == whole.suffix(100))
        }

        @Test func `active FTP and uploads are refused, and nothing is written`() throws {
            // 30: the server refused PORT and EPRT; 25: it refused STOR.
            #expect(try curl("--ftp-port", "-", url + "common.cfg").status == 30)
            let tree = lab.lab.folder.appending(path: "tree").path
            let before = try FileManager.default.subpathsOfDirectory(atPath: tree).sorted()
            #expect(try curl("-T", Bellhop.configurationPath(lab.lab), url + "upload.cfg").status == 25)
            #expect(try curl("-Q", "DELE common.cfg", url + "common.cfg").status == 21)
            #expect(try FileManager.default.subpathsOfDirectory(atPath: tree).sorted() == before)
            try lab.bellhop.wait(
                for: "file.refused", mac: lab.phone.mac, ["name": "/upload.cfg", "by": "ftp", "status": "502"])
            try lab.bellhop.wait(for: "file.refused", ["name": "/common.cfg", "by": "ftp", "status": "502"])
        }

        @Test func `what is not there is refused once it is asked for, and the timeline says so`() throws {
            #expect(try curl(url + "no/such.cfg").status == 78)
            try lab.bellhop.wait(for: "file.refused", ["name": "/no/such.cfg", "by": "ftp", "status": "550"])
        }

        @Test func `a list has no folders and no phone's own files`() throws {
            let names = try curl("--list-only", url).output.split(whereSeparator: \.isNewline)
            #expect(names.contains("common.cfg") && names.contains("513.bin"))
            #expect(!names.contains("devices") && !names.contains("snom"))
            let lines = try curl(url).output.split(whereSeparator: \.isNewline)
            #expect(lines.contains { $0.hasPrefix("-r--r--r--") && $0.contains(" 513 ") && $0.hasSuffix(" 513.bin") })
            let lftp = try lab.phone.run("lftp", "-e", "set net:max-retries 1; cls -1; exit", "10.9.0.1")
            #expect(lftp.output.split(whereSeparator: \.isNewline).contains("common.cfg"))
        }

        @Test func `a device that logs in gets its own files, wherever it is; a wrong password gets none`() throws {
            let login = "--user"
            #expect(try curl(url + "common.cfg", from: lab.stranger).output == "common")
            #expect(try curl(login, "alice:correct horse", url + "common.cfg", from: lab.stranger).output == "its own")
            // 67: the login was refused.
            #expect(try curl(login, "alice:wrong horse", url + "common.cfg", from: lab.stranger).status == 67)
            #expect(try curl("ftp://alice:wrong%20horse@10.9.0.1/common.cfg", from: lab.stranger).status == 67)
            try lab.bellhop.wait(
                for: "file.served", mac: MACAddress(bits: 0x0004_1312_3458),
                ["address": "10.9.0.20", "name": "common.cfg", "by": "ftp"])
            try lab.bellhop.wait(for: "ftp.login-refused", ["address": "10.9.0.20"])
            // Its password made nobody a phone.
            #expect(try curl(url + "common.cfg", from: lab.stranger).output == "common")
        }

        @Test func `T9 what takes a password by HTTP takes it by FTP, and is not given by TFTP, which knows none`() throws {
            let path = "10.9.0.1/yealink/common.cfg"
            let login = ["--user", "phones:correct horse too"]
            for (asking, refusal) in [("http://10.9.0.1:8080/yealink/common.cfg", "401"), ("ftp://\(path)", "530")] {
                let refused = try curl("-v", asking)
                #expect(!refused.output.contains("for who knows") && refused.errors.contains(refusal), "\(refused.text)")
                let given = try lab.lab.run("curl", ["-sS"] + login + [asking], in: lab.phone.namespace)
                #expect(given.output == "for who knows the word", "\(given.text)")
            }
            // 69: access violation, RFC 1350's error 2.
            #expect(try curl("tftp://\(path)").status == 69)
            try lab.bellhop.wait(for: "file.refused", ["name": "yealink/common.cfg", "by": "tftp", "why": "unauthorized"])
            let names = try curl("--list-only", url + "yealink/").output
            #expect(!names.contains("common.cfg"), "not even that it is there")
        }

        @Test func `RFC 2577: another host that comes to the data port gets nothing, and the phone its file`() throws {
            let phone = try FTPPhone(lab.phone, lab.server.address)
            #expect(try phone.say("USER ftp").hasPrefix("331"))
            #expect(try phone.say("PASS x").hasPrefix("230"))
            let port = try phone.passivePort()
            #expect((50_000...50_499).contains(port))
            #expect(try phone.say("RETR 513.bin").hasPrefix("150"))
            let stolen = try LabConnection(lab.stranger, to: lab.server.address, port: port)
            #expect(try stolen.receiveToEnd().isEmpty)
            try lab.bellhop.wait(for: "ftp.stranger-refused", ["address": "10.9.0.20", "client": "10.9.0.10"])
            let own = try LabConnection(lab.phone, to: lab.server.address, port: port)
            #expect(Data(try own.receiveToEnd()) == SampleFiles.bytes(513))
        }

        @Test func `a hundred sessions at once get their file, and every descriptor comes back`() throws {
            try eventually("sessions of other tests are still open") { try lab.descriptors() == lab.idleDescriptors }
            let script = """
                import ftplib, hashlib, os, time
                size = \(32 << 20)
                sessions = [ftplib.FTP('10.9.0.1', timeout=120) for _ in range(100)]
                for session in sessions: session.login()
                connections = [session.transfercmd('RETR %d.bin' % size) for session in sessions]
                digests = [hashlib.sha256() for _ in sessions]
                lengths = [0] * 100
                for number, connection in enumerate(connections):
                    while lengths[number] < 1000000:
                        bytes = connection.recv(65536)
                        if not bytes: break
                        digests[number].update(bytes[:1000000 - lengths[number]])
                        lengths[number] += len(bytes)
                print('open', flush=True)
                while not os.path.exists('counted'): time.sleep(0.01)
                for session, connection in list(zip(sessions, connections))[:50]:
                    session.abort()
                    connection.close()
                print(len(set(digest.hexdigest() for digest in digests)), digests[0].hexdigest())
                """
            let client = try lab.lab.start("python3", ["-c", script], in: lab.phone.namespace)
            try client.wait(for: "open")
            // A control connection, a data connection and a file each.
            let open = try lab.descriptors()
            #expect(open == lab.idleDescriptors + 300)
            try lab.lab.write("", to: "counted")
            let outcome = try client.outcome(within: 120)
            try lab.lab.write(SampleFiles.bytes(32 << 20).prefix(1_000_000), to: "million")
            let digest = try lab.phone.run("sha256sum", "million").output.prefix(64)
            #expect(outcome.output.contains("1 \(digest)"), "\(outcome.text)")
            try eventually("descriptors are missing") { try lab.descriptors() == lab.idleDescriptors }
        }

        @Test func `a simulated phone boots by FTP`() throws {
            try lab.bellhop.reload(
                FTPScene.configuration + "rules: [{match: {vendor: snom}, url: \"ftp://{server}/snomD735.htm\"}]\n")
            try lab.bellhop.wait(for: "configuration.loaded", ["rules": "1"])
            let simulator = (try Bellhop.binary() as NSString).deletingLastPathComponent + "/phonesim"
            let outcome = try lab.lab.run(
                simulator, ["--interface", "lab0", "--family", "snom-desk", "--mac", "00:04:13:12:34:56"], in: lab.phone.namespace
            )
            #expect(outcome.status == 0, "\(outcome.text)")
            #expect(outcome.output.contains("ftp://10.9.0.1/"), "\(outcome.text)")
            try lab.bellhop.wait(for: "file.served", mac: lab.phone.mac, ["name": "snomD735.htm", "by": "ftp"])
        }
    }

    @Suite(.scene(FTPPortScene.self)) struct FTPPortTests {
        private let lab: FTPPortScene = scene()
        private static let told = """
            root: tree
            http: {port: 8080}
            ftp: {port: 2121}
            rules: [{match: {vendor: snom}, url: "ftp://{server}/snomD735.htm"}]
            """

        @Test func `phones are told of the port, and are told nothing while another program has it`() throws {
            do {
                let holder = try lab.server.inside { try TCPListener(address: .any, port: 2121) }
                let bellhop = try Bellhop(on: lab.server, FTPPortTests.told)
                defer { bellhop.program.end() }
                try bellhop.wait(for: "ftp.port-taken", ["port": "2121"])
                try InformClient(lab.phone).ask()
                try bellhop.wait(for: "ignored", mac: lab.phone.mac, ["reason": "scheme-not-served"])
                #expect(try lab.phone.run("curl", "-s", "http://10.9.0.1:8080/snomD735.htm").status == 0)
                // A reload changes nothing of it.
                try bellhop.reload(FTPPortTests.told + "\nurl: \"http://{server}/\"\n")
                try bellhop.wait(for: "configuration.loaded")
                let phone = try SIPPhone(lab.phone)
                try phone.multicast(phone.request())
                try bellhop.wait(
                    for: "ignored", mac: lab.phone.mac, ["kind": "pnp-subscribe", "reason": "scheme-not-served"])
                withExtendedLifetime(holder) {}
                holder.close()
                try bellhop.reload(FTPPortTests.told)
                try eventually("it never served FTP", showing: { bellhop.program.text }) {
                    bellhop.count(of: "configuration.loaded") == 2
                }
                #expect(try InformClient(lab.phone).provisioningURL() == "ftp://10.9.0.1:2121/snomD735.htm")
                #expect(try lab.phone.run("curl", "-s", "ftp://10.9.0.1:2121/snomD735.htm").status == 0)
                #expect(bellhop.count(of: "interface.open") == 1)
            }
            let alone = try Bellhop(on: lab.server, FTPPortTests.told)
            defer { alone.program.end() }
            #expect(try InformClient(lab.phone).provisioningURL() == "ftp://10.9.0.1:2121/snomD735.htm")
            #expect(try lab.phone.run("curl", "-s", "ftp://10.9.0.1:2121/snomD735.htm").status == 0)
        }

        @Test func `FTP is off until a reload names it, and off again after one that does not`() throws {
            let bellhop = try Bellhop(on: lab.server, "root: tree\nhttp: {port: 8080}\n")
            defer { bellhop.program.end() }
            func status() throws -> Int32 { try lab.phone.run("curl", "-s", "ftp://10.9.0.1/snomD735.htm").status }
            // 7: nobody listens.
            #expect(try status() == 7)
            try bellhop.reload("root: tree\nhttp: {port: 8080}\nftp: {}\n")
            try bellhop.wait(for: "configuration.loaded")
            #expect(try status() == 0)
            try bellhop.reload("root: tree\nhttp: {port: 8080}\n")
            try eventually("the configuration was not loaded") { bellhop.log("configuration.loaded").count == 2 }
            #expect(try status() == 7)
        }
    }
}

final class FTPPortScene: Scene {
    let lab: Lab
    let server: Station
    let phone: Station

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
    }
}
