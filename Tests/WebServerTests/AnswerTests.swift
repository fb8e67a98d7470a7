import Foundation
import Packets
import Testing
import WebServer

@Suite struct `Answers` {
    static let hello = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func `H7 bytes arrive with status, headers, length and date`() throws {
        let server = try TestServer { _ in
            WebAnswer(status: 203, headers: [("Content-Type", "text/xml"), ("ETag", "\"1\"")], body: .bytes(Array("<a/>".utf8)))
        }
        let client = try server.client()
        client.send(Self.hello)
        let answer = try #require(client.answer())
        #expect(answer.statusLine.hasPrefix("HTTP/1.1 203 "))
        #expect(answer.header("Content-Type") == "text/xml")
        #expect(answer.header("ETag") == "\"1\"")
        #expect(answer.header("Content-Length") == "4")
        #expect(answer.header("Date")?.hasSuffix(" GMT") == true)
        #expect(answer.text == "<a/>")
    }

    @Test func `a cached answer is sent again and again, and outlives its last owner here`() throws {
        let bytes = noise(2048)
        let server: TestServer
        do {
            let cached = try #require(CachedBody(status: 200, headers: [("Content-Type", "text/plain")], bytes: bytes))
            server = try TestServer { _ in WebAnswer(cached) }
        }
        for _ in 0..<3 {
            let client = try server.client()
            for _ in 0..<3 {
                client.send(Self.hello)
                let answer = try #require(client.answer())
                #expect(answer.status == 200)
                #expect(answer.header("Content-Type") == "text/plain")
                #expect(answer.body == bytes)
            }
        }
    }

    @Test func `a file of one MiB arrives byte for byte, and its descriptor is closed`() throws {
        let bytes = noise(1 << 20)
        let file = try TemporaryFile(bytes)
        defer { file.close() }
        let handed = file.open()
        let server = try TestServer { _ in
            WebAnswer(status: 200, body: .file(descriptor: handed, offset: 0, length: 1 << 20))
        }
        #expect(try curl(server.url("/firmware.bin")) == Data(bytes))
        #expect(server.eventually { _ in OpenFile(handed) != OpenFile(file.descriptor) })
    }

    @Test func `a part of a file begins at its offset`() throws {
        let bytes = noise(10_000)
        let file = try TemporaryFile(bytes)
        defer { file.close() }
        let server = try TestServer { _ in
            WebAnswer(status: 206, body: .file(descriptor: file.open(), offset: 1234, length: 5000))
        }
        #expect(try curl(server.url("/")) == Data(bytes[1234..<6234]))
    }

    @Test func `an empty file is an empty answer, and the connection stays`() throws {
        let file = try TemporaryFile([])
        defer { file.close() }
        let server = try TestServer { _ in WebAnswer(status: 200, body: .file(descriptor: file.open(), offset: 0, length: 0)) }
        let client = try server.client()
        for _ in 0..<2 {
            client.send(Self.hello)
            #expect(client.answer()?.header("Content-Length") == "0")
        }
    }

    @Test func `a file that is shorter than promised breaks the answer off`() throws {
        let file = try TemporaryFile(noise(1000))
        defer { file.close() }
        // libmicrohttpd waits for the file to grow, until the connection has been idle for too long.
        var limits = WebLimits()
        limits.idleSeconds = 1
        let server = try TestServer(limits: limits) { _ in
            WebAnswer(status: 200, body: .file(descriptor: file.open(), offset: 0, length: 5000))
        }
        let client = try server.client()
        client.send(Self.hello)
        #expect(client.answer() == nil)
        #expect(server.eventually { $0.ended == [.init(path: "/a", status: 200, completed: false)] })
    }

