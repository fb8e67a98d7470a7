import Glibc

/// Puts a file in the place of whatever had its name, for this user alone (mode 0600). Nobody sees it half written, nor under other
/// permissions.
package func writePrivateFile(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
    let new = "\(path).new"
    _ = unlink(new)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let file = Descriptor(owning: try check(open(new, flags, 0o600), "open", new))
    giveToFolderOwner(file, new)
    try writeAll(bytes, to: file.number, what: new)
    try check(rename(new, path), "rename", path)
}

/// Makes a folder for this user alone (mode 0700) where there is none.
package func makePrivateFolder(_ path: String) throws(SystemError) {
    guard mkdir(path, 0o700) != 0 else {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if folder >= 0 { giveToFolderOwner(Descriptor(owning: folder), path) }
        return
    }
    let error = SystemError.last("mkdir", path)
    if error.errno != EEXIST { throw error }
}

/// Makes an empty file for this user alone (mode 0600) where there is none. One that exists is not opened: closing it again would drop
/// all locks that this process has on it (fcntl_locking(2)).
package func makePrivateFile(_ path: String) throws(SystemError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    if descriptor >= 0 { return giveToFolderOwner(Descriptor(owning: descriptor), path) }
    let error = SystemError.last("open", path)
    if error.errno != EEXIST { throw error }
}

/// Gives what root just made at a path to whoever owns the folder around it: bellhop's own user could not write it otherwise, once
/// somebody had tried the program by sudo. Where root may not give files away, it stays root's.
func giveToFolderOwner(_ made: Descriptor, _ path: String) {
    guard geteuid() == 0 else { return }
    let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    var folder = stat()
    guard stat(parent, &folder) == 0, folder.st_uid != 0 else { return }
    withExtendedLifetime(made) { _ = fchown(made.number, folder.st_uid, folder.st_gid) }
}

/// Who owns a file that this process may not both read and write, and who this process is, by their names.
/// - Returns: `nil` where it may, where it owns the file, or where there is none.
package func ownerShuttingOut(of path: String) -> (owner: String, user: String)? {
    var status = stat()
    guard access(path, R_OK | W_OK) != 0, stat(path, &status) == 0, status.st_uid != geteuid() else { return nil }
    return (userName(status.st_uid), userName(geteuid()))
}

private func userName(_ user: uid_t) -> String {
    getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "\(user)"
}

/// Takes a file away; one that is gone already is no error.
package func removeFile(_ path: String) {
    _ = unlink(path)
}
