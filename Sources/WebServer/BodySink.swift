/// Takes the body of one request as it comes, a part at a time, on the thread that serves the connection: it keeps nobody waiting for
/// anything slower than a disk. One of `finish` and `abandon` ends it.
package protocol BodySink: AnyObject {
    /// The next octets, which are there during the call only.
    ///
    /// - Returns: `false` when no more are wanted; the rest is read and thrown away, and `finish` says why.
    func take(_ octets: UnsafeRawBufferPointer) -> Bool

    /// The body is whole, as far as it was wanted.
    func finish() -> WebAnswer

    /// The client is gone, too slow, or sent more than it may.
    func abandon()
}

/// What becomes of the body of a request.
package enum BodyPlan {
    /// Nobody wants it: up to `WebLimits.body` octets are thrown away, then the handler answers. A client that asks before it sends
    /// (`Expect: 100-continue`) gets the handler's answer at once, and the connection is closed.
    case discard
    /// At most so many octets are read into memory and given to the handler, as `WebRequest.body`.
    case keep(upTo: Int)
    /// The answer is known already: up to so many octets are thrown away before it, or `WebLimits.body` where that is more.
    case answer(WebAnswer, discarding: Int = 0)
    /// At most so many octets are taken; the sink answers. More than that are refused with 413, and the sink abandoned.
    case sink(any BodySink, upTo: Int)
}
