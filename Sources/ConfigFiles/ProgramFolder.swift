import LinuxSystem

/// A folder that came with the program: `share/bellhop/NAME` of an installation, or `conf/NAME` of a checkout, looked for beside the
/// program and in every folder above it. `nil` where there is none.
package func programFolder(_ name: String) -> String? {
    guard let program = executablePath() else { return nil }
    var folder = parent(program)
    while true {
        for place in ["share/bellhop/\(name)", "conf/\(name)"] {
            let path = (folder == "/" ? "" : folder) + "/" + place
            if (try? ReadDirectory.open(path)) != nil { return path }
        }
        if folder == "/" { return nil }
        folder = parent(folder)
    }
}

private func parent(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
}
