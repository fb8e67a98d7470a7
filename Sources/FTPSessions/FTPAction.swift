/// What the shell does for a session, in this order.
package enum FTPAction: Equatable, Sendable {
    /// Send on the control connection.
    case write([UInt8])
    /// A password is to be looked at: say when its turn is (``FTPSession/turn(at:now:)``).
    case askTurn
    /// Say whether the password is the user's (``FTPSession/checked(_:at:)``).
    case check(user: String, password: String)
    /// Whoever was logged in is not any more.
    case forgetUser
    /// Open a port for the data connection, and say which (``FTPSession/listening(on:at:)``).
    case listen
    /// Answer by ``FTPSession/found(size:modified:at:)`` or ``FTPSession/refused(_:_:at:)``.
    case ask(FTPQuestion)
    /// Send what was found from this byte on over the data connection.
    case send(from: Int64)
    /// Close the port, the data connection and the file, whatever of them is there.
    ///
    /// - Parameter isComplete: every byte that was to be sent is out.
    case endData(isComplete: Bool)
    /// Close the control connection when what was written is out.
    case close
}

extension FTPAction {
    static func reply(_ code: Int, _ text: String) -> FTPAction { .write(FTPReply(code, text).bytes) }
}

/// What a session asks of the tree.
package struct FTPQuestion: Equatable, Sendable {
    package enum Purpose: Equatable, Sendable {
        case size, modificationTime
        case retrieve
        /// The files of a folder; `prefix` stands before each name, so that it can be asked for as it is (RFC 1123 §4.1.2.7).
        case names(prefix: String), list
        /// A command that would write, to be refused.
        case write(String)
    }

    package let purpose: Purpose
    /// `nil` for a name that no tree holds.
    package let path: FTPPath?
    /// As sent, for people to read.
    package let rawName: String

    /// What is found is to be kept open until ``FTPAction/endData(isComplete:)``.
    package var isTransfer: Bool {
        switch purpose {
        case .retrieve, .names, .list: true
        case .size, .modificationTime, .write: false
        }
    }
}

/// Why nothing more comes over a data connection.
package enum FTPDataFailure: Sendable {
    case connectionLost, fileUnreadable
}
