/// Holds a client to a least number of bytes in each stretch of time.
struct FTPPace: Equatable {
    let end: UInt64
    private let sentBefore: Int64
    var sent: Int64

    init(from now: UInt64, _ limits: FTPLimits) {
        self.init(end: now + limits.pace, sentBefore: 0, sent: 0)
    }

    private init(end: UInt64, sentBefore: Int64, sent: Int64) {
        self.end = end
        self.sentBefore = sentBefore
        self.sent = sent
    }

    /// The next stretch; `nil` where too little was taken in this one.
    func next(_ limits: FTPLimits) -> FTPPace? {
        guard sent - sentBefore >= limits.bytesOfPace else { return nil }
        return FTPPace(end: end + limits.pace, sentBefore: sent, sent: sent)
    }
}
