import Glibc
import Packets

/// Why a web server did not start, as a sentence for the operator.
package enum WebServerError: Error, Equatable, CustomStringConvertible {
    case addressInUse(IPv4Address, port: UInt16)
    case notPermitted(IPv4Address, port: UInt16)
    case noSuchAddress(IPv4Address, port: UInt16)
    /// `code` is errno's value.
    case cannotListen(IPv4Address, port: UInt16, code: Int32)
    /// The descriptor that was given is not a listening TCP socket for IPv4.
    case notAListener(descriptor: Int32)
    /// There are no threads or descriptors left for what goes with it.
    case cannotPrepare(String)
    /// libmicrohttpd refused to start.
    case cannotStart(IPv4Address, port: UInt16, code: Int32)

    package var description: String {
        switch self {
        case .addressInUse(let address, let port):
            "\(address):\(port) is in use by another program: stop it (`ss -ltnp` names it) or choose another port"
        case .notPermitted(let address, let port):
            "not permitted to listen on \(address):\(port): ports below 1024 need root or CAP_NET_BIND_SERVICE"
        case .noSuchAddress(let address, let port):
            "cannot listen on \(address):\(port): no interface of this host has that address"
        case .cannotListen(let address, let port, let code):
            "cannot listen on \(address):\(port): \(systemText(code))"
        case .notAListener(let descriptor):
            "descriptor \(descriptor) is not a listening TCP socket for IPv4: check what the socket unit listens on"
        case .cannotPrepare(let reason): "cannot serve: \(reason)"
        case .cannotStart(let address, let port, let code):
            "cannot serve on \(address):\(port): \(systemText(code)): check the limits on threads and open files"
        }
    }

    init(listening address: IPv4Address, port: UInt16, code: Int32) {
        self =
            switch code {
            case EADDRINUSE: .addressInUse(address, port: port)
            case EACCES, EPERM: .notPermitted(address, port: port)
            case EADDRNOTAVAIL: .noSuchAddress(address, port: port)
            default: .cannotListen(address, port: port, code: code)
            }
    }
}

private func systemText(_ code: Int32) -> String {
    var text = [CChar](repeating: 0, count: 128)
    // The XSI form, which is what `import Glibc` declares, writes into the buffer.
    guard strerror_r(code, &text, text.count) == 0 else { return "error \(code)" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
