/// What a response has in common with the request that it answers (RFC 3261 §17.1.3): the branch of the top Via, and the method
/// in CSeq.
package struct SIPResponseKey: Hashable, Sendable {
    /// In lower case, since values are compared without regard to case (RFC 3261 §7.3.1).
    package let branch: String
    package let method: String

    package init(branch: String, method: String) {
        self.branch = branch.lowercased()
        self.method = method
    }

    /// `nil` when the message is no response, when its Via or CSeq cannot be read, and when it has more than one Via, because
    /// then it is meant for someone behind us (RFC 3261 §8.1.3.3).
    package init?(response message: SIPMessage) {
        guard message.status != nil, message.elements("Via").count == 1 else { return nil }
        self.init(message)
    }

    /// The key of the responses to a request of ours.
    package init?(request message: SIPMessage) {
        guard message.method != nil else { return nil }
        self.init(message)
    }

    private init?(_ message: SIPMessage) {
        guard let branch = message.topVia?.branch, let text = message.elements("CSeq").first,
            let cseq = try? SIPCSeq(parsing: text)
        else { return nil }
        self.init(branch: branch, method: cseq.method)
    }
}
