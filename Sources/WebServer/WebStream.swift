import CMicroHTTPD
import Synchronization

/// An answer's body that is written while it is sent, such as server-sent events. Whoever writes never waits: where the client does not
/// take what is there, the stream is closed. For one answer.
package final class WebStream: OpenAnswer {
    /// A client that wants to hear more than this long asks again.
    static let longestSeconds = 3600
    private static let mostWaiting = 1 << 20

    private struct State {
        var waiting: [UInt8] = []
        var isClosed = false
        /// While nothing waits.
        var suspension = Suspension()
        /// Until the answer has ended.
        var connection: ConnectionHandle?
    }

    private let state = Mutex(State())

    package init() {}

    /// Whether somebody may still be reading.
    package var isOpen: Bool { state.withLock { !$0.isClosed } }

    package func send(_ bytes: [UInt8]) {
        state.withLock { state in
            guard !state.isClosed else { return }
            if state.waiting.count + bytes.count > WebStream.mostWaiting {
                state.isClosed = true
            } else {
                state.waiting += bytes
            }
            state.suspension.end()
        }
    }

    /// What was sent goes out still.
    package func close() {
        state.withLock { state in
            state.isClosed = true
            state.suspension.end()
        }
    }

    func endNow() { close() }

    func begin(on connection: OpaquePointer) {
        state.withLock { $0.connection = ConnectionHandle(pointer: connection) }
    }

    func abandon() {
        state.withLock { state in
            state.isClosed = true
            state.connection = nil
            state.suspension = Suspension()
        }
    }

    func response() -> OpaquePointer? {
        let size = UInt64(bitPattern: -1)
        return MHD_create_response_from_callback(
            size, 16_384, readStream, Unmanaged.passRetained(self).toOpaque(), releaseStream)
    }

    /// Called on the server's thread for more; 0 after having suspended the connection.
    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        state.withLock { state in
            guard state.waiting.isEmpty else {
                let count = min(buffer.count, state.waiting.count)
                buffer.copyBytes(from: state.waiting[..<count])
                state.waiting.removeFirst(count)
                return count
            }
            // MHD_CONTENT_READER_END_OF_STREAM
            guard !state.isClosed, let connection = state.connection else { return -1 }
            state.suspension.begin(connection.pointer)
            return 0
        }
    }
}

/// libmicrohttpd's connection, which only the thread that serves it works with.
private struct ConnectionHandle: @unchecked Sendable {
    let pointer: OpaquePointer
}

private func readStream(
    _ stream: UnsafeMutableRawPointer?, _ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>?, _ room: Int
) -> Int {
    guard let stream, let buffer else { return -1 }
    let target = UnsafeMutableRawBufferPointer(start: buffer, count: room)
    return Unmanaged<WebStream>.fromOpaque(stream).takeUnretainedValue().read(into: target)
}

private func releaseStream(_ stream: UnsafeMutableRawPointer?) {
    guard let stream else { return }
    Unmanaged<WebStream>.fromOpaque(stream).release()
}
