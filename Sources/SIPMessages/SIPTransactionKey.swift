/// What a retransmission of a request has in common with the first: equal keys, one transaction.
package enum SIPTransactionKey: Hashable, Sendable {
    /// RFC 3261 §17.2.3 for a branch with the magic cookie. Call-ID and CSeq are not asked for there; they keep apart two boots
    /// of a phone whose branch is a constant, and are the same in every true retransmission.
    case branch(branch: String, sentBy: String, method: String, callID: String, cseq: UInt32)
    /// RFC 3261 §17.2.3 for all others: "the Request-URI, To tag, From tag, Call-ID, CSeq (including the method), and top Via
    /// header field", as RFC 2543 §10.1 had it, with the whole To.
    case rfc2543(requestURI: String, to: String, fromTag: String?, callID: String, cseq: UInt32, method: String, via: String)

    /// RFC 3261 §8.1.1.7: branches of elements that follow it begin so.
    package static let magicCookie = "z9hG4bK"
}

extension PnPSubscribe {
    package var transactionKey: SIPTransactionKey {
        let via = topVia
        if let branch = via.branch?.lowercased(), branch.hasPrefix(SIPTransactionKey.magicCookie.lowercased()) {
            let sentBy = "\(via.host.lowercased()):\(via.port ?? SIPURI.defaultPort)"
            return .branch(branch: branch, sentBy: sentBy, method: "SUBSCRIBE", callID: callID, cseq: cseq)
        }
        return .rfc2543(
            requestURI: requestURI.text, to: message.first("To") ?? "", fromTag: from.tag, callID: callID, cseq: cseq,
            method: "SUBSCRIBE", via: message.first("Via") ?? "")
    }
}
