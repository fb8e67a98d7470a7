import JSONText
import Packets
import Provisioning
import WebServer

/// One request that passed the gate.
struct Call {
    let request: WebRequest
    /// What stood where the route has `*`.
    let parameters: [String]

    /// What the query says under a name, percent signs and `+` decoded; `nil` where it says nothing.
    func text(_ name: String) throws(Refused) -> String? {
        guard let value = value(of: name), !value.isEmpty else { return nil }
        guard let text = queryDecoded(value) else {
            throw Refused(400, "\(name) is no text: it holds a broken percent escape, a NUL, or bytes that are not UTF-8")
        }
        return text
    }

    /// A number in the query, `from=12`; `nil` where there is none of that name.
    func number(_ name: String, in range: ClosedRange<Int>) throws(Refused) -> Int? {
        guard let value = value(of: name) else { return nil }
        guard let number = Int(value), range.contains(number) else {
            throw Refused(400, "\(name) is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func value(of name: String) -> Substring? {
        (request.query ?? "").split(separator: "&").first { $0.hasPrefix("\(name)=") }?.dropFirst(name.count + 1)
    }
}

/// Why a question gets no other answer.
struct Refused: Error, Sendable {
    let answer: WebAnswer

    init(_ status: Int, _ sentence: String) {
        answer = .error(status, sentence)
    }
}

/// What is answered where, and by what. A path is matched piece by piece; `*` takes any one.
struct Route: Sendable {
    let method: String
    let path: String
    let answer: @Sendable (Call) -> WebAnswer

    /// The pieces that stood for `*`; `nil` where the path is another.
    func parameters(of path: String) -> [String]? {
        let pieces = path.split(separator: "/", omittingEmptySubsequences: false)
        let wanted = self.path.split(separator: "/", omittingEmptySubsequences: false)
        guard pieces.count == wanted.count else { return nil }
        var parameters: [String] = []
        for (piece, pattern) in zip(pieces, wanted) {
            if pattern == "*" { parameters.append(String(piece)) } else if pattern != piece { return nil }
        }
        return parameters
    }
}

extension [Route] {
    func answer(_ request: WebRequest) -> WebAnswer {
        // The server leaves the body out of an answer to HEAD.
        let method = request.method == "HEAD" ? "GET" : request.method
        let here = compactMap { route in route.parameters(of: request.rawPath).map { (route, $0) } }
        if let (route, parameters) = here.first(where: { $0.0.method == method }) {
            return route.answer(Call(request: request, parameters: parameters))
        }
        if here.isEmpty { return .error(404, "there is nothing here") }
        let allowed = here.map { $0.0.method == "GET" ? "GET, HEAD" : $0.0.method }.joined(separator: ", ")
        return WebAnswer.error(405, "this takes \(allowed)").adding([("Allow", allowed)])
    }
}

extension WebAnswer {
    static func json(_ value: JSONValue, status: Int = 200) -> WebAnswer {
        WebAnswer(
            status: status, headers: [("Content-Type", "application/json")], body: .bytes(Array("\(value.text)\n".utf8)))
    }

    /// What is wrong, in a sentence, as `{"error": …}`.
    static func error(_ status: Int, _ sentence: String, _ more: [(String, JSONValue)] = []) -> WebAnswer {
        .json(.object([("error", .string(sentence))] + more), status: status)
    }

    /// RFC 9110 and the Fetch, CSP and Referrer Policy specifications: nothing of it is shown inside, kept for, or told to anybody
    /// else. A page that needs more names its own policy.
    static let safeHeaders: [(name: String, value: String)] = [
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
    ]
}
