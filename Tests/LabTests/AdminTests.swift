import Foundation
import Packets
import Testing

extension LabTests.Wire {
    @Suite(.scene(ResyncScene.self)) struct AdminTests {
        private let lab: ResyncScene = scene()

        private static let url = "http://127.0.0.1:8067"

        @Test func `status tells version, uptime and interfaces, with headers that let no other site near it`() throws {
            let answer = try lab.curl("\(AdminTests.url)/api/v1/status")
            #expect(answer.status == 200)
            let status = try JSON(answer.body)
            #expect(status["version"].text?.isEmpty == false)
            #expect(status["uptime"].number != nil)
            #expect(status["root"].text == lab.lab.folder.appending(path: "tree").path)
            #expect(status["interfaces"].list.map { $0["name"].text } == ["lab0"])
            #expect(status["interfaces"].list.map { $0["address"].text } == ["10.9.0.1"])
            for header in [
                "Content-Security-Policy: default-src 'none'", "X-Content-Type-Options: nosniff", "Cache-Control: no-store",
                "Content-Type: application/json",
            ] {
                #expect(answer.head.contains(header), "\(header) is not in \(answer.head)")
            }
            #expect(!answer.head.lowercased().contains("access-control-"))
        }

        @Test func `T14 what another site's page, or a stranger, sends is refused`() throws {
            let (forged, _) = try lab.phone(9)
            let (asked, _) = try lab.phone(10)
            let order = #"{"macs": ["\#(forged.colons)"]}"#
            let own = ["-H", "Content-Type: application/json", "-d", #"{"macs": ["\#(asked.colons)"]}"#]
            let json = ["-H", "Content-Type: application/json", "-d", order]
            let token = ["-H", "X-Bellhop-Token: \(try lab.token)"]
            let path = "\(AdminTests.url)/api/v1/resync"
            try lab.lab.write(String(repeating: " ", count: 300_000), to: "long.json")
            let rows: [(name: String, arguments: [String], status: Int, words: String)] = [
                ("another host's name", ["-H", "Host: rebound.example:8067", "\(AdminTests.url)/api/v1/status"], 421, "name"),
                ("another address", ["-H", "Host: 10.9.0.1:8067", "\(AdminTests.url)/api/v1/status"], 421, "name"),
                ("no token", json + [path], 403, "token"),
                ("a wrong token", json + ["-H", "X-Bellhop-Token: 0123", path], 403, "token"),
                (
                    "another origin", json + token + ["-H", "Origin: http://evil.example", path], 403,
                    "page of http://evil.example"
                ),
                ("no origin at all", json + token + ["-H", "Origin: null", path], 403, "page of null"),
                ("another site", json + token + ["-H", "Sec-Fetch-Site: cross-site", path], 403, "another site"),
                ("a form", ["-d", order] + token + [path], 415, "application/json"),
                ("a preflight", ["-X", "OPTIONS", "-H", "Origin: http://evil.example", path], 403, "page of"),
                ("GET for a change", [path], 405, "POST"),
                (
                    "a body too long",
                    ["-H", "Content-Type: application/json", "--data-binary", "@long.json"] + token + [path], 413,
                    "body"
                ),
                ("no JSON", ["-H", "Content-Type: application/json", "-d", "{"] + token + [path], 400, "not JSON"),
                ("nothing chosen", ["-H", "Content-Type: application/json", "-d", "{}"] + token + [path], 400, "which phones"),
                (
                    "an unknown vendor", ["-H", "Content-Type: application/json", "-d", #"{"vendor": "snmo"}"#] + token + [path],
                    404, "did you mean snom?"
                ),
                ("no such job", ["\(path)/0000"], 404, "no such job"),
                ("nothing there", ["\(AdminTests.url)/nowhere"], 404, "nothing here"),
            ]
            for row in rows {
                let outcome = try lab.lab.run(
                    "curl", ["-s", "-S", "-i", "--max-time", "20"] + row.arguments, in: lab.server.namespace)
                #expect(outcome.output.contains("HTTP/1.1 \(row.status) "), "\(row.name): \(outcome.text)")
                #expect(outcome.output.contains(row.words), "\(row.name): \(outcome.text)")
            }
            // What none of these lacks is taken.
            let taken = try lab.lab.run(
                "curl",
                ["-s", "-i"] + own + token + ["-H", "Origin: http://localhost:8067", "-H", "Sec-Fetch-Site: same-origin"]
                    + ["http://localhost:8067/api/v1/resync"], in: lab.server.namespace)
            #expect(taken.output.contains("HTTP/1.1 202 "), "\(taken.text)")
            try lab.bellhop.wait(for: "resync.sent", mac: asked)
            #expect(lab.bellhop.log("resync.sent", mac: forged).isEmpty)
        }

        @Test func `the token is for the daemon's user alone`() throws {
            let path = lab.lab.folder.appending(path: "state/admin.token").path
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try lab.token.count == 64)
        }

        @Test(arguments: [["devices"], ["why", "00:04:13:12:34:56"], ["timeline", "00:04:13:12:34:56"], ["page"]])
        func `what the daemon keeps is for its user alone, and whoever else asks is told so`(command: [String]) throws {
            let state = lab.lab.folder.appending(path: "state").path
            let asNobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", try Bellhop.binary()]
            let outcome = try lab.lab.run("setpriv", asNobody + command + ["--state", state], in: lab.server.namespace)
            #expect(outcome.status == 77)
            #expect(
                outcome.errors.contains("is for the daemon's user alone: run this as that user, or as root"), "\(outcome.text)")
        }

        @Test(arguments: [
            ([], Int32(64), "say which phones"), (["--all", "--vendor", "snom"], 64, "say which phones"),
            (["00:04:13"], 64, "not the MAC address"), (["--vendor", "snmo"], 1, "did you mean snom?"),
            (["--vendor", "yealink"], 1, "no such phone has been seen"), (["--al"], 64, "did you mean --all?"),
        ])
        func `resync says what is wrong with a question`(row: (arguments: [String], status: Int32, words: String)) throws {
            let outcome = try lab.lab.run(
                try Bellhop.binary(), ["resync", "--config", Bellhop.configurationPath(lab.lab)] + row.arguments,
                in: lab.server.namespace)
            #expect(outcome.status == row.status, "\(outcome.text)")
            #expect(outcome.errors.contains(row.words), "\(outcome.text)")
        }

        @Test func `without a daemon, resync says that there is none`() throws {
            let outcome = try lab.resync("--all", "--state", lab.lab.folder.path)
            #expect(outcome.status == 69)
            #expect(outcome.errors.contains("no daemon runs with the state folder"), "\(outcome.text)")
            // One that died left its token.
            try lab.lab.write("http://127.0.0.1:1\n0123\n", to: "dead/admin.token")
            let dead = try lab.resync("--all", "--state", lab.lab.folder.appending(path: "dead").path)
            #expect(dead.status == 69)
            #expect(dead.errors.contains("no daemon answers at http://127.0.0.1:1"), "\(dead.text)")
        }

        @Test func `T18 an address that others can reach wants a password`() throws {
            let path = try lab.lab.write("root: tree\nadmin:\n  listen: 0.0.0.0:8067\n", to: "open.yaml")
            let check = try lab.lab.run(try Bellhop.binary(), ["check", "--config", path], in: lab.server.namespace)
            #expect(check.status == 1)
            #expect(check.output.contains("\(path):3: admin.listen is 0.0.0.0"), "\(check.text)")
            let run = try lab.lab.run(
                try Bellhop.binary(),
                ["run", "--config", Bellhop.configurationPath(lab.lab), "--interface", "lab0", "--admin", "10.9.0.11:8067"],
                in: lab.other.namespace)
            #expect(run.status == 78, "\(run.text)")
            #expect(run.errors.contains("needs admin.password"), "\(run.text)")
        }

        @Test func `with a password, strangers are asked for it, and the token stands in for it`() throws {
            let path = try lab.lab.write(
                """
                root: tree
                state: guarded
                http: {port: 8080}
                admin: {listen: 10.9.0.11:8067, names: [lobby.example], password: "open sesame"}
                """, to: "guarded.yaml")
            let daemon = try lab.lab.start(
                try Bellhop.binary(), ["run", "--config", path, "--interface", "lab0"], in: lab.other.namespace)
            try daemon.wait(for: "ready")
            defer { daemon.end() }
            let url = "http://10.9.0.11:8067/api/v1/status"
            let bare = try lab.curl(url)
            #expect(bare.status == 401)
            #expect(bare.head.contains("WWW-Authenticate: Digest realm=\"bellhop\""), "\(bare.head)")
            #expect(bare.head.lowercased().contains("algorithm=sha-256"), "\(bare.head)")
            #expect(try lab.curl("--digest", "-u", "admin:open sesame", url).status == 200)
            let names = ["--resolve", "lobby.example:8067:10.9.0.11", "http://lobby.example:8067/api/v1/status"]
            #expect(try lab.curl("--digest", "-u", "admin:open sesame", names[0], names[1], names[2]).status == 200)
            #expect(try lab.curl("--digest", "-u", "admin:open says me", url).status == 401)
            #expect(try lab.curl("-u", "admin:open sesame", url).status == 401, "the password itself is not taken")
            let state = lab.lab.folder.appending(path: "guarded").path
            let resync = try lab.lab.run(
                try Bellhop.binary(), ["resync", "--config", path, "--state", state, "00:04:13:99:99:99"], in: lab.other.namespace
            )
            #expect(resync.output.contains("has never been seen"), "\(resync.text)")
            // A second after six failures, two after the next: until the wait is long enough for what is asked behind it.
            try eventually("wrong passwords cost nothing", within: 90) {
                let refused = try lab.curl("--digest", "-u", "admin:wrong", url)
                let wait = refused.head.split(separator: "\r\n").first { $0.hasPrefix("Retry-After: ") }
                return refused.status == 429 && (wait.flatMap { Int($0.dropFirst(13)) } ?? 0) >= 8
            }
            #expect(try lab.curl("--digest", "-u", "admin:open sesame", url).status == 429)
            #expect(!daemon.text.contains("open sesame"))
        }
    }
}
