import LinuxSystem
import Packets

/// Why a web server did not start, as a sentence for the operator.
package enum WebServerError: Error, Equatable, CustomStringConvertible {
    case addressInUse(IPv4Address, port: UInt16)
    case notPermitted(IPv4Address, port: UInt16)
    case noSuchAddress(IPv4Address, port: UInt16)
    case cannotListen(IPv4Address, port: UInt16, SystemError)
    /// The descriptor that was given is not a listening TCP socket for IPv4.
    case notAListener(descriptor: Int32)
    /// There are no threads or descriptors left for what goes with it.
    case cannotPrepare(String)
    /// libmicrohttpd refused to start.
    case cannotStart(IPv4Address, port: UInt16, SystemError)

    package var description: String {
        switch self {
        case .addressInUse(let address, let port):
            "\(address):\(port) is in use by another program: stop it (`ss -ltnp` names it) or choose another port"
        case .notPermitted(let address, let port):
            "not permitted to listen on \(address):\(port): ports below 1024 need root or CAP_NET_BIND_SERVICE"
        case .noSuchAddress(let address, let port):
            "cannot listen on \(address):\(port): no interface of this host has that address"
        case .cannotListen(let address, let port, let error):
            "cannot listen on \(address):\(port): \(error.reason)"
        case .notAListener(let descriptor):
            "descriptor \(descriptor) is not a listening TCP socket for IPv4: check what the socket unit listens on"
        case .cannotPrepare(let reason): "cannot serve: \(reason)"
        case .cannotStart(let address, let port, let error):
            "cannot serve on \(address):\(port): \(error.reason): check the limits on threads and open files"
        }
    }

    init(listening address: IPv4Address, port: UInt16, _ error: SystemError) {
        self =
            if error.isAddressInUse {
                .addressInUse(address, port: port)
            } else if error.isPermissionDenied {
                .notPermitted(address, port: port)
            } else if error.isNoSuchAddress {
                .noSuchAddress(address, port: port)
            } else {
                .cannotListen(address, port: port, error)
            }
    }
}
