import Packets
import Provisioning
import StatusPage
import WebServer

private let token = "0123456789abcdef0123456789abcdef"

private let gates: [AdminGate] = [nil, Secret("a long password")].map { password in
    var settings = AdminSettings()
    settings.names = ["bell.example"]
    settings.password = password
    return AdminGate(settings, token: token)
}

extension FuzzTarget {
    /// Heads of requests as libmicrohttpd hands them on, a field a line: what RFC 9112 refuses, and who may use the status page (T14).
    /// The first byte says which page and who asks.
    static let httpRequests = FuzzTarget("http-requests") {
        [
            "\0GET\nHost: localhost", "\0POST\nHost: bell.example:8067\nX-Bellhop-Token: TOKEN\nContent-Length: 3",
            "\u{1}POST\nHost: 192.168.50.1\nx-bellhop-token: TOKEN\nOrigin: http://192.168.50.1\nSec-Fetch-Site: same-origin",
            "\0POST\nHost: localhost\nOrigin: http://evil.example\nSec-Fetch-Site: cross-site",
            "\u{3}GET\nHost: [::1]\nTransfer-Encoding: chunked\nContent-Length: 18446744073709551616\nHost: b",
        ].map { Array($0.utf8) }
    } run: { bytes in
        var choices = Choices(bytes)
        let way = choices.byte()
        let lines = choices.rest.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = String(parts.last?.drop { $0 == " " } ?? "")
            return (name: String(parts.first ?? ""), value: value == "TOKEN" ? token : value)
        }
        let request = WebRequest(
            method: lines.first ?? "GET", rawPath: "/api/resync", httpVersion: way & 32 == 32 ? "HTTP/1.0" : "HTTP/1.1",
            headers: headers, peer: IPv4Address(192, 168, 50, 31), peerPort: 1024, localAddress: ourAddress)
        var limits = WebLimits()
        limits.body = way & 16 == 16 ? 4096 : 0
        if refusal(of: request, headSize: bytes.count, limits: limits) == nil {
            try expect(request.headers("Host").count <= 1, "a request names one host")
            try expect(
                request.headers("Content-Length").isEmpty || request.headers("Transfer-Encoding").isEmpty,
                "a request has one length (RFC 9112 §6.1)")
        }
        guard gates[Int(way & 1)].refusal(of: request) == nil else { return }
        let host = request.header("Host")?.lowercased().split(separator: ":").first.map(String.init)
        try expect(
            host == "localhost" || host == "bell.example" || host.flatMap { IPv4Address($0) } == ourAddress,
            "the page is told to those who know this host by its name")
        let hasToken = request.header(AdminGate.tokenHeader) == token
        try expect(way & 1 == 0 || hasToken, "where there is a password, nobody guesses it")
        try expect(request.method == "GET" || request.method == "HEAD" || hasToken, "a change has the token")
    }
}
