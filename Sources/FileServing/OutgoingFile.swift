import FTPSessions
import LinuxSystem

/// A file, or a list, on its way through a data connection.
struct OutgoingFile {
    enum Progress {
        case waiting, complete
        case failed(FTPDataFailure)
    }

    let content: FileContent
    /// `nil` for what is not told of on the timeline.
    let receipt: FileReceipt?
    private(set) var isSending = false
    /// Why it cannot be sent to its end, where it is not for the connection.
    private(set) var fault: String?
    private var start: Int64 = 0
    private var next: Int64 = 0

    /// Handed over in one go, and before others get their turn.
    private static let chunk = 262_144
    private static let mostAtOnce: Int64 = 4 * 262_144

    /// What a session asks for. A refusal is on the timeline already.
    init(_ purpose: FTPQuestion.Purpose, _ request: FileRequest, from files: FileDesk) throws(FileRefusal) {
        switch purpose {
        case .names(let prefix): (content, receipt) = (.bytes(FTPListing.names(files.list(request), prefix: prefix)), nil)
        case .list: (content, receipt) = (.bytes(FTPListing.long(files.list(request))), nil)
        case .retrieve:
            let found = try files.find(request)
            (content, receipt) = (found.content, found.receipt)
        case .size, .modificationTime: (content, receipt) = (try files.find(request).content, nil)
        case .write(let verb):
            let asker = files.asker(of: request, files.policy.value)
            throw files.refused(request, FileRefusal(.notServed, "\(verb) is not served; files are only read"), to: asker)
        }
    }

    /// Bytes that are out.
    var sent: Int64 { next - start }
    /// Those that are to go out.
    var wanted: Int64 { content.size - start }

    mutating func begin(at offset: Int64) {
        (isSending, start, next) = (true, offset, offset)
    }

    /// Before the file's last octets go out it is asked whether it is still what it was, and after them: a mixture of two is not called whole.
    mutating func send(over connection: TCPConnection) -> Progress {
        let before = next
        while next < content.size {
            guard next - before < OutgoingFile.mostAtOnce else { return .waiting }
            guard content.size - next > OutgoingFile.chunk || content.isAsOpened else { return fail(FileContent.changed) }
            do throws(SystemError) {
                guard let count = try write(to: connection) else { return .waiting }
                // The file is shorter than it was.
                guard count > 0 else { return fail(FileContent.changed) }
                next += Int64(count)
            } catch {
                return error.isDiskFailure ? fail(error.description) : .failed(.connectionLost)
            }
        }
        return content.isAsOpened ? .complete : fail(FileContent.changed)
    }

    private mutating func fail(_ why: String) -> Progress {
        fault = why
        return .failed(.fileUnreadable)
    }

    private func write(to connection: TCPConnection) throws(SystemError) -> Int? {
        let count = Int(min(content.size - next, Int64(OutgoingFile.chunk)))
        switch content {
        case .disk(let file): return try connection.write(file, from: next, count: count)
        case .bytes(let bytes):
            let taken = try connection.write(bytes[Int(next)...].prefix(count))
            return taken > 0 ? taken : nil
        }
    }
}
