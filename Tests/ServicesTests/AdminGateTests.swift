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
        _ method: String = "GET", _ headers: [(String, String)] = [], host: String? = "localhost:8067", login: WebLogin = .none
    ) -> WebRequest {
        WebRequest(
            method: method, rawPath: "/api/v1/status", headers: (host.map { [("Host", $0)] } ?? []) + headers,
            peer: IPv4Address(127, 0, 0, 1), peerPort: 40_000, localAddress: IPv4Address(127, 0, 0, 1), login: login)
    }

    @Test(arguments: [
        ("localhost", true), ("localhost:8067", true), ("LOCALHOST:1", true), ("127.0.0.1", true), ("127.0.0.1:8067", true),
        ("lobby.example:8067", true), ("Lobby.Example", true), ("127.0.0.2", false), ("10.9.0.1", false),
        ("evil.example", false), ("localhost.evil.example", false), ("lobby.example.evil", false), ("", false), (":8067", false),
        ("localhost:8067:1", false), ("[::1]:8067", false), ("127.1", false), ("2130706433", false), ("localhost.", false),
    ])
    func `T14 a name of another's DNS does not lead here`(host: String, isOwn: Bool) {
        #expect(gate().refusal(of: request(host: host), at: 0)?.status == (isOwn ? nil : 421))
    }

    @Test func `T14 a request without Host is refused`() {
        #expect(gate().refusal(of: request(host: nil), at: 0)?.status == 421)
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
            #expect(gate().refusal(of: request(method, headers + [token]), at: 0)?.status == status, "\(method)")
            #expect(gate().refusal(of: request(method, headers), at: 0)?.status == 403, "\(method) without a token")
        }
    }

    @Test(arguments: [
        "", "0", AdminGateTests.token.uppercased(), AdminGateTests.token + "0", String(AdminGateTests.token.dropLast()),
    ])
    func `T14 a token that is not ours changes nothing`(token: String) {
        #expect(gate().refusal(of: request("POST", [("X-Bellhop-Token", token)]), at: 0)?.status == 403)
    }

    @Test(
        arguments: [
            (WebLogin.none, 401), (.wrong, 401), (.stale, 401), (.right, nil),
        ] as [(WebLogin, Int?)])
    func `a password is asked for where there is one, and the token stands in for it`(login: WebLogin, status: Int?) {
        let gate = gate { $0.password = Secret("open sesame") }
        let answer = gate.refusal(of: request(login: login), at: 0)
        #expect(answer?.status == status)
        #expect(answer?.asksForPassword == (status == nil ? nil : true))
        let token = ("X-Bellhop-Token", AdminGateTests.token)
        #expect(gate.refusal(of: request("GET", [token], login: login), at: 0) == nil)
        #expect(gate.refusal(of: request("POST", [token], login: login), at: 0) == nil)
        // The password alone allows to look.
        #expect(gate.refusal(of: request("POST", login: .right), at: 0)?.status == 403)
    }

    @Test func `T11 whoever guesses passwords is barred for a minute`() {
        let gate = gate { $0.password = Secret("open sesame") }
        for _ in 0..<FailedLogins.most { #expect(gate.refusal(of: request(login: .wrong), at: 0)?.status == 401) }
        #expect(gate.refusal(of: request(login: .right), at: 1)?.status == 429)
        #expect(gate.refusal(of: request("GET", [("X-Bellhop-Token", AdminGateTests.token)]), at: 1) == nil)
        #expect(gate.refusal(of: request(login: .right), at: FailedLogins.window) == nil)
    }

    @Test func `who failed is remembered within bounds`() {
        var failed = FailedLogins()
        for number in 0..<UInt32(FailedLogins.capacity * 2) {
            for _ in 0..<FailedLogins.most { failed.note(IPv4Address(bits: number), at: 5) }
        }
        #expect(!failed.isBarred(IPv4Address(bits: 0), at: 6))
        #expect(failed.isBarred(IPv4Address(bits: UInt32(FailedLogins.capacity * 2 - 1)), at: 6))
        // A clock that stood still, or a caller that was late, traps nothing.
        #expect(failed.isBarred(IPv4Address(bits: UInt32(FailedLogins.capacity * 2 - 1)), at: 0))
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
        if status == 200, case .bytes(let body) = answer.body { #expect(String(decoding: body, as: UTF8.self).contains("b 7")) }
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
