import Foundation
import LinuxSystem
import Packets
import Synchronization
import Testing

@testable import WebServer

@Suite struct `Start and stop` {
    static let hello = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

    private func startFails(on address: IPv4Address, port: UInt16) -> WebServerError? {
        do throws(WebServerError) {
            _ = try WebServer(listen: address, port: port, threads: 1, handler: { _ in WebAnswer(status: 200) })
            return nil
        } catch {
            return error
        }
    }

    @Test func `a port in use is named`() throws {
        let server = try TestServer { _ in WebAnswer(status: 200) }
        let error = startFails(on: loopback, port: server.port)
        #expect(error == .addressInUse(loopback, port: server.port))
        #expect(error?.description.hasPrefix("127.0.0.1:\(server.port) is in use by another program") == true)
    }

    @Test func `an address of no interface is named`() {
        let elsewhere = IPv4Address(203, 0, 113, 1)
        #expect(startFails(on: elsewhere, port: 0) == .noSuchAddress(elsewhere, port: 0))
    }

    @Test(.enabled(if: geteuid() != 0, "root may use every port"))
    func `a low port without the right to it is named`() {
        #expect(startFails(on: loopback, port: 1) == .notPermitted(loopback, port: 1))
    }

    @Test func `what errno says becomes a sentence of its own`() {
        let sentence = { (code: Int32) in
            WebServerError(listening: loopback, port: 80, SystemError(call: "bind", errno: code, what: "")).description
        }
        #expect(sentence(EADDRINUSE).contains("in use"))
        #expect(sentence(EACCES).contains("CAP_NET_BIND_SERVICE"))
        #expect(sentence(EPERM).contains("CAP_NET_BIND_SERVICE"))
        #expect(sentence(EADDRNOTAVAIL).contains("no interface"))
        #expect(sentence(EMFILE) == "cannot listen on 127.0.0.1:80: Too many open files")
    }

