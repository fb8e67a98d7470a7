import CLinux
import Glibc

/// A file descriptor with one owner, closed when the owner lets go.
package final class Descriptor: Sendable {
    package let number: Int32

    /// Takes over an open descriptor: nobody else may close it.
    package init(owning number: Int32) {
        self.number = number
    }

    /// Another descriptor of the same open file, for somebody who closes it himself.
    package func duplicate() throws(SystemError) -> Int32 {
        try check(fcntl(number, F_DUPFD_CLOEXEC, 0), "fcntl F_DUPFD_CLOEXEC", "descriptor \(number)")
    }

    /// Closes the open file at once, whoever else still holds this: its port is free to be bound again. The number is taken until the
    /// last of them lets go, so that under their hands it becomes no other file; what they do with it fails.
    package func closeFile() {
        let nothing = open("/", bellhop_path_only | O_CLOEXEC)
        guard nothing >= 0 else { return }
        _ = bellhop_replace(number, nothing)
        _ = close(nothing)
    }

    deinit {
        // After EINTR the descriptor is closed all the same on Linux (close(2)): never again.
        _ = close(number)
    }
}

extension Descriptor {
    /// setsockopt(2)
    func set<Value: BitwiseCopyable>(
        _ level: some BinaryInteger, _ option: Int32, _ value: Value, _ optionName: String, _ what: String
    ) throws(SystemError) {
        let result = withUnsafeBytes(of: value) {
            setsockopt(number, Int32(level), option, $0.baseAddress, socklen_t($0.count))
        }
        try check(result, "setsockopt \(optionName)", what)
    }

    /// Lets nothing come and go but through one interface (SO_BINDTODEVICE, socket(7)).
    func bind(to device: String, _ what: String) throws(SystemError) {
        let result = setsockopt(number, SOL_SOCKET, SO_BINDTODEVICE, device, socklen_t(device.utf8.count))
        try check(result, "setsockopt SO_BINDTODEVICE", what)
    }

    /// The port that a socket is bound to.
    func localPort(_ what: String) throws(SystemError) -> UInt16 { try localName(what).port }
}
