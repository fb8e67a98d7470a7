/// One request and its answer, from the request line to the last octet sent. Lives behind libmicrohttpd's per-request pointer; the
/// thread that serves the connection is the only one to touch it.
final class Exchange {
    /// The request target as sent.
    let target: String
    /// `nil` until the whole head is here.
    var request: WebRequest?
    /// Octets of the request's body so far.
    var bodySize = 0
    /// Octets that it may have.
    var bodyLimit = 0
    /// Who takes it, until it is whole.
    var sink: (any BodySink)?
    /// Its octets, where the handler wants to see them.
    var body: [UInt8] = []
    var keepsBody = false
    /// What is answered once the body was thrown away, where that is known already.
    var decided: WebAnswer?
    /// Who takes it has had enough.
    var isSinkFull = false
    /// The status of the queued answer.
    var status: Int?
    /// Its answer, while another thread gives it or goes on giving it.
    var open: (any OpenAnswer)?
    /// Its connection tells where the answer takes long.
    var mayTakeLong = false
    /// What is waited for, and the headers that go with it.
    var late: (answer: LateAnswer, headers: [(name: String, value: String)])?
    /// Called when nothing more of the answer will be sent.
    var ended: (@Sendable (_ isComplete: Bool, _ octets: Int64?) -> Void)?

    init(target: String) {
        self.target = target
    }
}
