import Foundation
import Packets
import Testing

//  bellhop                 phone                          laptop
//  10.9.0.1                10.9.0.10, 10.9.1.1 to .10     10.9.0.20
//     └──────── switch ──────────┴──────────────────────────┘
final class WebScene: Scene {
    let lab: Lab
    let server: Station
    let phone: Station
    let laptop: Station

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        laptop = try lab.station("laptop", mac: "52:54:00:00:00:07", address: "10.9.0.20/16")
        try openssl("req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=lab -keyout ca.key -out ca.pem")
        try lab.write("subjectAltName=IP:10.9.0.1\n", to: "server.ext")
        try sign("server", subject: "/CN=bellhop", extensions: "server.ext")
        try lab.write("small file\n", to: "tree/small.cfg")
        try lab.write("the phone's own\n", to: "tree/devices/000413123456/own.xml")
    }

    /// `NAME.pem` and `NAME.key` in the lab's folder, signed by `ca.pem`.
    func sign(_ name: String, subject: String, extensions: String? = nil) throws {
        try openssl("req -newkey rsa:2048 -nodes -subj \(subject) -keyout \(name).key -out \(name).csr")
        let more = extensions.map { " -extfile \($0)" } ?? ""
        try openssl("x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 90 -out \(name).pem\(more)")
    }

    private func openssl(_ arguments: String) throws {
        let outcome = try lab.run("openssl", arguments.split(separator: " ").map(String.init))
        guard outcome.status == 0 else { throw LabFailure("openssl \(arguments): \(outcome.text)") }
    }

    func path(_ name: String) -> String { lab.folder.appending(path: name).path }

    static let https = "https: {port: 8443, certificate: server.pem, key: server.key}\n"
    static let plain = "root: tree\nhttp: {port: 8080}\n"
}

