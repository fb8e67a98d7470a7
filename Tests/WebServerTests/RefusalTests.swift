import Packets
import Testing
import WebServer

@Suite struct `Refusals` {
    private func server(_ limits: WebLimits = WebLimits()) throws -> TestServer {
        try TestServer(limits: limits) { .text(status: 200, $0.rawPath) }
    }

    @Test(arguments: [
        ("HTTP/1.1 without Host", "GET / HTTP/1.1\r\n\r\n", 400),
        ("HTTP/1.2 without Host", "GET / HTTP/1.2\r\n\r\n", 400),
        ("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("the same host twice", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400),
        ("two hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("a host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        ("a host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        ("a host with a user", "GET / HTTP/1.1\r\nHost: u@b\r\n\r\n", 400),
        ("space before the colon", "GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", 400),
        ("space in a name", "GET / HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n", 400),
        ("no name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400),
        ("no colon", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", 400),
        ("a method that is no token", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("both framings", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n", 400),
        ("a list of lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nabcde", 400),
        ("a signed length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nabcde", 400),
        ("a negative length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", 400),
        ("an empty length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400),
        ("a length beyond 64 bits", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        ("a length beyond 63 bits", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n", 413),
        ("a body where none is taken", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na", 413),
        ("a chunked body where none is taken", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413),
        ("an unknown coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("two codings", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        ("chunked, twice", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 501),
        ("a target that is no path", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("a target of another scheme", "GET ftp://a/b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("an authority as target", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("an absolute target without host", "GET http:///b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ])
    func `what RFC 9112 forbids is refused, the connection closed, and no handler sees it`(
        fault: String, request: String, status: Int
    ) throws {
        let server = try server()
        let client = try server.client()
        client.send(request)
        let answer = try #require(client.answer(), "\(fault): no answer")
        #expect(answer.status == status, "\(fault): \(answer.statusLine)")
        #expect(client.seesEnd(), "\(fault): still open")
        #expect(server.seen.isEmpty, "\(fault): seen by the handler")
    }

    @Test func `a refusal that the server decided is reported`() throws {
        let server = try server()
        let client = try server.client()
        client.send("GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        #expect(client.answer()?.text == "The request names more than one host.\n")
        #expect(server.eventually { $0.ended == [.init(path: "/x", status: 400, completed: true)] })
    }
}
