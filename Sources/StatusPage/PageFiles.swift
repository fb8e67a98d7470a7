import LinuxSystem
import WebServer

/// The page's own files, read once: what a browser gets of them never depends on what it asks for beyond their names.
struct PageFiles: Sendable {
    private let answers: [String: CachedBody]

    /// - Parameter folder: with `index.html` in it; `nil` where the page did not come with this program.
    init(folder: String?) {
        var answers: [String: CachedBody] = [:]
        for (name, type) in PageFiles.names {
            guard let folder, let bytes = try? readWholeFile("\(folder)/\(name)", limit: 1 << 20) else { continue }
            let headers =
                [("Content-Type", type)] + PageFiles.headers
                + WebAnswer.safeHeaders.filter { $0.name != PageFiles.headers[0].0 && $0.name != "Cache-Control" }
            answers[name] = CachedBody(headers: headers.map { (name: $0.0, value: $0.1) }, bytes: bytes)
        }
        self.answers = answers
    }

    private static let names = [
        ("index.html", "text/html; charset=utf-8"), ("page.css", "text/css; charset=utf-8"), ("bell.svg", "image/svg+xml"),
        ("page.js", "text/javascript; charset=utf-8"), ("api.js", "text/javascript; charset=utf-8"),
        ("dom.js", "text/javascript; charset=utf-8"), ("fleet.html", "text/html; charset=utf-8"),
        ("fleet.js", "text/javascript; charset=utf-8"),
        ("phones.js", "text/javascript; charset=utf-8"), ("plot.js", "text/javascript; charset=utf-8"),
        ("resync.js", "text/javascript; charset=utf-8"),
        ("waterfall.js", "text/javascript; charset=utf-8"), ("openapi.json", "application/json"),
    ]

    /// Nothing from elsewhere, nothing inline (CSP 3).
    private static let headers = [
        (
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        ),
        ("Cache-Control", "no-cache"),
    ]

    var routes: [Route] {
        let files = PageFiles.names.map { name, _ in Route(method: "GET", path: "/\(name)") { _ in file(name) } }
        return [Route(method: "GET", path: "/") { _ in file("index.html") }] + files
    }

    private func file(_ name: String) -> WebAnswer {
        answers[name].map(WebAnswer.init) ?? .error(404, "the page did not come with this program; the API is there")
    }
}
