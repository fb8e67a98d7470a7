import Foundation
import Testing
import WebServer

@Suite struct `Bodies and passwords` {
    @Test func `a body is kept where the limits say so, in one part or in many`() throws {
        var limits = WebLimits()
        limits.body = 200_000
        limits.keepsBody = true
        let server = try TestServer(limits: limits) { WebAnswer(status: 200, body: .bytes($0.body)) }
        let bytes = noise(150_000)
        let client = try server.client()
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(bytes.count)\r\n\r\n")
        for part in stride(from: 0, to: bytes.count, by: 40_000) {
            client.send(Array(bytes[part..<min(part + 40_000, bytes.count)]))
        }
        #expect(client.answer()?.body == bytes)
        client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        #expect(client.answer()?.text == "abcde")
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(client.answer()?.body == [])
    }

    @Test func `a chunked body beyond the limit is not kept, and refused`() throws {
        var limits = WebLimits()
        limits.body = 10
        limits.keepsBody = true
        let server = try TestServer(limits: limits) { WebAnswer(status: 200, body: .bytes($0.body)) }
        let client = try server.client()
        client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n01234567890123456789\r\n0\r\n\r\n")
        #expect(client.answer()?.status == 413)
        #expect(server.seen.isEmpty)
    }

    @Test func `a body that nobody asked for is not kept`() throws {
        var limits = WebLimits()
        limits.body = 100
        let server = try TestServer(limits: limits) { WebAnswer(status: 200, body: .bytes($0.body)) }
        let client = try server.client()
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
        #expect(client.answer()?.body == [])
    }

    private func guarded() throws -> TestServer {
        try TestServer(password: WebPassword(realm: "x", user: "admin", password: "open sesame")) { request in
            if case .right = request.login { return .text(status: 200, "come in") }
            let isStale = if case .stale = request.login { true } else { false }
            return WebAnswer.text(status: 401, "who is it?").askingForPassword(isStale: isStale)
        }
    }

    @Test(arguments: [
        ("the right one", "admin:open sesame", 200), ("a wrong one", "admin:open says me", 401),
        ("another user", "root:open sesame", 401),
        ("none", "admin:", 401),
    ])
    func `curl proves a password by Digest, or does not`(name: String, login: String, status: Int) throws {
        let server = try guarded()
        let answer = try curl("--digest", "-u", login, "-o", "/dev/null", "-w", "%{http_code}", server.url("/a?b=c"))
        #expect(String(decoding: answer, as: UTF8.self) == "\(status)")
    }

    @Test func `the password itself is not taken, and what is asked for is SHA-256`() throws {
        let server = try guarded()
        let answer = String(decoding: try curl("-i", "-u", "admin:open sesame", server.url("/")), as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 401 "))
        #expect(answer.contains("WWW-Authenticate: Digest realm=\"x\""), "\(answer)")
        #expect(answer.lowercased().contains("algorithm=sha-256"), "\(answer)")
        #expect(answer.hasSuffix("who is it?\n"))
    }

    @Test func `a nonce that is not ours is stale, and no proof twice is one`() throws {
        let server = try guarded()
        let forged =
            "Digest username=\"admin\", realm=\"x\", nonce=\"00112233\", uri=\"/\", response=\"\(String(repeating: "0", count: 64))\", "
            + "algorithm=SHA-256, qop=auth, nc=00000001, cnonce=\"a\""
        for header in [forged, "Digest", "Digest ,,,=\"", "Basic YWRtaW46b3BlbiBzZXNhbWU=", ""] {
            let client = try server.client()
            client.send("GET / HTTP/1.1\r\nHost: x\r\nAuthorization: \(header)\r\n\r\n")
            #expect(client.answer()?.status == 401, "\(header)")
        }
    }
}
