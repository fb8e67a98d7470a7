/// The end of a command: its status (sysexits.h) and what it says on standard error.
struct Exit: Error {
    enum Status: Int32 {
        case success = 0
        /// "No" from a command that asks a question.
        case no = 1
        case usage = 64
        case missingFile = 66
        case unavailable = 69
        case notPermitted = 77
        case wrongConfiguration = 78
    }

    let status: Status
    let sentence: String?

    init(_ status: Status, _ sentence: String? = nil) {
        self.status = status
        self.sentence = sentence
    }

    /// What the daemon keeps in its state folder was asked for by somebody else.
    static func keptByDaemon(_ path: String) -> Exit {
        Exit(.notPermitted, "\(path) is for the daemon's user alone: run this as that user, or as root")
    }
}
