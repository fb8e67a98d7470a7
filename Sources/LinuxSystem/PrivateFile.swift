import Glibc

/// Puts a file in the place of whatever had its name, for this user alone (mode 0600). Nobody sees it half written, nor under other
/// permissions.
package func writePrivateFile(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
    let new = "\(path).new"
    _ = unlink(new)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let file = Descriptor(owning: try check(open(new, flags, 0o600), "open", new))
    try writeAll(bytes, to: file.number, what: new)
    try check(rename(new, path), "rename", path)
}

/// Makes a folder for this user alone (mode 0700) where there is none.
package func makePrivateFolder(_ path: String) throws(SystemError) {
    guard mkdir(path, 0o700) != 0 else { return }
    let error = SystemError.last("mkdir", path)
    if error.errno != EEXIST { throw error }
}

/// Takes a file away; one that is gone already is no error.
package func removeFile(_ path: String) {
    _ = unlink(path)
}
