import HTTPSemantics

/// What a handler gives back. The server adds Date, Content-Length and Connection: an answer does not name them.
/// An answer to HEAD is the answer to GET; the server leaves its body out and keeps its Content-Length (RFC 9110 §9.3.2). In the same
/// way a 304 is given the body that it stands for (§15.4.5): with `.none` it would carry a Content-Length of 0, which is wrong (§8.6).
package struct WebAnswer: Sendable {
    package enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// Its own status and headers are sent; those of the answer around it are not.
        case cached(CachedBody)
        /// `length` octets from `offset` of an open regular file, by sendfile(2). The server takes the descriptor over with the answer
        /// and closes it, whatever becomes of the answer. A file that turns out shorter breaks the connection off.
        case file(descriptor: Int32, offset: Int64, length: Int64)
        /// Octets as they come, until the stream is closed.
        case stream(WebStream)
        /// Another answer comes in place of this one, and gets this one's headers besides its own. It is not another of this kind.
        case later(LateAnswer)
    }

    /// 200 to 599.
    package let status: Int
    /// Names are tokens, values hold no CR, LF or NUL and are not empty: an answer with any other becomes a 500 without headers.
    package private(set) var headers: [(name: String, value: String)]
    package let body: Body
    /// Called once, on the thread that served it, when nothing more of this answer will be sent: with whether its last octet went out. Where
    /// it did not, and the answer has a `takesLong`, also with how many octets the client has acknowledged, counted as there.
    package var ended: (@Sendable (_ isComplete: Bool, _ octets: Int64?) -> Void)?
    /// Called once, on a thread of the server's, where the answer is still on its way after ``WebLimits/longSeconds``: with how many octets
    /// of it the client has acknowledged, its head and what TLS adds among them. Not after `ended`.
    package var takesLong: (@Sendable (_ octets: Int64) -> Void)?

    package init(status: Int, headers: [(name: String, value: String)] = [], body: Body = .none) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The same answer with these headers, save for those that it has already.
    package func adding(_ more: [(name: String, value: String)]) -> WebAnswer {
        var answer = self
        answer.headers += more.filter { new in !headers.contains { sameFieldName($0.name, new.name) } }
        return answer
    }

    package init(_ cached: CachedBody) {
        self.init(status: cached.status, body: .cached(cached))
    }

    /// One line of plain text.
    package static func text(
        status: Int, _ sentence: String, headers: [(name: String, value: String)] = []
    ) -> WebAnswer {
        WebAnswer(
            status: status,
            headers: [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")] + headers,
            body: .bytes(Array("\(sentence)\n".utf8)))
    }
}

extension WebAnswer.Body {
    /// Octets.
    var count: Int {
        switch self {
        case .none: 0
        case .bytes(let bytes): bytes.count
        case .cached(let cached): cached.byteCount
        case .file(_, _, let length): max(0, Int(length))
        case .stream, .later: 0
        }
    }
}