    @Test func `stop returns while clients are connected, and they see the end`() throws {
        let server = try TestServer { .text(status: 200, $0.rawPath) }
        let clients = try (0..<5).map { _ in try server.client() }
        for client in clients.dropFirst() {
            client.send(Self.hello)
            #expect(client.answer()?.status == 200)
        }
        clients[1].send("GET /half")
        server.web.stop()
        for client in clients { #expect(client.rest() == []) }
        #expect(throws: RawClient.Refused.self) { try server.client() }
        server.web.stop()
    }

    @Test func `who waits for an answer that comes later keeps nobody waiting on the same thread`() throws {
        let late = LateAnswer()
        let server = try TestServer(threads: 1) { request in
            request.rawPath == "/late"
                ? WebAnswer(status: 200, headers: [("X-Outer", "1")], body: .later(late)) : .text(status: 200, request.rawPath)
        }
        let patient = try server.client()
        patient.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n")
        let others = try server.client()
        for _ in 0..<3 {
            others.send(Self.hello)
            #expect(others.answer()?.status == 200)
        }
        late.give(.text(status: 203, "late"))
        late.give(.text(status: 500, "later"))
        let answer = try #require(patient.answer())
        #expect(answer.status == 203 && answer.header("X-Outer") == "1")
        #expect(patient.answer()?.status == 200)
    }

    @Test func `an answer that was there before it was waited for, and a client that goes, are no trouble`() throws {
        let late = LateAnswer()
        let server = try TestServer(threads: 1) { request in
            let answer = request.rawPath == "/gone" ? late : LateAnswer()
            if request.rawPath != "/gone" { answer.give(.text(status: 200, "now")) }
            return WebAnswer(status: 200, body: .later(answer))
        }
        let client = try server.client()
        client.send(Self.hello)
        #expect(client.answer()?.status == 200)
        do {
            let gone = try server.client()
            gone.send("GET /gone HTTP/1.1\r\nHost: x\r\n\r\n")
            client.send(Self.hello)
            #expect(client.answer()?.status == 200)
        }
        late.give(.text(status: 200, "for nobody"))
        client.send(Self.hello)
        #expect(client.answer()?.status == 200)
    }

    @Test func `stop answers who waits for an answer that never comes`() throws {
        let server = try TestServer { _ in WebAnswer(status: 200, body: .later(LateAnswer())) }
        let clients = try (0..<3).map { _ in try server.client() }
        for client in clients { client.send(Self.hello) }
        #expect(server.eventually { $0.seen.count == 3 })
        server.web.stop()
        for client in clients { #expect(client.answer()?.status == 503) }
    }

    /// libmicrohttpd must not be stopped while a connection is suspended; those that are open go on being served until it is.
    @Test func `a stream that is asked for while the server stops ends at once`() throws {
        let file = try TemporaryFile(noise(12_000_000))
        defer { file.close() }
        let server = try TestServer { request in
            switch request.rawPath {
            case "/late": WebAnswer(status: 200, body: .later(LateAnswer()))
            case "/stream": WebAnswer(status: 200, body: .stream(WebStream()))
            default: WebAnswer(status: 200, body: .file(descriptor: file.open(), offset: 0, length: 12_000_000))
            }
        }
        func request(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n" }
        let (waiting, slow) = (try server.client(), try server.client())
        waiting.send(request("/late"))
        // Until its end is taken the server waits, and serves.
        slow.send(request("/a"))
        #expect(server.eventually { $0.seen.count == 2 })
        let stopped = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            server.web.stop(graceMilliseconds: 60_000)
            stopped.signal()
        }
        #expect(waiting.answer()?.status == 503)
        waiting.send(request("/stream"))
        let answer = try #require(waiting.answer())
        #expect(answer.status == 200)
        #expect(answer.body.isEmpty)
        _ = slow.answer()
        stopped.wait()
        #expect(server.ended.map(\.completed) == [true, true, true])
    }

    @Test func `stop lets an answer on its way come to its end`() throws {
        let bytes = noise(12_000_000)
        let file = try TemporaryFile(bytes)
        defer { file.close() }
        let server = try TestServer { _ in
            WebAnswer(status: 200, body: .file(descriptor: file.open(), offset: 0, length: Int64(bytes.count)))
        }
        let client = try server.client()
        client.send(Self.hello)
        #expect(server.eventually { $0.seen.count == 1 })
        let stopped = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            server.web.stop(graceMilliseconds: 20_000)
            stopped.signal()
        }
        usleep(200_000)
        #expect(client.answer()?.body == bytes)
        stopped.wait()
        #expect(server.ended == [.init(path: "/a", status: 200, completed: true)])
    }

    @Test func `stop breaks an answer off that nobody takes`() throws {
        let file = try TemporaryFile(noise(12_000_000))
        defer { file.close() }
        var limits = WebLimits()
        limits.idleSeconds = 10_000
        limits.requestSeconds = 10_000
        let server = try TestServer(limits: limits) { _ in
            WebAnswer(status: 200, body: .file(descriptor: file.open(), offset: 0, length: 12_000_000))
        }
        let client = try server.client()
        client.send(Self.hello)
        #expect(server.eventually { $0.seen.count == 1 })
        server.web.stop(graceMilliseconds: 50)
        #expect(server.ended == [.init(path: "/a", status: 200, completed: false)])
    }

    @Test func `a port is free again after stop, and after the last reference is gone`() throws {
        var server: WebServer? = try WebServer(listen: loopback, port: 0, threads: 2, handler: { _ in WebAnswer(status: 200) })
        let port = try #require(server?.port)
        #expect(port != 0)
        let client = try RawClient(port: port)
        client.send(Self.hello)
        #expect(client.answer()?.status == 200)
        server?.stop()
        #expect(startFails(on: loopback, port: port) == nil)
        server = try WebServer(listen: loopback, port: port, threads: 2, handler: { _ in WebAnswer(status: 200) })
        server = nil
        #expect(startFails(on: loopback, port: port) == nil)
    }

    @Test func `a socket that listens already is served, and closed by stop`() throws {
        let listener = try openListener(on: loopback, port: 0)
        let port = try #require(localEndpoint(of: listener)).port
        let server = try WebServer(listener: listener, threads: 2, service: WebService { .text(status: 200, $0.rawPath) })
        #expect(server.address == loopback)
        #expect(server.port == port)
        #expect(try curl("http://127.0.0.1:\(port)/b") == Data("/b\n".utf8))
        server.stop()
        #expect(startFails(on: loopback, port: port) == nil)
    }

    @Test func `a descriptor that does not listen is refused and closed`() throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let opened = try #require(OpenFile(socket))
        #expect(throws: WebServerError.notAListener(descriptor: socket)) {
            try WebServer(listener: socket, threads: 1, service: WebService { _ in WebAnswer(status: 200) })
        }
        #expect(OpenFile(socket) != opened)
    }
}
