import Foundation
import Testing
import WebServer

@Suite struct `Kept bodies` {
    @Test func `a body is kept where the service wants it, in one part or in many`() throws {
        let server = try TestServer(bodies: { _ in .keep(upTo: 200_000) }) { WebAnswer(status: 200, body: .bytes($0.body)) }
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
        let server = try TestServer(bodies: { _ in .keep(upTo: 10) }) { WebAnswer(status: 200, body: .bytes($0.body)) }
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
}
