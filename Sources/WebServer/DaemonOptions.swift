import CMicroHTTPD

/// libmicrohttpd's settings, ended as its array wants to be. `context` is the RequestDesk.
func daemonOptions(listener: Int32, threads: Int, limits: WebLimits, context: UnsafeMutableRawPointer) -> [MHD_OptionItem] {
    let lineArrival:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? =
            requestLineArrived
    let end: MHD_RequestCompletedCallback = requestEnded
    let change: MHD_NotifyConnectionCallback = connectionChanged
    var items = [
        number(.LISTEN_SOCKET, Int(listener)),
        number(.CONNECTION_LIMIT, max(limits.connections, threads)),
        number(.PER_IP_CONNECTION_LIMIT, limits.connectionsPerAddress),
        number(.CONNECTION_TIMEOUT, limits.idleSeconds),
        // The pool of a connection holds the head as read, a record for every header, and the head of the answer.
        number(.CONNECTION_MEMORY_LIMIT, limits.head * 2 + 4096),
        // At 1, libmicrohttpd 0.9.75 refuses HTTP/1.1 without Host by an answer whose head it sends twice, and drops a target with a
        // space without a word. At 0 both come to RequestGate and RequestTarget, which refuse them properly.
        number(.STRICT_FOR_CLIENT, 0),
        callback(.URI_LOG_CALLBACK, unsafeBitCast(lineArrival, to: Int.self), context),
        callback(.NOTIFY_COMPLETED, unsafeBitCast(end, to: Int.self), context),
        callback(.NOTIFY_CONNECTION, unsafeBitCast(change, to: Int.self), context),
    ]
    // A pool of one is no pool.
    if threads > 1 { items.append(number(.THREAD_POOL_SIZE, threads)) }
    items.append(number(.END, 0))
    return items
}

private func number(_ option: MHD_OPTION, _ value: Int) -> MHD_OptionItem {
    MHD_OptionItem(option: option, value: value, ptr_value: nil)
}

private func callback(_ option: MHD_OPTION, _ function: Int, _ context: UnsafeMutableRawPointer) -> MHD_OptionItem {
    MHD_OptionItem(option: option, value: function, ptr_value: context)
}