    @Test(arguments: ["bytes", "cached", "file"])
    func `H4 HEAD has the headers and the length of GET and no body`(kind: String) throws {
        let bytes = noise(3000)
        let file = try TemporaryFile(bytes)
        defer { file.close() }
        let headers = [(name: "ETag", value: "\"7\"")]
        let cached = try #require(CachedBody(headers: headers, bytes: bytes))
        let server = try TestServer { _ in
            switch kind {
            case "bytes": WebAnswer(status: 200, headers: headers, body: .bytes(bytes))
            case "cached": WebAnswer(cached)
            default: WebAnswer(status: 200, headers: headers, body: .file(descriptor: file.open(), offset: 0, length: 3000))
            }
        }
        let client = try server.client()
        client.send(Self.hello)
        let got = try #require(client.answer())
        client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n")
        let head = try #require(client.answer(toHead: true))
        #expect(got.body == bytes)
        #expect(head.statusLine == got.statusLine)
        let withoutDate = { (answer: RawAnswer) in answer.headers.filter { $0.name != "Date" }.map { "\($0.name): \($0.value)" } }
        #expect(withoutDate(head) == withoutDate(got))
        // Had HEAD sent a body, the next answer would not be one.
        client.send(Self.hello)
        #expect(client.answer()?.body == bytes)
    }

    @Test func `H5 304 has no body, and the length of the body that it stands for`() throws {
        let file = try TemporaryFile(noise(300))
        defer { file.close() }
        let server = try TestServer { _ in
            WebAnswer(status: 304, headers: [("ETag", "\"1\"")], body: .file(descriptor: file.open(), offset: 0, length: 300))
        }
        let client = try server.client()
        for _ in 0..<2 {
            client.send(Self.hello)
            let answer = try #require(client.answer(toHead: true))
            #expect(answer.status == 304)
            #expect(answer.header("ETag") == "\"1\"")
            #expect(answer.header("Content-Length") == "300")
        }
    }

    @Test func `204 has neither body nor length`() throws {
        let server = try TestServer { _ in WebAnswer(status: 204) }
        let client = try server.client()
        for _ in 0..<2 {
            client.send(Self.hello)
            let answer = try #require(client.answer())
            #expect(answer.status == 204)
            #expect(answer.header("Content-Length") == nil)
        }
    }

    @Test(arguments: [
        WebAnswer(status: 200, headers: [("Location", "/a\r\nSet-Cookie: b")]), WebAnswer(status: 200, headers: [("X", "a\0b")]),
        WebAnswer(status: 200, headers: [("X Y", "a")]), WebAnswer(status: 99), WebAnswer(status: -1), WebAnswer(status: 1000),
        WebAnswer(status: 200, body: .file(descriptor: -1, offset: -1, length: 1)),
        WebAnswer(status: 200, body: .file(descriptor: -1, offset: 0, length: -1)),
    ])
    func `an answer that cannot be sent becomes a 500 without headers`(impossible: WebAnswer) throws {
        let server = try TestServer { _ in impossible }
        let client = try server.client()
        client.send(Self.hello)
        let answer = try #require(client.answer())
        #expect(answer.status == 500)
        #expect(answer.headers.allSatisfy { ["Date", "Content-Length", "Connection"].contains($0.name) })
        #expect(server.eventually { $0.ended == [.init(path: "/a", status: 500, completed: true)] })
    }

    @Test func `a descriptor is closed with an answer that cannot be sent`() throws {
        let file = try TemporaryFile(noise(10))
        defer { file.close() }
        let handed = file.open()
        let server = try TestServer { _ in
            WebAnswer(status: 200, headers: [("X", "\n")], body: .file(descriptor: handed, offset: 0, length: 10))
        }
        let client = try server.client()
        client.send(Self.hello)
        #expect(client.answer()?.status == 500)
        #expect(OpenFile(handed) != OpenFile(file.descriptor))
    }

    @Test func `a cached answer with a header that cannot be sent is none`() {
        #expect(CachedBody(headers: [("X", "a\nb")], bytes: []) == nil)
        #expect(CachedBody(status: 42, headers: [], bytes: []) == nil)
    }
}
