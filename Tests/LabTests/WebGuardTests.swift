import Foundation
import Packets
import TestSupport
import Testing

extension LabTests.Files {
    /// Who gets what over HTTP and HTTPS, and what keeps others out.
    @Suite(.scene(WebScene.self)) struct WebGuardTests {
        private let lab: WebScene = scene()

        @Test func `H9 a phone fetches with its serial number as user and password, by Digest, and the log never holds it`()
            throws
        {
            try lab.lab.write("mac,serial\n00:80:9f:12:34:56,SN4711\n", to: "devices.csv")
            try lab.lab.write("<settings/>\n", to: "tree/00809F123456.xml")
            let configuration = { (scheme: String) in
                WebScene.plain + """
                    devices: devices.csv
                    rules:
                      - match: {mac: "00:80:9f"}
                        auth: {user: "{serial}", password: "{serial}", scheme: \(scheme)}

                    """
            }
            let bellhop = try Bellhop(on: lab.server, configuration("digest"), "--verbose")
            defer { bellhop.program.end() }
            let url = "http://10.9.0.1:8080/00809F123456.xml"
            #expect(try lab.curl("--digest", "--user", "SN4711:SN4711", url).output == "<settings/>\n")
            for wrong in [["--digest", "--user", "SN4711:guess4712"], ["--basic", "--user", "SN4711:SN4711"], []] {
                #expect(try lab.status(wrong + [url]) == "401", "\(wrong)")
            }
            // An old phone that knows MD5 alone, as wget does.
            try bellhop.reload(configuration("md5"))
            try bellhop.wait(for: "configuration.loaded")
            let old = try lab.phone.run("wget", "-q", "-O", "-", "--user=SN4711", "--password=SN4711", url)
            #expect(old.output == "<settings/>\n", "\(old.text)")
            #expect(try lab.curl("--digest", "--user", "SN4711:SN4711", url).output == "<settings/>\n")
            try bellhop.wait(for: "file.refused", ["status": "401", "why": "unauthorized"])
            #expect(!bellhop.program.text.contains("SN4711") && !bellhop.program.text.contains("guess4712"))
        }

        @Test func `H12 the address in a client's certificate opens that phone's folder, from wherever it asks`() throws {
            try lab.sign("phone", subject: "/CN=00:04:13:12:34:56")
            let bellhop = try Bellhop(
                on: lab.server,
                WebScene.plain + "https: {port: 8443, certificate: server.pem, key: server.key, client-ca: ca.pem}\n")
            defer { bellhop.program.end() }
            let url = "https://10.9.0.1:8443/own.xml"
            let shown = try lab.curl("--cert", lab.path("phone.pem"), "--key", lab.path("phone.key"), url, from: lab.laptop)
            #expect(shown.output == "the phone's own\n")
            #expect(try lab.status([url], from: lab.laptop) == "404")
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
            // As seldom as possible a statement about time where other tests run: a second is for the whole, on a machine of its own.
            let most = Soak.isWhole ? "1" : "20"
            for _ in 0..<5 {
                let outcome = try lab.curl("--max-time", most, "http://10.9.0.1:8080/small.cfg", from: lab.laptop)
                #expect(outcome.output == "small file\n", "\(outcome.text)")
            }
            Soak.say("with a thousand slow connections held, five plain GETs came within a second each")
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
                let outcome = try lab.curl("--path-as-is", "http://10.9.0.1:8080\(path)")
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
            let outcome = try lab.curl("-w", "%{http_code}\n", "http://10.9.0.1:8080/race.cfg?[1-3000]")
            #expect(outcome.output.contains("small file"))
            #expect(outcome.output.contains("404\n"), "the link outside was never met")
            #expect(!outcome.output.contains("canary"))
        }
    }
}
