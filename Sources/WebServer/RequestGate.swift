import HTTPSemantics

/// Why a request is refused before any handler sees it. The connection is closed after the answer, since where such a request ends
/// is not certain.
package struct Refusal: Equatable {
    package let status: Int
    package let sentence: String

    init(_ status: Int, _ sentence: String) {
        self.status = status
        self.sentence = sentence
    }

    static let bodyTooLarge = Refusal(413, "This server takes no request body of that size.")
}

/// What libmicrohttpd lets through and RFC 9112 does not. `nil`: the request is well-formed.
///
/// `headSize` counts the octets of the whole head.
package func refusal(of request: WebRequest, headSize: Int, limits: WebLimits) -> Refusal? {
    if headSize > limits.head {
        return Refusal(431, "The head of the request is longer than \(limits.head) octets.")
    }
    // §5.1: "A server MUST reject, with a response status code of 400, any received request message that contains whitespace between
    // a header field name and colon." libmicrohttpd takes the whitespace as part of the name, and so would not see a length or host.
    if !request.headers.allSatisfy({ isToken($0.name) }) || !isToken(request.method) {
        return Refusal(400, "The method or the name of a header field is not a token.")
    }
    return hostRefusal(of: request) ?? framingRefusal(of: request) ?? expectationRefusal(of: request)
}

/// RFC 9112 §3.2: "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message that lacks a Host header
/// field and to any request message that contains more than one Host header field line or a Host header field with an invalid field
/// value."
private func hostRefusal(of request: WebRequest) -> Refusal? {
    let hosts = request.headers("Host")
    if hosts.count > 1 { return Refusal(400, "The request names more than one host.") }
    if hosts.isEmpty, request.httpVersion != "HTTP/1.0" { return Refusal(400, "The request names no host.") }
    if let host = hosts.first, !isHostField(host) { return Refusal(400, "The request names a host that is none.") }
    return nil
}

private func isHostField(_ value: String) -> Bool {
    // RFC 3986 §3.2.2: unreserved, percent-encoded and sub-delims, the brackets of an IP literal, the colon before the port.
    value.utf8.allSatisfy { octet in
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~%!$&'()*+,;=:[]".utf8.contains(octet)
        }
    }
}

private func framingRefusal(of request: WebRequest) -> Refusal? {
    let codings = request.headers("Transfer-Encoding")
    let lengths = request.headers("Content-Length")
    if !codings.isEmpty {
        // §6.1: such a message "might indicate an attempt to perform request smuggling".
        if !lengths.isEmpty { return Refusal(400, "The request has both Transfer-Encoding and Content-Length.") }
        // §6.1: "A server that receives a request message with a transfer coding it does not understand SHOULD respond with 501".
        guard codings.count == 1, sameFieldName(codings[0], "chunked") else {
            return Refusal(501, "The only transfer coding that this server knows is chunked.")
        }
        return request.httpVersion == "HTTP/1.0" ? Refusal(400, "HTTP/1.0 has no transfer codings.") : nil
    }
    guard let first = lengths.first else { return nil }
    // §6.3: lengths that differ are "an unrecoverable error"; equal ones may be refused as well.
    guard lengths.count == 1, !first.isEmpty, first.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
        return Refusal(400, "Content-Length is not one decimal number.")
    }
    return Int(first) == nil ? .bodyTooLarge : nil
}

/// RFC 9110 §10.1.1: "A server that receives an Expect field value containing a member other than 100-continue MAY respond with a 417
/// (Expectation Failed) status code to indicate that the unexpected expectation cannot be met."
private func expectationRefusal(of request: WebRequest) -> Refusal? {
    let expectations = request.headers("Expect")
    // HTTP/1.0 has none: "A server that receives a 100-continue expectation in an HTTP/1.0 request MUST ignore that expectation."
    guard request.httpVersion != "HTTP/1.0", !expectations.allSatisfy({ sameFieldName($0, "100-continue") }) else { return nil }
    return Refusal(417, "The only expectation that this server meets is 100-continue.")
}

/// How large a request says that its body is.
enum DeclaredBody: Equatable {
    case none
    case octets(Int)
    /// Chunked: its end shows when it comes.
    case unknown

    /// - Parameter request: well-formed.
    init(of request: WebRequest) {
        if request.header("Transfer-Encoding") != nil {
            self = .unknown
        } else {
            let length = request.header("Content-Length").flatMap { Int($0) } ?? 0
            self = length == 0 ? .none : .octets(length)
        }
    }
}
