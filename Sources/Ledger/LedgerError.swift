import CSQLite
import LinuxSystem

/// Why the ledger could not do its work.
package enum LedgerError: Error, Hashable, Sendable {
    /// The folder or a file in it could not be made, opened or renamed.
    case system(SystemError)
    /// SQLite refused. `code` is its extended result code, `words` its message, `action` what bellhop was about.
    case database(file: String, code: Int32, words: String, action: String)
    /// A check at start, or a row that no bellhop writes, shows that the file is damaged.
    case damaged(file: String, words: String)
    /// The file was written by a newer bellhop.
    case newerSchema(file: String, found: Int, newest: Int)
    /// The file was written by another version of bellhop than the program that wants to read it.
    case otherSchema(file: String, found: Int, known: Int)
    /// The file is another user's, and this one may not write it.
    case anothers(file: String, owner: String, user: String)
    /// The ledger was stopped before.
    case stopped(file: String)

    /// The file's contents are wrong: another file is wanted, no second attempt.
    package var isDamage: Bool {
        switch self {
        case .damaged: true
        case .database(_, let code, _, _): [SQLITE_CORRUPT, SQLITE_NOTADB].contains(code & 0xff)
        default: false
        }
    }

    /// A file may not be opened or written.
    var isForbidden: Bool {
        guard case .database(_, let code, _, _) = self else { return false }
        return [SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH].contains(code & 0xff)
    }

    /// The disk has no room or fails (SQLITE_FULL, SQLITE_IOERR): a later attempt may succeed.
    package var isDiskTrouble: Bool {
        guard case .database(_, let code, _, _) = self else { return false }
        return [SQLITE_FULL, SQLITE_IOERR].contains(code & 0xff)
    }
}

extension LedgerError: CustomStringConvertible {
    /// What, where, and what to do: `/var/lib/bellhop/bellhop.db: writing: database or disk is full; make room on its disk`
    package var description: String {
        switch self {
        case .system(let error): "\(error)"
        case .database(let file, let code, let words, let action):
            "\(file): \(action): \(words)" + (LedgerError.advice(code).map { "; \($0)" } ?? "")
        case .damaged(let file, let words): "\(file) is damaged: \(words)"
        case .newerSchema(let file, let found, let newest):
            "\(file) was written by a newer bellhop (schema \(found), this one knows \(newest)); "
                + "install that version, or move the file away to begin anew"
        case .otherSchema(let file, let found, let known):
            "\(file) has schema \(found), and this program reads \(known); use the program that `bellhop run` runs"
        case .anothers(let file, let owner, let user):
            "\(file) belongs to \(owner), and bellhop runs as \(user), who may not write it: `chown \(user) \(file)*`"
        case .stopped(let file): "\(file) is closed, since bellhop is stopping"
        }
    }

    private static func advice(_ code: Int32) -> String? {
        switch code & 0xff {
        case SQLITE_FULL: "make room on its disk"
        case SQLITE_IOERR: "look for disk errors in the kernel's log, and whether its disk is full"
        case SQLITE_BUSY, SQLITE_LOCKED: "another program holds it: is a second bellhop running on this folder?"
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY: "bellhop's user must own the folder and may write to it"
        default: nil
        }
    }
}
