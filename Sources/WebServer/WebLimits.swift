/// What one server spends on its clients.
package struct WebLimits: Sendable {
    /// Octets of a body that nobody wants which are read and thrown away, so that the client hears the answer; a larger body is refused
    /// with 413 and the connection closed.
    package var body = 0
    /// Octets of a request's head, request line to empty line: above, 414 where the request line alone is too long, else 431.
    package var head = 8192
    /// Connections open at once, shared out evenly among the threads. Others wait in the kernel's queue. A file on its way takes a
    /// second descriptor, and a service has 1,024 unless it asks for more.
    package var connections = 480
    /// Connections open at once from one address; a further one is closed at once. 0: no such limit.
    package var connectionsPerAddress = 128
    /// Seconds without an octet in either direction until a connection is closed.
    package var idleSeconds = 30
    /// Seconds, from the opening or from the answer before, within which the whole of the next request has to arrive.
    package var requestSeconds = 40
    /// Octets a second that a client has to take of an answer, `requestSeconds` being on top.
    package var slowestReader = 1024
    /// Seconds after which an answer is one that takes long.
    package var longSeconds = 5
    /// Octets a second that a client has to send of a body that is wanted, `requestSeconds` being on top.
    package var slowestSender = 8192

    package init() {}
}
