import CMicroHTTPD
import Glibc
import HTTPSemantics

/// Hands an answer to libmicrohttpd. Returns the status that goes out, or `nil` when the connection has to be closed without one.
func queue(_ answer: WebAnswer, on connection: OpaquePointer) -> Int? {
    if case .cached(let cached) = answer.body {
        return MHD_queue_response(connection, UInt32(truncatingIfNeeded: cached.status), cached.response) == .YES
            ? cached.status : nil
    }
    var status = answer.status
    var built = buildResponse(answer)
    if built == nil {
        status = 500
        built = buildResponse(WebAnswer(status: status))
    }
    guard let response = built else { return nil }
    // The connection holds the response on its own account until it is sent.
    defer { MHD_destroy_response(response) }
    return MHD_queue_response(connection, UInt32(truncatingIfNeeded: status), response) == .YES ? status : nil
}

/// A libmicrohttpd response of one's own, to be destroyed by the caller; `nil` when the answer cannot be sent as it is. A file's
/// descriptor is closed with the response, or here where there is none.
func buildResponse(_ answer: WebAnswer) -> OpaquePointer? {
    guard let response = bodyResponse(answer.body) else { return nil }
    guard (200...599).contains(answer.status), answer.headers.allSatisfy({ add($0, to: response) }) else {
        MHD_destroy_response(response)
        return nil
    }
    return response
}

private func bodyResponse(_ body: WebAnswer.Body) -> OpaquePointer? {
    switch body {
    case .none:
        return MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT)
    case .bytes(let bytes):
        return bytes.withUnsafeBytes {
            MHD_create_response_from_buffer($0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
        }
    case .cached, .later:
        // `queue` sends the response that a cached body already has, and nobody queues an answer before it is there.
        return nil
    case .stream(let stream):
        return stream.response()
    case .file(let descriptor, let offset, let length):
        if let size = UInt64(exactly: length), let start = UInt64(exactly: offset),
            let response = MHD_create_response_from_fd_at_offset64(size, descriptor, start)
        {
            return response
        }
        close(descriptor)
        return nil
    }
}

private func add(_ header: (name: String, value: String), to response: OpaquePointer) -> Bool {
    // A C string would end at a NUL, and what follows it be lost in silence.
    guard isToken(header.name), !header.value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return false }
    return MHD_add_response_header(response, header.name, header.value) == .YES
}
