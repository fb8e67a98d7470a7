import Glibc

/// A path as every process reads it, whatever its working directory.
package func absolutePath(_ path: String) -> String {
    guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    return String(cString: folder) + "/" + path
}

/// All bytes of a file, or of a pipe until its end.
/// - Throws: EFBIG when there are more than `limit` bytes.
package func readWholeFile(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
    let file = Descriptor(owning: try check(open(path, O_RDONLY | O_CLOEXEC), "open", path))
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(file.number, &chunk, chunk.count)
        if count < 0 {
            let error = SystemError.last("read", path)
            if error.isInterrupted { continue }
            throw error
        }
        if count == 0 { return bytes }
        guard bytes.count + count <= limit else { throw SystemError(call: "read", errno: EFBIG, what: path) }
        bytes += chunk.prefix(count)
    }
}

/// Writes a file anew, or makes it, readable for all as far as the umask allows.
package func writeWholeFile(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
    let file = Descriptor(owning: try check(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644), "open", path))
    try writeAll(bytes, to: file.number, what: path)
}

/// Whether users other than a file's owner and group may read it; no where that cannot be told (stat(2)).
package func isReadableByAnyone(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IROTH != 0
}

/// The path of the program that runs, `nil` where /proc is not mounted.
package func executablePath() -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { bytes in
        bytes.withMemoryRebound(to: CChar.self) { readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
    }
    return count > 0 ? String(validating: buffer.prefix(count), as: UTF8.self) : nil
}
