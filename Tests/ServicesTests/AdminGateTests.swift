import Cryptography
import HTTPSemantics
import Packets
import Provisioning
import Testing
import WebServer

@testable import StatusPage

/// Who may come in (threat T14), without a server.
@Suite struct AdminGateTests {
    private static let token = String(repeating: "0123456789abcdef", count: 4)

    private func gate(_ change: (inout AdminSettings) -> Void = { _ in }) -> AdminGate {
        var settings = AdminSettings()
        settings.names = ["lobby.example"]
        change(&settings)
        return AdminGate(settings, token: AdminGateTests.token)
    }

    private func request(
        _ method: String = "GET", _ headers: [(String, String)] = [], host: String? = "localhost:8067"
    ) -> WebRequest {
        WebRequest(
            method: method, rawPath: "/api/v1/status", headers: (host.map { [("Host", $0)] } ?? []) + headers,
            peer: IPv4Address(127, 0, 0, 1), peerPort: 40_000, localAddress: IPv4Address(127, 0, 0, 1))
    }

    @Test(arguments: [
        ("localhost", true), ("localhost:8067", true), ("LOCALHOST:1", true), ("127.0.0.1", true), ("127.0.0.1:8067", true),
        ("lobby.example:8067", true), ("Lobby.Example", true), ("127.0.0.2", false), ("10.9.0.1", false),
        ("evil.example", false), ("localhost.evil.example", false), ("lobby.example.evil", false), ("", false), (":8067", false),
        ("localhost:8067:1", false), ("[::1]:8067", false), ("127.1", false), ("2130706433", false), ("localhost.", false),
    ])
    func `T14 a name of another's DNS does not lead here`(host: String, isOwn: Bool) {
        #expect(gate().refusal(of: request(host: host))?.status == (isOwn ? nil : 421))
    }

    @Test func `T14 a request without Host is refused`() {
        #expect(gate().refusal(of: request(host: nil))?.status == 421)
    }

    @Test(
        arguments: [
            ("as a command does it", [], nil),
            ("as our own page does it", [("Origin", "http://localhost:8067"), ("Sec-Fetch-Site", "same-origin")], nil),
            ("from another port of this host", [("Origin", "http://localhost:9000")], 403),
            ("from another site", [("Origin", "http://evil.example")], 403),
            ("from a page whose name begins like ours", [("Origin", "http://localhost:8067.evil.example")], 403),
            ("by https", [("Origin", "https://localhost:8067")], 403), ("from nowhere", [("Origin", "null")], 403),
            ("from the same site, not the same origin", [("Sec-Fetch-Site", "same-site")], 403),
            ("across sites", [("Sec-Fetch-Site", "cross-site")], 403), ("typed by hand", [("Sec-Fetch-Site", "none")], 403),
        ] as [(String, [(String, String)], Int?)])
    func `T14 a change is taken from here alone, token or not`(name: String, headers: [(String, String)], status: Int?) {
        let token = ("X-Bellhop-Token", AdminGateTests.token)
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "post"] {
            #expect(gate().refusal(of: request(method, headers + [token]))?.status == status, "\(method)")
            #expect(gate().refusal(of: request(method, headers))?.status == 403, "\(method) without a token")
        }
    }

    @Test(arguments: [
        "", "0", AdminGateTests.token.uppercased(), AdminGateTests.token + "0", String(AdminGateTests.token.dropLast()),
    ])
    func `T14 a token that is not ours changes nothing`(token: String) {
        #expect(gate().refusal(of: request("POST", [("X-Bellhop-Token", token)]))?.status == 403)
    }

    /// What a client makes of the question for the password.
    private func proof(_ gate: AdminGate, password: String, method: String = "GET", user: String = "admin") throws -> (
        String, String
    ) {
        let question = try #require(gate.refusal(of: request())).headers.first { $0.name == "WWW-Authenticate" }
        let line = try #require(question?.value)
        let nonce = try #require(line.firstMatch(of: /nonce="([^"]*)"/)).1
        let unproved =
            "Digest username=\"\(user)\", realm=\"bellhop\", nonce=\"\(nonce)\", uri=\"/api/v1/status\", algorithm=SHA-256, "
            + "cnonce=\"c\", nc=00000001, qop=auth, response=\"0\""
        guard case .digest(let credentials)? = Credentials(unproved) else { throw Unexpected() }
        let response = credentials.expectedResponse(password: password, method: method) { Hash.sha256($0) ?? [] }
        return ("Authorization", unproved.replacing("response=\"0\"", with: "response=\"\(response)\""))
    }

    private struct Unexpected: Error {}

    @Test func `a password is asked for where there is one, and the token stands in for it`() throws {
        let gate = gate { $0.password = Secret("open sesame") }
        let asked = try #require(gate.refusal(of: request()))
        #expect(asked.status == 401)
        let challenges = asked.headers.filter { $0.name == "WWW-Authenticate" }.map(\.value)
        #expect(challenges.first?.contains("algorithm=SHA-256") == true)
        #expect(challenges.allSatisfy { $0.hasPrefix("Digest ") }, "the password itself never crosses the wire")
        #expect(try gate.refusal(of: request("GET", [proof(gate, password: "open sesame")])) == nil)
        #expect(try gate.refusal(of: request("GET", [proof(gate, password: "open says me")]))?.status == 401)
        #expect(try gate.refusal(of: request("GET", [proof(gate, password: "open sesame", user: "root")]))?.status == 401)
        let once = try proof(gate, password: "open sesame")
        #expect(gate.refusal(of: request("GET", [once])) == nil)
        #expect(gate.refusal(of: request("GET", [once]))?.status == 401)
        let token = ("X-Bellhop-Token", AdminGateTests.token)
        #expect(gate.refusal(of: request("GET", [token])) == nil)
        #expect(gate.refusal(of: request("POST", [token])) == nil)
        // The password alone allows to look.
        #expect(try gate.refusal(of: request("POST", [proof(gate, password: "open sesame", method: "POST")]))?.status == 403)
    }

    @Test func `T11 whoever guesses passwords has to wait, and the token does not`() throws {
        let gate = gate { $0.password = Secret("open sesame") }
        for _ in 0..<6 { #expect(try gate.refusal(of: request("GET", [proof(gate, password: "guess")]))?.status == 401) }
        #expect(try gate.refusal(of: request("GET", [proof(gate, password: "open sesame")]))?.status == 429)
        #expect(gate.refusal(of: request("GET", [("X-Bellhop-Token", AdminGateTests.token)])) == nil)
    }
}

