/// What one server spends on its clients. Times are nanoseconds.
package struct FTPLimits: Equatable, Sendable {
    /// Control connections open at once. Each may take two descriptors more, and a service has 1,024 unless it asks for more.
    package var sessions = 256
    /// Of them from one address: phones behind a NAT share one.
    package var sessionsOfAddress = 128
    /// Bytes of a command line. The longest path that any tree holds has 1,024.
    package var line = 2048
    /// Bytes of command lines that wait while a file is on its way; then no more are read.
    package var waitingLines = 4096
    /// Lines that are no command, after which it is no FTP client.
    package var faults = 20
    /// Wrong passwords in one session.
    package var wrongPasswords = 3
    /// From the connection to the login.
    package var loginTime = 60 * FTPLimits.second
    /// Between commands. RFC 1123 §4.1.3.2: "The default should be at least 5 minutes."
    package var idleTime = 300 * FTPLimits.second
    /// For the last reply to go out, once a session is over.
    package var lastWords = 10 * FTPLimits.second
    /// How long the port of a PASV or EPSV is open, and how long a transfer waits for the data connection.
    package var dataWait = 30 * FTPLimits.second
    /// In each of these a client takes at least `slowestReader` bytes a second, or is cut off.
    package var pace = 40 * FTPLimits.second
    package var slowestReader: Int64 = 1024
    /// Passwords from an address that sent wrong ones are looked at one by one, this far apart.
    package var passwordPause = 2 * FTPLimits.second
    /// No password waits longer than this for its turn.
    package var longestTurn = 20 * FTPLimits.second
    /// How long a wrong password is held against its address.
    package var wrongPasswordMemory = 60 * FTPLimits.second

    package static let second: UInt64 = 1_000_000_000

    package init() {}

    /// Bytes to be taken in one `pace`.
    var bytesOfPace: Int64 { slowestReader * Int64(clamping: pace / 1_000_000) / 1000 }
}
