import FileTree
import LinuxSystem
import Packets
import Provisioning

/// A file that a folder's list tells of.
struct ListedFile: Equatable {
    let name: String
    let size: Int64
    /// Of one that was made, when it was.
    let modified: WallTime
}

extension FileDesk {
    /// Longer lists are cut off: a phone asks for names that it knows, and each is opened.
    static let longestList = 1024

    /// The files that this client would get in a folder, by name. Only what speaks of nobody else: no folders, and no name with twelve
    /// hexadecimal digits (an address, a serial number, a token), unless they are the asker's own address.
    func list(_ request: FileRequest) -> [ListedFile] {
        guard case .name(let folder) = request.name else { return [] }
        let policy = policy.value
        let asker = asker(of: request, policy)
        let view = FileAccess(asker, policy, tree: tree.snapshot).view
        let names = view.names(in: folder).lazy.filter { !isSomebodys($0, but: asker.identity.mac) && !holdsControl($0) }
        return names.prefix(FileDesk.longestList).compactMap { name in
            let path = TreeSnapshot.join(folder, name)
            guard policy.demand(for: path, by: asker).isMet(by: request.shown.login, proven: request.provenMAC),
                let content = try? FileFinder(tree, policy).find(path, for: asker).content
            else { return nil }
            return ListedFile(name: name, size: content.size, modified: modified(content))
        }
    }

    /// For a protocol that has to name a time. A file that was made has that of this moment, so that who compares fetches it.
    func modified(_ content: FileContent) -> WallTime { content.modified ?? clock().wallTime }
}

private func isSomebodys(_ name: String, but own: MACAddress?) -> Bool {
    let digits = name.utf8.filter { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "-") }
    return digits.split(whereSeparator: { hexValue($0) == nil }).contains { run in
        run.count >= 12 && !(own.map { String(decoding: run, as: UTF8.self).lowercased().contains($0.plain) } ?? false)
    }
}

/// A line's end in a name would make two of it.
private func holdsControl(_ name: String) -> Bool {
    name.unicodeScalars.contains { $0.properties.generalCategory == .control }
}
