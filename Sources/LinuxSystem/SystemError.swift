import Glibc
import Packets

/// A system call that failed. Other rooms read `errno` through ``last(_:_:)``.
package struct SystemError: Error, Hashable, Sendable {
    /// The call's name, as its man page has it: `bind`.
    package let call: String
    /// The error number, errno(3).
    package let errno: Int32
    /// What the call was about: a path, an address and port, an interface.
    package let what: String

    package init(call: String, errno: Int32, what: String) {
        self.call = call
        self.errno = errno
        self.what = what
    }

    /// An interface that is to be served has no address to answer from, EADDRNOTAVAIL.
    package static func noAddress(on interface: String) -> SystemError {
        SystemError(call: "serve", errno: EADDRNOTAVAIL, what: "\(interface), which has no IPv4 address")
    }

    /// A file does not hold what it should, EINVAL.
    package static func malformed(_ path: String) -> SystemError {
        SystemError(call: "read", errno: EINVAL, what: path)
    }

    /// A tree has more folders than are looked through, which links that lead to folders of links may bring about, ELOOP.
    package static func tooManyFolders(beneath root: String, seen: Int) -> SystemError {
        SystemError(call: "list", errno: ELOOP, what: "\(root), of whose folders \(seen) are seen")
    }

    /// No datagram holds so many bytes, EMSGSIZE.
    package static func tooLong(_ bytes: Int, to destination: IPv4Address) -> SystemError {
        SystemError(call: "send", errno: EMSGSIZE, what: "\(bytes) bytes to \(destination)")
    }

    /// No interface has this address, EADDRNOTAVAIL.
    package var isNoSuchAddress: Bool { errno == EADDRNOTAVAIL }
    /// Another socket holds this address and port, EADDRINUSE.
    package var isAddressInUse: Bool { errno == EADDRINUSE }
    /// Root or a capability is missing, EPERM or EACCES.
    package var isPermissionDenied: Bool { errno == EPERM || errno == EACCES }
    /// No such file, or a folder on the way to it is none: ENOENT, ENOTDIR.
    package var isNotFound: Bool { errno == ENOENT || errno == ENOTDIR }
    /// Nothing waits, or there is no room now: EAGAIN, ENOBUFS.
    package var isWouldBlock: Bool { errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS }
    /// The disk failed, EIO.
    package var isDiskFailure: Bool { errno == EIO }
    /// Nobody listens at the other end: an ICMP port unreachable came, ECONNREFUSED.
    package var isConnectionRefused: Bool { errno == ECONNREFUSED }
    /// A signal came first, EINTR.
    var isInterrupted: Bool { errno == EINTR }
}

extension SystemError: CustomStringConvertible {
    /// `bind 0.0.0.0:67: Address already in use`
    package var description: String {
        what.isEmpty ? "\(call): \(reason)" : "\(call) \(what): \(reason)"
    }
}

extension SystemError {
    /// What the system calls it: `Address already in use`.
    package var reason: String { strerror(errno).map { String(cString: $0) } ?? "error \(errno)" }

    /// The error of the call just made. `what` is composed after `errno` is read, since composing may change it.
    package static func last(_ call: String, _ what: @autoclosure () -> String) -> SystemError {
        let number = Glibc.errno
        return SystemError(call: call, errno: number, what: what())
    }

    /// For calls that tell their end from their failure by `errno` alone, readdir(3).
    static func forgetLast() {
        Glibc.errno = 0
    }
}

/// Passes a call's result on, or throws when it is negative.
@discardableResult
func check<Number: SignedInteger>(
    _ result: Number, _ call: String, _ what: @autoclosure () -> String
) throws(SystemError) -> Number {
    guard result >= 0 else { throw .last(call, what()) }
    return result
}