extension LabTests {
    @Suite(.scene(WebScene.self)) struct WebTests {
        private let lab: WebScene = scene()

        private func curl(_ arguments: String..., from station: Station? = nil, seconds: Double = 60) throws -> Program.Outcome {
            let always = ["--silent", "--show-error", "--cacert", lab.path("ca.pem")]
            return try lab.lab.run("curl", always + arguments, in: (station ?? lab.phone).namespace, seconds: seconds)
        }

        private func areEqual(_ one: String, _ other: String) throws -> Bool {
            try lab.lab.run("cmp", [lab.path(one), lab.path(other)], seconds: 120).status == 0
        }

        /// Keeps the first part of a download, as if the line had broken.
        private func cut(_ name: String, to size: Int) throws {
            try FileHandle(forWritingTo: lab.lab.folder.appending(path: name)).truncate(atOffset: UInt64(size))
        }

        @Test func `H6 long files arrive byte for byte, at once and in two parts, by curl and by wget, over HTTP and HTTPS`()
            throws
        {
            for (name, size) in [("firmware.bin", 32 << 20), ("image.bin", 1 << 30)] {
                let made = try lab.lab.run("sh", ["-c", "head -c \(size) /dev/urandom > tree/\(name)"], seconds: 120)
                try #require(made.status == 0, "\(made.text)")
            }
            let bellhop = try Bellhop(on: lab.server, WebScene.plain + WebScene.https)
            defer { bellhop.program.end() }
            let plain = "http://10.9.0.1:8080"
            for base in [plain, "https://10.9.0.1:8443"] {
                #expect(try curl("-o", "got", "\(base)/firmware.bin").status == 0)
                #expect(try areEqual("got", "tree/firmware.bin"))
                try cut("got", to: 10_000_001)
                #expect(try curl("-C", "-", "-o", "got", "\(base)/firmware.bin").status == 0)
                #expect(try areEqual("got", "tree/firmware.bin"))
            }
            try cut("got", to: 20_000_002)
            let wget = try lab.phone.run("wget", "-q", "-c", "-O", "got", "\(plain)/firmware.bin")
            #expect(wget.status == 0, "\(wget.text)")
            #expect(try areEqual("got", "tree/firmware.bin"))
            #expect(try curl("-o", "got", "\(plain)/image.bin", seconds: 300).status == 0)
            #expect(try areEqual("got", "tree/image.bin"))
            try cut("got", to: 600_000_003)
            #expect(try curl("-C", "-", "-o", "got", "\(plain)/image.bin", seconds: 300).status == 0)
            #expect(try areEqual("got", "tree/image.bin"))
            try bellhop.wait(for: "file.served", ["name": "image.bin", "bytes": "\((1 << 30) - 600_000_003)"])
            for name in ["got", "tree/firmware.bin", "tree/image.bin"] {
                try FileManager.default.removeItem(at: lab.lab.folder.appending(path: name))
            }
        }

        @Test func `H5 a phone that polls gets 304 until the file is another one, which it gets at once`() throws {
            let bellhop = try Bellhop(on: lab.server, WebScene.plain)
            defer { bellhop.program.end() }
            let poll = {
                try self.curl(
                    "--etag-compare", "etag", "--etag-save", "etag", "-w", "%{http_code}", "http://10.9.0.1:8080/polled.cfg"
                ).output
            }
            try lab.lab.write("one ", to: "tree/polled.cfg")
            #expect(try poll() == "one 200")
            #expect(try poll() == "304")
            try lab.lab.write("two ", to: "tree/polled.cfg")
            #expect(try poll() == "two 200")
            #expect(try poll() == "304")
            try bellhop.wait(for: "file.served", ["name": "polled.cfg", "unchanged": "true"])
        }

        @Test func `H9 a phone fetches with its serial number as user and password, by Digest, and the log never holds it`()
            throws
        {
            try lab.lab.write("mac,serial\n00:80:9f:12:34:56,SN4711\n", to: "devices.csv")
            try lab.lab.write("<settings/>\n", to: "tree/00809F123456.xml")
            let bellhop = try Bellhop(
                on: lab.server,
                WebScene.plain + """
                    devices: devices.csv
                    rules:
                      - match: {mac: "00:80:9f"}
                        auth: {user: "{serial}", password: "{serial}", scheme: digest}

                    """, "--verbose")
            defer { bellhop.program.end() }
            let url = "http://10.9.0.1:8080/00809F123456.xml"
            #expect(try curl("--digest", "--user", "SN4711:SN4711", url).output == "<settings/>\n")
            for wrong in [["--digest", "--user", "SN4711:guess4712"], ["--basic", "--user", "SN4711:SN4711"], []] {
                let outcome = try lab.phone.run("curl", wrong: wrong, url)
                #expect(outcome.output == "401", "\(wrong)")
            }
            // An old phone that knows MD5 alone.
            let old = try lab.phone.run("wget", "-q", "-O", "-", "--user=SN4711", "--password=SN4711", url)
            #expect(old.status == 0 || old.status == 6, "\(old.text)")
            try bellhop.wait(for: "file.refused", ["status": "401"])
            #expect(!bellhop.program.text.contains("SN4711") && !bellhop.program.text.contains("guess4712"))
        }

        @Test func `H12 the address in a client's certificate opens that phone's folder, from wherever it asks`() throws {
            try lab.sign("phone", subject: "/CN=00:04:13:12:34:56")
            let bellhop = try Bellhop(
                on: lab.server,
                WebScene.plain + "https: {port: 8443, certificate: server.pem, key: server.key, client-ca: ca.pem}\n")
            defer { bellhop.program.end() }
            let url = "https://10.9.0.1:8443/own.xml"
            let shown = try curl("--cert", lab.path("phone.pem"), "--key", lab.path("phone.key"), url, from: lab.laptop)
            #expect(shown.output == "the phone's own\n")
            #expect(try curl("-o", "/dev/null", "-w", "%{http_code}", url, from: lab.laptop).output == "404")
            try bellhop.wait(for: "file.served", mac: lab.phone.mac, ["by": "https"])
        }

        @Test func `H12 SIGHUP shows a renewed certificate, and a broken one is refused by its line while the old one stays`()
            throws
        {
            try lab.sign("renewed", subject: "/CN=renewed", extensions: "server.ext")
            let configuration = WebScene.plain + "https: {port: 8443, certificate: live.pem, key: live.key}\n"
            let install = { (name: String) in
                for kind in ["pem", "key"] { try self.lab.lab.write(self.lab.lab.read("\(name).\(kind)"), to: "live.\(kind)") }
            }
            let subject = { () throws -> String in
                let outcome = try self.lab.phone.run("openssl", "s_client", "-connect", "10.9.0.1:8443")
                return outcome.output.split(separator: "\n").first { $0.hasPrefix("subject=") }.map(String.init) ?? outcome.text
            }
            try install("server")
            let bellhop = try Bellhop(on: lab.server, configuration)
            defer { bellhop.program.end() }
            #expect(try subject() == "subject=CN = bellhop")
            try install("renewed")
            try bellhop.reload(configuration)
            try bellhop.wait(for: "configuration.loaded")
            #expect(try subject() == "subject=CN = renewed")
            try lab.lab.write(lab.lab.read("server.key"), to: "live.key")
            try bellhop.reload(configuration)
            let entry = try bellhop.wait(for: "configuration.refused")
            #expect(entry.text.contains("\(Bellhop.configurationPath(lab.lab)):3: "), "\(entry.text)")
            #expect(try subject() == "subject=CN = renewed")
            #expect(bellhop.log("interface.open").count == 1, "nothing was started anew")
        }

        @Test(arguments: [
            ("missing.pem", "server.key", "missing.pem"), ("server.pem", "missing.key", "missing.key"),
            ("server.key", "server.key", "certificate"), ("server.pem", "server.pem", "private key"),
            ("server.pem", "ca.key", "belongs to another certificate"),
        ])
        func `check names a certificate or a key that cannot be used, with its line`(
            certificate: String, key: String, sentence: String
        ) throws {
            let path = try lab.lab.write(
                "root: tree\nhttps:\n  certificate: \(certificate)\n  key: \(key)\n", to: "wrong.yaml")
            let outcome = try Bellhop.run(lab.lab, "check", "--config", path)
            #expect(outcome.status == 1, "\(outcome.text)")
            let line = certificate == "server.pem" ? 4 : 3
            #expect(outcome.output.contains("\(path):\(line): ") && outcome.output.contains(sentence), "\(outcome.text)")
            let run = try Bellhop.run(lab.lab, "run", "--config", path, "--interface", "lab0", in: lab.server)
            #expect(run.status == 78, "\(run.text)")
        }

        @Test func `check says that everybody can read the key`() throws {
            let path = try lab.lab.write("root: tree\n\(WebScene.https)", to: "open.yaml")
            let key = lab.path("server.key")
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
            #expect(try Bellhop.run(lab.lab, "check", "--config", path).output.contains("chmod 600"))
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: key)
            #expect(try !Bellhop.run(lab.lab, "check", "--config", path).output.contains("chmod 600"))
        }

