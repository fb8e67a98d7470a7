import Packets

/// What a retransmission of a request has in common with the first: equal keys, one transaction.
///
/// A key is a hash whose seed is this process's secret, so it takes no more room than a number and nobody outside can make up two requests
/// with one.
package struct SIPTransactionKey: Hashable, Sendable {
    package let hash: Int

    /// RFC 3261 §8.1.1.7: branches of elements that follow it begin so.
    package static let magicCookie = "z9hG4bK"

    /// A key of any words.
    package init(_ words: [String]) {
        var hasher = Hasher()
        for word in words { hasher.combine(octets: Array(word.utf8)[...]) }
        hash = hasher.finalize()
    }

    init(_ subscribe: PnPSubscribe) {
        var hasher = Hasher()
        let via = subscribe.topVia
        if let branch = via.branchBytes, branch.prefix(SIPWord.magicCookie.text.count).isNamed(.magicCookie) {
            // RFC 3261 §17.2.3. Call-ID and CSeq are not asked for there; they keep apart two boots of a phone whose branch is a
            // constant, and are the same in every true retransmission.
            hasher.combine(true)
            hasher.combine(octets: branch, inLowerCase: true)
            hasher.combine(octets: via.hostBytes, inLowerCase: true)
            hasher.combine(via.port ?? SIPURI.defaultPort)
        } else {
            // RFC 3261 §17.2.3 for all others: "the Request-URI, To tag, From tag, Call-ID, CSeq (including the method), and top Via
            // header field", as RFC 2543 §10.1 had it, with the whole To.
            hasher.combine(false)
            hasher.combine(octets: subscribe.requestURI.bytes)
            hasher.combine(octets: subscribe.message.first(.to) ?? [])
            hasher.combine(octets: subscribe.from.tagBytes ?? [])
            hasher.combine(octets: via.bytes)
        }
        hasher.combine(octets: subscribe.callIDBytes)
        hasher.combine(subscribe.cseq)
        hash = hasher.finalize()
    }
}

/// What a response has in common with the request that it answers (RFC 3261 §17.1.3): the branch of the top Via, and the method
/// in CSeq. A hash, as ``SIPTransactionKey`` is.
package struct SIPResponseKey: Hashable, Sendable {
    private let hash: Int

    package init(branch: String, method: String) {
        self.init(Array(branch.utf8)[...], Array(method.utf8)[...])
    }

    /// `nil` when the message is no response, when its Via or CSeq cannot be read, and when it has more than one Via, because
    /// then it is meant for someone behind us (RFC 3261 §8.1.3.3).
    package init?(response message: SIPMessage) {
        guard message.status != nil, message.hasOneVia else { return nil }
        self.init(message)
    }

    /// The key of the responses to a request of ours.
    package init?(request message: SIPMessage) {
        guard message.isRequest else { return nil }
        self.init(message)
    }

    private init?(_ message: SIPMessage) {
        guard let branch = message.topVia?.branchBytes, let text = message.first(.cseq), let cseq = try? SIPCSeq(parsing: text)
        else { return nil }
        self.init(branch, cseq.methodBytes)
    }

    private init(_ branch: ArraySlice<UInt8>, _ method: ArraySlice<UInt8>) {
        var hasher = Hasher()
        // Values are compared without regard to case (RFC 3261 §7.3.1).
        hasher.combine(octets: branch, inLowerCase: true)
        hasher.combine(octets: method)
        hash = hasher.finalize()
    }
}
