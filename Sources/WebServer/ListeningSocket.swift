import Glibc
import LinuxSystem
import Packets

/// A non-blocking, close-on-exec TCP socket that listens on `address` and `port`; 0 lets the kernel choose one. The library closes it.
func openListener(on address: IPv4Address, port: UInt16) throws(WebServerError) -> Int32 {
    do throws(SystemError) {
        return try TCPListener(address: address, port: port).duplicate()
    } catch {
        throw WebServerError(listening: address, port: port, error)
    }
}

/// Whether the descriptor is a TCP socket that listens.
func isListener(_ descriptor: Int32) -> Bool {
    var listens: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0
}

/// Lets connections that are accepted there send small segments at once (TCP_NODELAY, tcp(7); they inherit it). libmicrohttpd sets that
/// with the first answer; GnuTLS writes a handshake's flight in several parts before, and each would wait for the client's delayed
/// acknowledgement of the one before.
func sendAtOnce(from listener: Int32) {
    var on: Int32 = 1
    setsockopt(listener, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
}

/// One end of a socket.
struct Endpoint: Equatable {
    let address: IPv4Address
    let port: UInt16
}

/// The socket's own address; `nil` where there is none or it is not IPv4.
func localEndpoint(of descriptor: Int32) -> Endpoint? {
    var name = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &name) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) == 0 ? Endpoint($0) : nil }
    }
}

extension Endpoint {
    /// `nil` where it is not IPv4.
    init?(_ name: UnsafePointer<sockaddr>) {
        guard name.pointee.sa_family == sa_family_t(AF_INET) else { return nil }
        self = name.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { name in
            Endpoint(
                address: IPv4Address(bits: UInt32(bigEndian: name.pointee.sin_addr.s_addr)),
                port: UInt16(bigEndian: name.pointee.sin_port))
        }
    }
}