        @Test func `a phone is told an https address of this host only where it leads to a file`() throws {
            let rule = "rules: [{match: {vendor: snom}, url: \"https://{server}/{mac}-tls.htm\"}]\n"
            try lab.lab.write("<settings/>\n", to: "tree/000413123456-tls.htm")
            let bellhop = try Bellhop(on: lab.server, WebScene.plain + WebScene.https + rule)
            defer { bellhop.program.end() }
            let client = try InformClient(lab.phone)
            let url = try #require(try client.provisioningURL())
            #expect(url == "https://10.9.0.1:8443/000413123456-tls.htm")
            #expect(try curl(url).output == "<settings/>\n")
            try FileManager.default.removeItem(at: lab.lab.folder.appending(path: "tree/000413123456-tls.htm"))
            try bellhop.reload(WebScene.plain + WebScene.https + rule.replacing("-tls", with: "-gone"))
            try bellhop.wait(for: "configuration.loaded")
            try client.ask()
            try bellhop.wait(for: "ignored", mac: lab.phone.mac, ["reason": "nothing-to-serve"])
        }

        @Test func `T10 a thousand slow connections keep nobody out`() throws {
            for number in 1...10 { try lab.phone.ip("addr", "add", "10.9.1.\(number)/16", "dev", "lab0") }
            try lab.lab.write(
                """
                import resource, socket, sys, threading
                hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
                resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
                slow = []
                for place in range(1000):
                    one = socket.create_connection(("10.9.0.1", 8080), source_address=("10.9.1.%d" % (place % 10 + 1), 0))
                    one.send(b"GET /small.cfg HTTP/1.1\\r\\nHost: x\\r\\nX: ")
                    slow.append(one)
                print("holding", flush=True)
                # A little more of each head now and then, as slowloris does, until this is ended.
                while not threading.Event().wait(1):
                    for one in slow:
                        try: one.send(b"y")
                        except OSError: pass
                """, to: "slow.py")
            let bellhop = try Bellhop(on: lab.server, WebScene.plain)
            defer { bellhop.program.end() }
            let slow = try lab.phone.start("python3", lab.path("slow.py"))
            defer { slow.end() }
            try slow.wait(for: "holding")
            for _ in 0..<5 {
                let outcome = try curl("--max-time", "20", "http://10.9.0.1:8080/small.cfg", from: lab.laptop)
                #expect(outcome.output == "small file\n", "\(outcome.text)")
            }
        }