@Suite struct RoutesTests {
    private let routes = [
        Route(method: "GET", path: "/a/*/c") {
            .error(200, $0.parameters.joined(separator: ",") + " \(((try? $0.number("from", in: 0...99)) ?? nil) ?? -1)")
        },
        Route(method: "POST", path: "/a/*/c") { _ in .error(201, "") }, Route(method: "GET", path: "/a") { _ in .error(202, "") },
    ]

    @Test(arguments: [
        ("GET", "/a/b/c", 200), ("HEAD", "/a/b/c", 200), ("POST", "/a/b/c", 201), ("GET", "/a", 202), ("PUT", "/a", 405),
        ("GET", "/", 404), ("GET", "/a/", 404), ("GET", "/a/b/c/", 404), ("GET", "//a/b/c", 404), ("GET", "*", 404),
        ("get", "/a", 405),
        ("GET", "/A", 404), ("GET", "/a/../a", 404),
    ])
    func `a path leads to what is there`(method: String, path: String, status: Int) {
        let request = WebRequest(method: method, rawPath: path, query: "x=1&from=7", peer: .any, peerPort: 1)
        let answer = routes.answer(request)
        #expect(answer.status == status)
        if status == 405 { #expect(answer.headers.contains { $0.name == "Allow" && $0.value == "GET, HEAD" }) }
        guard status == 200 else { return }
        guard case .bytes(let body) = answer.body else {
            Issue.record("\(answer.body)")
            return
        }
        #expect(String(decoding: body, as: UTF8.self).contains("b 7"))
    }
}

@Suite struct ResyncOrderTests {
    @Test(
        arguments: [
            (#"{"all": true}"#, .all, false, false), (#"{"vendor": "snom", "reboot": true}"#, .vendor("snom"), true, false),
            (
                #"{"macs": ["00:04:13:12:34:56", "000413123456", "00-04-13-12-34-57"], "confirm": true}"#,
                .macs([MACAddress(bits: 0x0004_1312_3456), MACAddress(bits: 0x0004_1312_3457)]), false, true
            ),
        ] as [(String, ResyncOrder.Choice, Bool, Bool)])
    func `an order is read`(text: String, choice: ResyncOrder.Choice, reboot: Bool, isConfirmed: Bool) throws {
        let order = try ResyncOrder(Array(text.utf8), longest: 1000)
        #expect(order.choice == choice)
        #expect((order.reboot, order.isConfirmed) == (reboot, isConfirmed))
    }

    @Test(arguments: [
        ("", "not JSON"), ("[]", "no JSON object"), ("{}", "which phones"), (#"{"all": false}"#, "which phones"),
        (#"{"all": true, "vendor": "snom"}"#, "which phones"), (#"{"macs": []}"#, "no list of MAC addresses"),
        (#"{"macs": "000413123456"}"#, "no list of MAC addresses"), (#"{"macs": ["x"]}"#, "not the MAC address"),
        (#"{"macs": [1]}"#, "not the MAC address"), (#"{"macs": ["01005e000001"]}"#, "not the MAC address"),
        (#"{"vendor": 1}"#, "vendor is no text"), (#"{"all": 1}"#, "all is neither true nor false"),
        (#"{"all": true, "reboot": "yes"}"#, "reboot is neither"), (#"{"all": true, "rebot": true}"#, "\"rebot\" is not known"),
        (#"{"all": true, "all": true}"#, "not JSON"), (String(repeating: " ", count: 1001), "longer than 1000 bytes"),
    ])
    func `what is no order is refused with a reason`(text: String, words: String) {
        do {
            _ = try ResyncOrder(Array(text.utf8), longest: 1000)
            Issue.record("it was taken")
        } catch {
            #expect(error.sentence.contains(words), "\(error.sentence)")
        }
    }
}
