import Foundation
import Packets
import Synchronization
import Testing
import WebServer

@Suite struct `Limits` {
    static let hello = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func `one address has only so many connections, and gets one back for each that ends`() throws {
        var limits = WebLimits()
        limits.connectionsPerAddress = 2
        let server = try TestServer(limits: limits) { .text(status: 200, $0.rawPath) }
        var clients = try (0..<2).map { _ in try server.client() }
        for client in clients {
            client.send(Self.hello)
            #expect(client.answer()?.status == 200)
        }
        let third = try server.client()
        #expect(third.rest() == [])
        clients.removeLast()
        #expect(
            server.eventually { _ in
                guard let client = try? server.client() else { return false }
                client.send(Self.hello)
                return client.answer()?.status == 200
            })
    }

    @Test func `T10 a client that sends a request octet by octet is broken off`() throws {
        var limits = WebLimits()
        limits.requestSeconds = 1
        let server = try TestServer(limits: limits) { _ in WebAnswer(status: 200) }
        let client = try server.client()
        client.send("GET / HTTP/1.1\r\nHost: x\r\nX: ")
        #expect(server.eventually { _ in !client.send("y") })
        #expect(client.rest() == [])
    }

    @Test func `T10 a client that takes nothing of its answer is broken off`() throws {
        var limits = WebLimits()
        limits.requestSeconds = 1
        limits.slowestReader = 1 << 30
        let bytes = noise(20_000_000)
        let server = try TestServer(limits: limits) { _ in WebAnswer(status: 200, body: .bytes(bytes)) }
        let client = try server.client()
        client.send(Self.hello)
        #expect(server.eventually { $0.ended == [.init(path: "/a", status: 200, completed: false)] })
    }

    @Test func `an answer that takes long says so once, with what its client has, and none that has ended does`() throws {
        var limits = WebLimits()
        limits.longSeconds = 1
        let bytes = noise(20_000_000)
        let told = Mutex<[Int64]>([])
        let server = try TestServer(limits: limits) { request in
            var answer = WebAnswer(status: 200, body: .bytes(request.rawPath == "/a" ? bytes : [1]))
            answer.takesLong = { octets in told.withLock { $0.append(octets) } }
            return answer
        }
        let client = try server.client()
        client.send("GET /short HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(client.answer()?.status == 200)
        // What it has of its answers before does not count: a little of the next one is in its buffer, and no more is read.
        client.send(Self.hello)
        #expect(server.eventually { _ in told.withLock { !$0.isEmpty } })
        let octets = told.withLock { $0 }
        #expect(octets.count == 1 && octets.allSatisfy { $0 > 0 && $0 < 20_000_000 })
        #expect(client.answer()?.body.count == bytes.count)
        #expect(server.eventually { $0.ended.count == 2 })
        #expect(told.withLock { $0.count } == 1)
    }

    @Test func `an idle connection is closed`() throws {
        var limits = WebLimits()
        limits.idleSeconds = 5
        let server = try TestServer(limits: limits) { _ in WebAnswer(status: 200) }
        let silent = try server.client()
        let answered = try server.client()
        answered.send(Self.hello)
        #expect(answered.answer()?.status == 200)
        #expect(silent.rest() == [])
        #expect(answered.rest() == [])
    }

    @Test func `T10 where connections run out those that have waited longest for a request go first`() throws {
        var limits = WebLimits()
        limits.connections = 32
        limits.requestSeconds = 1000
        let server = try TestServer(threads: 2, limits: limits) { .text(status: 200, $0.rawPath) }
        var slow: [RawClient] = []
        for _ in 0..<200 {
            let client = try server.client()
            client.send("GET / HTTP/1.1\r\nHost: x\r\nX: ")
            slow.append(client)
        }
        for _ in 0..<5 {
            let client = try server.client()
            client.send(Self.hello)
            #expect(client.answer()?.status == 200)
        }
        #expect(slow.first?.rest() == [])
    }
}