        @Test func `T7 no path leads out of the tree, and no link, not even one that changes while it is asked for`() throws {
            try lab.lab.write("canary\n", to: "canary")
            let outside = lab.path("canary")
            let tree = lab.lab.folder.appending(path: "tree")
            try FileManager.default.createSymbolicLink(atPath: tree.path + "/out.cfg", withDestinationPath: outside)
            try FileManager.default.createSymbolicLink(atPath: tree.path + "/up.cfg", withDestinationPath: "../canary")
            try FileManager.default.createSymbolicLink(atPath: tree.path + "/folder", withDestinationPath: "..")
            let bellhop = try Bellhop(on: lab.server, WebScene.plain)
            defer { bellhop.program.end() }
            let paths = [
                "/out.cfg", "/up.cfg", "/folder/canary", "/../canary", "/..%2fcanary", "/%2e%2e/canary", "/%2e%2e%2fcanary",
                "/%252e%252e%252fcanary", "/..%5ccanary", "/..\\canary", "/....//canary", "/.%00./canary", "/snom/../../canary",
                "//../canary",
                "/%c0%ae%c0%ae/canary", "/;/../canary", "/proc/self/root\(outside)", "/\(outside)", "/canary%00.cfg",
                "/tree/../canary",
                "/./.././canary", "/..;/canary", "/?/../canary", "/%3f/../canary", "/devices/../../canary",
            ]
            for path in paths {
                let outcome = try curl("--path-as-is", "http://10.9.0.1:8080\(path)")
                #expect(!outcome.output.contains("canary"), "\(path)")
            }
            // A name that is now a file inside and now a link outside, exchanged as fast as the disk can.
            let race = try lab.lab.start(
                "sh",
                [
                    "-c",
                    "echo ready; while :; do ln -sfn \(outside) t1; mv -T t1 tree/race.cfg; ln -sfn small.cfg t2; mv -T t2 tree/race.cfg; done",
                ])
            defer { race.end() }
            try race.wait(for: "ready")
            let outcome = try curl("http://10.9.0.1:8080/race.cfg?[1-3000]")
            #expect(outcome.output.contains("small file"))
            #expect(!outcome.output.contains("canary"))
        }

        @Test func `a phone's log goes into its folder under state, and nowhere else`() throws {
            let bellhop = try Bellhop(
                on: lab.server, WebScene.plain + "rules: [{match: {mac: \"00:04:13\"}, uploads: {file-size: 1m, files: 2}}]\n")
            defer { bellhop.program.end() }
            // Its INFORM shows whose address that is.
            _ = try InformClient(lab.phone).provisioningURL()
            let log = try lab.lab.write(String(repeating: "line of a log\n", count: 70_000), to: "app.log")
            let url = "http://10.9.0.1:8080/logs/000413123456-app.log"
            let put = { (station: Station) in
                try self.curl("-T", log, "-o", "/dev/null", "-w", "%{http_code}", url, from: station).output
            }
            #expect(try put(lab.laptop) == "403")
            #expect(try put(lab.phone) == "201")
            #expect(try put(lab.phone) == "201")
            #expect(try put(lab.phone) == "507")
            #expect(try areEqual("app.log", "state/uploads/000413123456/000413123456-app.log"))
            #expect(try areEqual("app.log", "state/uploads/000413123456/000413123456-app.log.1"))
            #expect(try curl("-o", "/dev/null", "-w", "%{http_code}", url).output == "404")
            try bellhop.wait(for: "file.uploaded", mac: lab.phone.mac, ["bytes": "980000"])
        }
    }
}

extension Station {
    /// The status that curl gets.
    fileprivate func run(_ program: String, wrong arguments: [String], _ url: String) throws -> Program.Outcome {
        try lab.run(program, ["--silent", "-o", "/dev/null", "-w", "%{http_code}"] + arguments + [url], in: namespace)
    }
}
