import LinuxSystem

/// What a command on this machine needs in order to talk to the daemon: where it listens, and the token that allows changes. A file that
/// only the daemon's user can read, beneath `state`.
package struct AdminFile: Hashable, Sendable {
    /// `http://127.0.0.1:8067`
    package var url: String
    package var token: String

    package init(url: String, token: String) {
        self.url = url
        self.token = token
    }

    package static func path(state: String) -> String { "\(state)/admin.token" }

    /// - Throws: ENOENT where no daemon runs, EACCES where it is another user's.
    package static func read(state: String) throws(SystemError) -> AdminFile {
        let path = path(state: state)
        let lines = String(decoding: try readWholeFile(path, limit: 4096), as: UTF8.self).split(separator: "\n")
        guard lines.count == 2 else { throw .malformed(path) }
        return AdminFile(url: String(lines[0]), token: String(lines[1]))
    }

    func write(state: String) throws(SystemError) {
        try makePrivateFolder(state)
        try writePrivateFile(AdminFile.path(state: state), Array("\(url)\n\(token)\n".utf8))
    }

    static func remove(state: String) {
        removeFile(path(state: state))
    }
}
