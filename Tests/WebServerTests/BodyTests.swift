import Foundation
import Packets
import Synchronization
import Testing
import WebServer

/// Keeps what it is given, and how it ended.
final class TestSink: BodySink, Sendable {
    struct State {
        var bytes: [UInt8] = []
        var parts = 0
        var end: String?
    }

    private let state = Mutex(State())
    private let most: Int

    init(most: Int = .max) {
        self.most = most
    }

    var seen: State { state.withLock { $0 } }

    func take(_ octets: UnsafeRawBufferPointer) -> Bool {
        state.withLock { state in
            state.bytes += octets
            state.parts += 1
            return state.bytes.count < most
        }
    }

    func finish() -> WebAnswer {
        state.withLock { state in
            state.end = (state.end ?? "") + "finished"
            return .text(status: 201, "\(state.bytes.count)")
        }
    }

    func abandon() {
        state.withLock { $0.end = ($0.end ?? "") + "abandoned" }
    }
}

@Suite struct `Bodies` {
    private func server(_ sink: TestSink, upTo limit: Int, limits: WebLimits = WebLimits()) throws -> TestServer {
        try TestServer(limits: limits, bodies: { _ in .sink(sink, upTo: limit) }) {
            .text(status: 200, "no body at \($0.rawPath)")
        }
    }

    private func put(_ size: Int) -> [UInt8] {
        Array("PUT /log HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n".utf8) + noise(size)
    }

    @Test(arguments: [1, 100, 70_000, 5_000_000])
    func `a body arrives whole and in parts, its sink answers, and the connection stays`(size: Int) throws {
        let sink = TestSink()
        let server = try server(sink, upTo: size)
        let client = try server.client()
        client.send(put(size))
        #expect(client.answer()?.status == 201)
        #expect(sink.seen.bytes == noise(size))
        #expect(sink.seen.end == "finished")
        // In memory there is a part at a time.
        #expect(size < 70_000 || sink.seen.parts > 1)
        client.send("GET /next HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(client.answer()?.text == "no body at /next\n")
    }

    @Test func `a chunked body arrives as if it were none`() throws {
        let sink = TestSink()
        let server = try server(sink, upTo: 100)
        let client = try server.client()
        client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\n\r\n")
        #expect(client.answer()?.status == 201)
        #expect(sink.seen.bytes == Array("abcdefgh".utf8))
    }

    @Test func `H8 a client that asks first is told to go on`() throws {
        let sink = TestSink()
        let server = try server(sink, upTo: 10)
        let client = try server.client()
        client.send("PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        #expect(client.answer()?.status == 100)
        client.send("hello")
        #expect(client.answer()?.status == 201)
        #expect(sink.seen.bytes == Array("hello".utf8))
    }

    @Test func `H8 an expectation that is not met is 417, and one of HTTP 1.0 is ignored`() throws {
        let sink = TestSink()
        let server = try server(sink, upTo: 10)
        let client = try server.client()
        client.send("PUT / HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\nContent-Length: 5\r\n\r\n")
        #expect(client.answer()?.status == 417)
        let old = try server.client()
        old.send("PUT / HTTP/1.0\r\nExpect: 200-ok\r\nContent-Length: 5\r\n\r\nhello")
        #expect(old.answer()?.status == 201)
    }

    @Test func `a body that says that it is too long is refused before it comes`() throws {
        let sink = TestSink()
        let server = try server(sink, upTo: 10)
        let client = try server.client()
        client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n")
        #expect(client.answer()?.status == 413)
        #expect(server.eventually { _ in sink.seen.end == "abandoned" })
        #expect(sink.seen.bytes.isEmpty)
    }

    @Test func `a chunked body that turns out too long is refused, and the sink hears of it once`() throws {
        let sink = TestSink()
        let server = try server(sink, upTo: 10)
        let client = try server.client()
        client.send("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n01234567890123456789\r\n0\r\n\r\n")
        #expect(client.answer()?.status == 413)
        #expect(server.eventually { _ in sink.seen.end == "abandoned" })
        #expect(sink.seen.bytes.count <= 10)
    }

    @Test func `a chunked body without end is broken off`() throws {
        let sink = TestSink()
        let server = try server(sink, upTo: 10)
        let client = try server.client()
        client.send("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = "4000\r\n" + String(repeating: "a", count: 0x4000) + "\r\n"
        #expect(server.eventually { _ in !client.send(chunk) })
        #expect(server.eventually { _ in sink.seen.end == "abandoned" })
    }

    @Test func `a client that goes away leaves an abandoned body`() throws {
        let sink = TestSink()
        let server = try server(sink, upTo: 100)
        do {
            let client = try server.client()
            client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf")
            #expect(server.eventually { _ in !sink.seen.bytes.isEmpty })
        }
        #expect(server.eventually { _ in sink.seen.end == "abandoned" })
    }

    @Test func `a client that sends its body octet by octet is broken off`() throws {
        let sink = TestSink()
        var limits = WebLimits()
        limits.requestSeconds = 1
        limits.slowestSender = 1 << 20
        let server = try server(sink, upTo: 1000, limits: limits)
        let client = try server.client()
        client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        #expect(server.eventually { _ in !client.send("y") })
        #expect(server.eventually { _ in sink.seen.end == "abandoned" })
    }

    @Test func `a sink that has had enough answers when the rest was thrown away`() throws {
        let sink = TestSink(most: 10)
        let server = try server(sink, upTo: 1_000_000)
        let client = try server.client()
        client.send(put(1_000_000))
        #expect(client.answer()?.status == 201)
        #expect(sink.seen.parts == 1)
        #expect(sink.seen.end == "finished")
    }

    @Test func `an answer that is known before the body comes after it, or at once to who asks first`() throws {
        let server = try TestServer(bodies: { _ in .answer(.text(status: 401, "no"), discarding: 1_000_000) }) { _ in
            WebAnswer(status: 200)
        }
        let client = try server.client()
        client.send(put(1_000_000))
        #expect(client.answer()?.status == 401)
        client.send(put(10))
        #expect(client.answer()?.status == 401, "the connection stays")
        let asking = try server.client()
        asking.send("PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n")
        #expect(asking.answer()?.status == 401)
        let huge = try server.client()
        huge.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
        #expect(huge.answer()?.status == 401)
        #expect(server.seen.isEmpty)
    }
}
