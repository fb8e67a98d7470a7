import Cryptography
import Foundation
import HTTPSemantics
import Packets
import Synchronization
import Testing
import WebServer

@Suite final class `Passwords` {
    private final class Clock: Sendable {
        let time = Mutex<UInt64>(1_000_000)
    }

    private let clock = Clock()
    private lazy var authenticator = Authenticator { [clock] in clock.time.withLock { $0 } }
    private static let account = Authenticator.Account(user: "phone", password: "sesame")

    private func request(
        _ authorization: String?, method: String = "GET", path: String = "/a.cfg", query: String? = nil,
        isEncrypted: Bool = false,
        from peer: IPv4Address = loopback
    ) -> WebRequest {
        WebRequest(
            method: method, rawPath: path, query: query, headers: authorization.map { [("Authorization", $0)] } ?? [], peer: peer,
            peerPort: 1, isEncrypted: isEncrypted)
    }

    private func check(_ request: WebRequest, _ accounts: [Authenticator.Account] = [account]) -> Authenticator.Verdict {
        authenticator.check(request) { user in accounts.filter { $0.user == user } }
    }

    private func basic(_ pair: String) -> String { "Basic " + Data(pair.utf8).base64EncodedString() }

    /// What a client makes of the first challenge with an algorithm.
    private func digest(
        _ algorithm: DigestAlgorithm = .sha256, password: String = "sesame", count: Int = 1, uri: String = "/a.cfg",
        method: String = "GET", challenge: WebAnswer? = nil, from peer: IPv4Address = loopback
    ) throws -> String {
        let challenge = challenge ?? authenticator.refusal(.nothing, to: request(nil, from: peer), scheme: .any)
        let line = try #require(
            challenge.headers.map(\.value).first { $0.contains("algorithm=\(algorithm.rawValue),") })
        let nonce = try #require(line.firstMatch(of: /nonce="([^"]*)"/)).1
        let opaque = try #require(line.firstMatch(of: /opaque="([^"]*)"/)).1
        let hex = { (text: String) in hash(algorithm, Array(text.utf8)).map { String(format: "%02x", $0) }.joined() }
        let nc = String(format: "%08x", count)
        let a1 = hex("phone:bellhop:\(password)")
        let a2 = hex("\(method):\(uri)")
        let response = hex("\(a1):\(nonce):\(nc):cn:auth:\(a2)")
        return "Digest username=\"phone\", realm=\"bellhop\", nonce=\"\(nonce)\", uri=\"\(uri)\", response=\"\(response)\", "
            + "algorithm=\(algorithm.rawValue), cnonce=\"cn\", nc=\(nc), qop=auth, opaque=\"\(opaque)\""
    }

    @Test func `H9 Basic is taken over TLS, and without it only where the account says so`() {
        #expect(check(request(basic("phone:sesame"), isEncrypted: true)) == .right(Self.account))
        #expect(check(request(basic("phone:sesame"))) == .wrong)
        var open = Self.account
        open.scheme = .basic
        #expect(check(request(basic("phone:sesame")), [open]) == .right(open))
        #expect(check(request(basic("phone:Sesame")), [open]) == .wrong)
        #expect(check(request(basic("nobody:sesame")), [open]) == .wrong)
    }

    @Test(arguments: DigestAlgorithm.allCases)
    func `H9 Digest is taken with each algorithm that was offered`(algorithm: DigestAlgorithm) throws {
        #expect(check(request(try digest(algorithm))) == .right(Self.account))
        #expect(check(request(try digest(algorithm, password: "Sesame"))) == .wrong)
    }

    @Test func `T11 the same Digest request is taken once`() throws {
        let line = try digest()
        #expect(check(request(line)) == .right(Self.account))
        #expect(check(request(line)) == .replayed)
        #expect(check(request(line)) == .replayed)
    }

    @Test func `T11 credentials for one path, method, query or client are good for no other`() throws {
        #expect(check(request(try digest(), path: "/b.cfg")) == .wrong)
        #expect(check(request(try digest(), query: "x")) == .wrong)
        #expect(check(request(try digest(), method: "PUT")) == .wrong)
        #expect(check(request(try digest(uri: "/a.cfg?x"), query: "x")) == .right(Self.account))
        #expect(check(request(try digest(uri: "http://host/a.cfg"))) == .right(Self.account), "absolute form names the same")
        #expect(check(request(try digest(), from: IPv4Address(10, 0, 0, 1))) == .stale)
    }

    @Test func `H9 a nonce that is too old is stale, and the client is told so with a new one`() throws {
        let line = try digest()
        clock.time.withLock { $0 += 300_001 }
        let verdict = check(request(line))
        #expect(verdict == .stale)
        let answer = authenticator.refusal(verdict, to: request(line), scheme: .any)
        #expect(answer.status == 401)
        #expect(answer.headers.filter { $0.name == "WWW-Authenticate" }.allSatisfy { $0.value.hasSuffix(", stale=true") })
        #expect(check(request(try digest(challenge: answer))) == .right(Self.account))
    }

    @Test func `H9 a nonce of an earlier run is stale, not wrong`() throws {
        let line = try digest()
        authenticator = Authenticator { 1_000_000 }
        #expect(check(request(line)) == .stale)
    }

    @Test func `T11 a lax account takes the same count again`() throws {
        var lax = Self.account
        lax.countsNonces = false
        let line = try digest()
        for _ in 0..<3 { #expect(check(request(line), [lax]) == .right(lax)) }
    }

    @Test func `H9 of accounts with the same name the one with this password is found`() throws {
        let other = Authenticator.Account(user: "phone", password: "other")
        #expect(check(request(try digest()), [other, Self.account]) == .right(Self.account))
    }

    @Test func `H10 what is no credentials is nothing, and the answer says what would be`() {
        for line in ["", "Basic", "Basic !", "Bearer x", "Digest x"] { #expect(check(request(line)) == .nothing, "\(line)") }
        #expect(check(request(nil)) == .nothing)
        let two = WebRequest(
            method: "GET", rawPath: "/a.cfg", headers: [("Authorization", basic("phone:sesame")), ("Authorization", "x")],
            peer: loopback, peerPort: 1, isEncrypted: true)
        #expect(check(two) == .nothing)
        let answer = authenticator.refusal(.nothing, to: request(nil), scheme: .any)
        #expect(answer.status == 401)
        let challenges = answer.headers.filter { $0.name == "WWW-Authenticate" }.map(\.value)
        #expect(challenges.map { $0.contains("algorithm=SHA-256") } == [true, false])
        #expect(challenges.allSatisfy { !$0.contains("stale") })
        #expect(answer.headers.contains { $0 == ("Cache-Control", "no-store") })
    }

    @Test func `T11 after wrong passwords the next ones wait, right or wrong, and other addresses do not`() throws {
        for _ in 0..<6 { #expect(check(request(try digest(password: "guess"))) == .wrong) }
        let verdict = check(request(try digest()))
        #expect(verdict == .tooMany(wait: 2))
        let answer = authenticator.refusal(verdict, to: request(nil), scheme: .any)
        #expect(answer.status == 429)
        #expect(answer.headers.contains { $0 == ("Retry-After", "2") })
        let other = IPv4Address(10, 0, 0, 1)
        #expect(check(request(try digest(from: other), from: other)) == .right(Self.account))
        clock.time.withLock { $0 += 2000 }
        #expect(check(request(try digest())) == .right(Self.account))
    }

    @Test func `T11 who has a login of his own does not get to guess another's without waiting`() {
        let own = Authenticator.Account(user: "own", password: "mine", scheme: .basic)
        let other = Authenticator.Account(user: "other", password: "secret", scheme: .basic)
        for _ in 0..<6 {
            #expect(check(request(basic("other:guess")), [own, other]) == .wrong)
            #expect(check(request(basic("own:mine")), [own, other]) == .right(own))
        }
        #expect(check(request(basic("other:secret")), [own, other]) == .tooMany(wait: 2))
        #expect(check(request(basic("own:mine")), [own, other]) == .right(own), "a right one is not held up by another user's")
    }

    @Test func `T11 one guess at each of many users is waited for too, made up or not`() {
        for number in 0...20 { #expect(check(request(basic("user\(number):guess")), []) == .wrong) }
        let own = Authenticator.Account(user: "own", password: "mine", scheme: .basic)
        #expect(check(request(basic("own:mine")), [own]) == .tooMany(wait: 2))
        #expect(check(request(basic("own:mine"), from: IPv4Address(10, 0, 0, 1)), [own]) == .right(own))
    }

    @Test func `T11 a phone with a wrong password keeps nobody out behind the same router`() {
        let own = Authenticator.Account(user: "own", password: "mine", scheme: .basic)
        for _ in 0..<100 {
            _ = check(request(basic("broken:wrong")), [own])
            #expect(check(request(basic("own:mine")), [own]) == .right(own))
            clock.time.withLock { $0 += 60_000 }
        }
    }

    @Test func `T11 a phone that shows a wrong password before the right one each time goes on`() {
        let own = Authenticator.Account(user: "own", password: "mine", scheme: .basic)
        for _ in 0..<100 {
            #expect(check(request(basic("own:factory")), [own]) == .wrong)
            #expect(check(request(basic("own:mine")), [own]) == .right(own))
        }
    }

    @Test func `T11 no verdict tells a password`() throws {
        for verdict in [Authenticator.Verdict.right(Self.account), .wrong, .stale, .replayed, .nothing, .tooMany(wait: 1)] {
            #expect(!verdict.sentence.contains("sesame"))
        }
    }

    @Test(arguments: [["--digest"], ["--anyauth"]])
    func `H9 curl comes in over the wire by Digest`(flags: [String]) throws {
        let authenticator = Authenticator()
        let server = try TestServer { request in
            let verdict = authenticator.check(request) { $0 == "phone" ? [Self.account] : [] }
            guard case .right = verdict else { return authenticator.refusal(verdict, to: request, scheme: .any) }
            return .text(status: 200, request.header("Authorization") ?? "")
        }
        let arguments = ["--silent", "--max-time", "20"] + flags + ["--user", "phone:sesame", server.url("/a.cfg?b=c")]
        let text = try run("curl", arguments).text
        #expect(text.contains("algorithm=SHA-256"), "\(text)")
        let wrong = ["--silent", "--max-time", "20", "-w", "%{http_code}"] + flags + ["--user", "phone:x", server.url("/a.cfg")]
        #expect(try run("curl", wrong).text.hasSuffix("401"))
    }

    @Test(arguments: [(AuthScheme.md5, "Digest"), (.any, "Digest"), (.basic, "Basic")])
    func `H9 wget comes in over the wire`(scheme: AuthScheme, kind: String) throws {
        let authenticator = Authenticator()
        var account = Self.account
        account.scheme = scheme
        let known = account
        let server = try TestServer { request in
            let verdict = authenticator.check(request) { $0 == "phone" ? [known] : [] }
            guard case .right = verdict else { return authenticator.refusal(verdict, to: request, scheme: scheme) }
            return .text(status: 200, request.header("Authorization") ?? "")
        }
        let outcome = try run(
            "wget", ["-q", "-O", "-", "-T", "20", "-t", "1", "--user=phone", "--password=sesame", server.url("/a.cfg")])
        #expect(outcome.text.hasPrefix(kind), "\(outcome)")
    }
}

private func hash(_ algorithm: DigestAlgorithm, _ octets: [UInt8]) -> [UInt8] {
    switch algorithm {
    case .sha256: Hash.sha256(octets) ?? []
    case .md5: Hash.md5(octets) ?? []
    }
}
