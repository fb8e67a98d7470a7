import CMicroHTTPD

/// A whole answer (status, headers and bytes) that is built once and then sent any number of times, by any thread, without a copy.
package final class CachedBody: Sendable {
    /// What it was built of.
    package let answer: WebAnswer
    package let byteCount: Int
    package var status: Int { answer.status }
    /// libmicrohttpd counts who uses a response under its own lock, and nothing changes one after it is built.
    nonisolated(unsafe) let response: OpaquePointer

    /// `nil` when a header cannot be sent (see `WebAnswer.headers`), the status is not 200 to 599, or memory is short.
    package init?(status: Int = 200, headers: [(name: String, value: String)], bytes: [UInt8]) {
        let answer = WebAnswer(status: status, headers: headers, body: .bytes(bytes))
        guard let built = buildResponse(answer) else { return nil }
        response = built
        self.answer = answer
        byteCount = bytes.count
    }

    deinit {
        // Answers still on their way hold the response on their own account.
        MHD_destroy_response(response)
    }
}
