import Foundation
import Packets
import Synchronization
import Testing
import WebServer

@Suite struct `Requests` {
    private func server(_ limits: WebLimits = WebLimits()) throws -> TestServer {
        try TestServer(limits: limits) { .text(status: 200, $0.rawPath) }
    }

    @Test(
        arguments: [
            // target, path, query
            ("/a", "/a", nil),
            ("/%2e%2e%2fetc/passwd", "/%2e%2e%2fetc/passwd", nil),
            ("/a%00b", "/a%00b", nil),
            ("/%252e", "/%252e", nil),
            ("/../../etc/passwd", "/../../etc/passwd", nil),
            ("//a/./b", "//a/./b", nil),
            ("/a+b", "/a+b", nil),
            ("/a?b=%41&c+d", "/a", "b=%41&c+d"),
            ("/a?", "/a", ""),
            ("/a?b?c", "/a", "b?c"),
            ("/a%3Fb", "/a%3Fb", nil),
            ("http://other.example:8080/a%20b?c", "/a%20b", "c"),
            ("HTTP://other.example", "/", nil),
            ("https://other.example?c", "/", "c"),
            ("*", "*", nil),
        ] as [(String, String, String?)])
    func `a request target reaches the handler undecoded`(target: String, path: String, query: String?) throws {
        let server = try server()
        let client = try server.client()
        client.send("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(client.answer()?.status == 200)
        let request = try #require(server.seen.first)
        #expect(request.rawPath == path)
        #expect(request.query == query)
    }

    @Test func `H1 method, version and headers are as sent, and names are found in any case`() throws {
        let server = try server()
        let client = try server.client()
        client.send("PROPfind /a HTTP/1.1\r\nhOST: x\r\nX-One: 1\r\nX-Empty:\r\nx-one:  2\r\n\r\n")
        #expect(client.answer()?.status == 200)
        let request = try #require(server.seen.first)
        #expect(request.method == "PROPfind")
        #expect(request.httpVersion == "HTTP/1.1")
        #expect(request.headers.map { "\($0.name)=\($0.value)" } == ["hOST=x", "X-One=1", "X-Empty=", "x-one=2"])
        #expect(request.header("Host") == "x")
        #expect(request.header("X-ONE") == "1")
        #expect(request.headers("x-One") == ["1", "2"])
        #expect(request.header("X") == nil)
    }

    @Test func `peer, its port and the server's own address are seen`() throws {
        let server = try server()
        let client = try server.client()
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(client.answer()?.status == 200)
        let request = try #require(server.seen.first)
        #expect(request.peer == loopback)
        #expect(request.peerPort == client.port)
        #expect(request.localAddress == loopback)
    }

    @Test func `T9 who is at the peer's address is asked anew for each connection, and for one at most once a second`() throws {
        let asked = Mutex(UInt64(0))
        let began = ContinuousClock.now
        let server = try TestServer(
            station: { _ in
                asked.withLock {
                    $0 += 1
                    return MACAddress(bits: 0x0004_1300_0000 + $0)
                }
            },
            handler: { .text(status: 200, $0.station.map { "\($0?.plain ?? "none")" } ?? "not asked") })
        for _ in 0..<3 {
            let client = try server.client()
            for _ in 0..<20 {
                client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(client.answer()?.status == 200)
            }
        }
        let stations = server.seen.map { $0.station }
        #expect(stations.allSatisfy { $0 != nil })
        for connection in [0..<20, 20..<40] { #expect(stations[connection.upperBound - 1] != stations[connection.upperBound]) }
        let seconds = UInt64((ContinuousClock.now - began).components.seconds)
        #expect(asked.withLock { $0 } <= 3 + seconds + 1)
    }

    @Test func `a server on every address says which one was used`() throws {
        let web = try WebServer(
            listen: .any, port: 0, threads: 1, handler: { .text(status: 200, $0.localAddress?.description ?? "none") })
        #expect(try curl("http://127.0.0.5:\(web.port)/") == Data("127.0.0.5\n".utf8))
        #expect(try curl("http://127.0.0.6:\(web.port)/") == Data("127.0.0.6\n".utf8))
    }

    @Test func `H3 two requests on one connection get two answers`() throws {
        let server = try server()
        let client = try server.client()
        for path in ["/one", "/two"] {
            client.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(client.answer()?.text == "\(path)\n")
        }
        #expect(Set(server.seen.map(\.peerPort)).count == 1)
    }

    @Test func `H3 pipelined requests are answered in order`() throws {
        let server = try server()
        let client = try server.client()
        let paths = (0..<20).map { "/\($0)" }
        client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
        for path in paths {
            #expect(client.answer()?.text == "\(path)\n")
        }
    }

    @Test func `H3 HTTP 1.0 needs no host, and its connection is closed`() throws {
        let server = try server()
        let client = try server.client()
        client.send("GET /old HTTP/1.0\r\n\r\n")
        #expect(client.answer()?.text == "/old\n")
        #expect(client.rest() == [])
        #expect(server.seen.first?.httpVersion == "HTTP/1.0")
    }

    @Test func `H3 HTTP 1.0 with keep-alive keeps its connection`() throws {
        let server = try server()
        let client = try server.client()
        for _ in 0..<2 {
            client.send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(client.answer()?.text == "/old\n")
        }
    }

    @Test func `H3 a client that has sent all that it will still gets its answer`() throws {
        let server = try server()
        let client = try server.client()
        client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
        client.endSending()
        #expect(client.answer()?.text == "/a\n")
    }

    @Test func `H3 a client's wish to close is granted`() throws {
        let server = try server()
        let client = try server.client()
        client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(client.answer()?.header("Connection")?.lowercased() == "close")
        #expect(client.rest() == [])
    }

    @Test(arguments: ["GET", "POST", "DELETE"])
    func `H2 a body within the limit is thrown away, and the next request is understood`(method: String) throws {
        var limits = WebLimits()
        limits.body = 100_000
        let server = try server(limits)
        let client = try server.client()
        let body = String(repeating: "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n", count: 2500)
        client.send("\(method) /a HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        #expect(client.answer()?.text == "/a\n")
        client.send(
            "\(method) /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nGET /\r\n3;a=b\r\nabc\r\n0\r\n\r\n")
        #expect(client.answer()?.text == "/b\n")
        client.send("GET /c HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(client.answer()?.text == "/c\n")
        #expect(server.seen.map(\.rawPath) == ["/a", "/b", "/c"])
    }

    @Test func `H8 a client that asks before it sends what nobody wants is answered at once`() throws {
        var limits = WebLimits()
        limits.body = 10
        let server = try server(limits)
        let client = try server.client()
        client.send("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        #expect(client.answer()?.text == "/a\n")
        #expect(client.rest() == [], "what follows might be the body or a request")
    }

    @Test func `hostile octets in headers trap nothing and stay in their field`() throws {
        let server = try server()
        let hostile: [[UInt8]] = [
            [0x1b, 0x5b, 0x32, 0x4a], [0xff, 0xfe, 0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
            [0x01, 0x7f, 0x08],
            Array("<script>%s%n${jndi:ldap://x}\u{202e}".utf8), [UInt8](repeating: 0xe2, count: 3000), [0x61, 0x00, 0x62],
        ]
        for octets in hostile {
            let client = try server.client()
            client.send(Array("GET /a HTTP/1.1\r\nHost: x\r\nUser-Agent: ".utf8) + octets + Array("\r\nX-After: 1\r\n\r\n".utf8))
            #expect(client.answer()?.status == 200)
            #expect(server.seen.last?.header("X-After") == "1")
            #expect(server.seen.last?.headers.count == 3)
        }
        #expect(server.seen[0].header("User-Agent") == "\u{1b}[2J")
        #expect(server.seen[1].header("User-Agent") == "\u{fffd}\u{fffd}\u{fffd}")
    }

    @Test func `every prefix of a request, and odd octets in every place of it, leave the server serving`() throws {
        var limits = WebLimits()
        limits.connections = 1000
        limits.connectionsPerAddress = 0
        // One thread serves connections in the order of their arrival: the last one's answer means that all were looked at.
        let server = try TestServer(threads: 1, limits: limits) { .text(status: 200, $0.rawPath) }
        let whole = Array("GET /a?b HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n".utf8)
        var clients: [RawClient] = []
        for place in whole.indices {
            clients.append(try server.client())
            clients.last?.send(Array(whole[..<place]))
            for octet in [0x00, 0x0a, 0x0d, 0x20, 0x3a, 0x3f, 0x80, 0xff] as [UInt8] {
                var mutant = whole
                mutant[place] = octet
                clients.append(try server.client())
                clients.last?.send(mutant)
            }
        }
        let client = try server.client()
        client.send(whole)
        #expect(client.answer()?.text == "/a\n")
        clients = []
        client.send(whole)
        #expect(client.answer()?.text == "/a\n")
    }

    @Test func `fifty clients at once get fifty right answers`() async throws {
        let bytes = noise(300_000)
        let file = try TemporaryFile(bytes)
        defer { file.close() }
        let server = try TestServer { request in
            let offset = Int64(request.rawPath.dropFirst()) ?? 0
            return WebAnswer(status: 200, body: .file(descriptor: file.open(), offset: offset, length: 200_000))
        }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let client = try server.client()
                    for offset in [number, number + 1000] {
                        client.send("GET /\(offset) HTTP/1.1\r\nHost: x\r\n\r\n")
                        guard client.answer()?.body == Array(bytes[offset..<offset + 200_000]) else { return false }
                    }
                    return true
                }
            }
            for try await right in group { #expect(right) }
        }
        #expect(server.eventually { $0.ended.count == 100 })
        #expect(server.ended.allSatisfy { $0.status == 200 && $0.completed })
    }
}
