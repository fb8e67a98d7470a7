import CMicroHTTPD
import Glibc

// libmicrohttpd calls these on its own threads. The first argument of each is the RequestDesk, which WebServer keeps alive.

/// Once per request, the request line being read and nothing in it changed yet. Only here is the target whole: libmicrohttpd then
/// decodes the path, which would hide `%2F`, `%00` and double encoding from who decides on it, and cuts the query into arguments.
func requestLineArrived(
    _ desk: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    let exchange = Exchange(target: target.map { String(cString: $0) } ?? "")
    return Unmanaged.passRetained(exchange).toOpaque()
}

/// First with the whole head, then with each part of the body, then once more to have the answer.
func requestArrived(
    _ desk: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ url: UnsafePointer<CChar>?, _ method: UnsafePointer<CChar>?,
    _ version: UnsafePointer<CChar>?, _ body: UnsafePointer<CChar>?, _ bodySize: UnsafeMutablePointer<Int>?,
    _ context: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let desk = desk.map({ Unmanaged<RequestDesk>.fromOpaque($0).takeUnretainedValue() }), let connection,
        let exchange = context?.pointee.map({ Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }),
        let client = clientConnection(of: connection)
    else { return .NO }
    let goOn: Bool
    if exchange.request == nil {
        let headSize = bellhop_web_connection_info(connection, .CONNECTION_INFO_REQUEST_HEADER_SIZE)?.pointee.header_size
        goOn = desk.begin(
            exchange, from: client, on: connection, method: method.map { String(cString: $0) } ?? "",
            version: version.map { String(cString: $0) } ?? "", headSize: headSize ?? 0)
    } else if let bodySize, bodySize.pointee > 0 {
        goOn = desk.take(UnsafeRawBufferPointer(start: body, count: bodySize.pointee), of: exchange)
        bodySize.pointee = 0
    } else {
        goOn = desk.answer(exchange, on: connection, for: client)
    }
    return goOn ? .YES : .NO
}

/// Once for every request whose line arrived, however it ended.
func requestEnded(
    _ desk: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ context: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ how: MHD_RequestTerminationCode
) {
    guard let desk, let held = context?.pointee else { return }
    context?.pointee = nil
    let exchange = Unmanaged<Exchange>.fromOpaque(held).takeRetainedValue()
    Unmanaged<RequestDesk>.fromOpaque(desk).takeUnretainedValue()
        .end(exchange, for: connection.flatMap(clientConnection), completed: how == .REQUEST_TERMINATED_COMPLETED_OK)
}

/// When a connection is accepted, and before its descriptor is closed.
func connectionChanged(
    _ desk: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ context: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ what: MHD_ConnectionNotificationCode
) {
    guard let desk = desk.map({ Unmanaged<RequestDesk>.fromOpaque($0).takeUnretainedValue() }), let connection, let context else {
        return
    }
    switch what {
    case .CONNECTION_NOTIFY_STARTED:
        guard let descriptor = bellhop_web_connection_info(connection, .CONNECTION_INFO_CONNECTION_FD)?.pointee.connect_fd else {
            return
        }
        context.pointee = Unmanaged.passRetained(desk.opened(connection, descriptor: descriptor)).toOpaque()
    case .CONNECTION_NOTIFY_CLOSED:
        guard let held = context.pointee else { return }
        context.pointee = nil
        desk.closed(Unmanaged<ClientConnection>.fromOpaque(held).takeRetainedValue())
    @unknown default: return
    }
}

/// The header fields of a request, in the order sent.
func headerFields(of connection: OpaquePointer) -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = []
    withUnsafeMutablePointer(to: &fields) { _ = MHD_get_connection_values_n(connection, .HEADER_KIND, collectHeaderField, $0) }
    return fields
}

private func collectHeaderField(
    _ fields: UnsafeMutableRawPointer?, _ kind: MHD_ValueKind, _ name: UnsafePointer<CChar>?, _ nameSize: Int,
    _ value: UnsafePointer<CChar>?, _ valueSize: Int
) -> MHD_Result {
    guard let fields = fields?.assumingMemoryBound(to: [(name: String, value: String)].self) else { return .NO }
    fields.pointee.append((name: text(name, nameSize), value: text(value, valueSize)))
    return .YES
}

private func text(_ characters: UnsafePointer<CChar>?, _ count: Int) -> String {
    guard let characters else { return "" }
    return String(decoding: UnsafeRawBufferPointer(start: characters, count: count), as: UTF8.self)
}

private func clientConnection(of connection: OpaquePointer) -> ClientConnection? {
    bellhop_web_connection_info(connection, .CONNECTION_INFO_SOCKET_CONTEXT)?.pointee.socket_context
        .map { Unmanaged<ClientConnection>.fromOpaque($0).takeUnretainedValue() }
}
