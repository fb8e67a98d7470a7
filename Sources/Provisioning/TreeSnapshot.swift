import Packets

/// The names of the file tree at one moment, so that a decision asks memory and never the disk.
///
/// Paths are relative to the root, with `/` between names and none at either end; the root is the empty path.
package struct TreeSnapshot: Sendable {
    package struct Folder: Sendable, Equatable {
        /// Names of regular files as a phone may spell them (``spelling(of:)``), to the names on disk.
        package var files: [String: String] = [:]
        /// Names of folders in lower case, to the names on disk.
        package var folders: [String: String] = [:]

        package init() {}

        package init(files: some Sequence<String>, folders: some Sequence<String>) {
            // Where two names on disk spell alike, the lesser one stands, so that the answer does not depend on the order of a listing.
            for name in files.sorted().reversed() { self.files[TreeSnapshot.spelling(of: name)] = name }
            for name in folders.sorted().reversed() { self.folders[name.lowercased()] = name }
        }
    }

    package var folders: [String: Folder] = [:] { didSet { index = Index(folders) } }
    private var index = Index([:])

    package init() {}

    /// A snapshot of files given by their paths, for tests and samples.
    package init(files paths: some Sequence<String>) {
        var files: [String: [String]] = [:]
        var subfolders: [String: Set<String>] = ["": []]
        for path in paths {
            var (folder, name) = TreeSnapshot.split(path)
            files[folder, default: []].append(name)
            while !folder.isEmpty {
                (folder, name) = TreeSnapshot.split(folder)
                subfolders[folder, default: []].insert(name)
            }
        }
        for path in Set(files.keys).union(subfolders.keys) {
            folders[path] = Folder(files: files[path] ?? [], folders: subfolders[path] ?? [])
        }
        index = Index(folders)
    }

    /// The path on disk of the regular file that a phone means by `path`: names as they are, save that folders match in any case, and
    /// the MAC inside a file's name too.
    package func file(_ path: String) -> String? {
        let (parent, name) = TreeSnapshot.split(path)
        guard !name.isEmpty, let folder = folder(parent), let onDisk = folders[folder]?.files[TreeSnapshot.spelling(of: name)]
        else { return nil }
        return TreeSnapshot.join(folder, onDisk)
    }

    /// The path on disk of a folder.
    package func folder(_ path: String) -> String? {
        if folders[path] != nil { return path }
        let lowerCase = TreeSnapshot.withoutEmptySteps(path).lowercased()
        return index.byLowerCase[lowerCase] ?? (folders[lowerCase] == nil ? nil : lowerCase)
    }

    /// The folder of one phone, whichever way its name writes the address.
    package func deviceFolder(_ mac: MACAddress) -> String? { index.byMAC[mac]?.path }

    /// Folders by other names than their own, so that looking for one takes no longer in a large tree.
    private struct Index {
        /// By paths in lower case, those that are written so on disk left out.
        var byLowerCase: [String: String] = [:]
        /// Phones' own beneath `devices`. Of several of one phone, an address without separators goes before one with dashes, and that
        /// before one with colons.
        var byMAC: [MACAddress: (rank: Int, path: String)] = [:]

        init(_ folders: [String: Folder]) {
            var waiting = [(path: "", lowerCase: "")]
            while let (path, lowerCase) = waiting.popLast() {
                for (name, onDisk) in folders[path]?.folders ?? [:] {
                    let below = (path: TreeSnapshot.join(path, onDisk), lowerCase: TreeSnapshot.join(lowerCase, name))
                    guard folders[below.path] != nil else { continue }
                    waiting.append(below)
                    if below.path != below.lowerCase { byLowerCase[below.lowerCase] = below.path }
                    if lowerCase == "devices" { note(below.path, name) }
                }
            }
        }

        private mutating func note(_ path: String, _ name: String) {
            guard let mac = MACAddress(name), let rank = [mac.plain, mac.dashes, mac.colons].firstIndex(of: name),
                rank < byMAC[mac]?.rank ?? .max
            else { return }
            byMAC[mac] = (rank, path)
        }
    }

    /// Whether there is any regular file beneath a folder, other phones' own folders left out.
    package func holdsFile(beneath path: String) -> Bool {
        guard let folder = folders[path] else { return false }
        if !folder.files.isEmpty { return true }
        return folder.folders.values.contains { name in
            !(path.isEmpty && name.lowercased() == "devices") && holdsFile(beneath: TreeSnapshot.join(path, name))
        }
    }

    private static func withoutEmptySteps(_ path: String) -> String {
        var before = UInt8(ascii: "/")
        for byte in path.utf8 {
            if byte == UInt8(ascii: "/"), before == byte { return path.split(separator: "/").joined(separator: "/") }
            before = byte
        }
        return before == UInt8(ascii: "/") ? path.split(separator: "/").joined(separator: "/") : path
    }

    package static func join(_ folder: String, _ name: String) -> String {
        folder.isEmpty ? name : folder + "/" + name
    }

    package static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
        return (String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
    }

    /// A name with every run of twelve or more hexadecimal digits, and every MAC address with separators, in lower case: phones and
    /// people write the same address in different ways.
    package static func spelling(of name: String) -> String {
        let bytes = Array(name.utf8)
        guard bytes.count >= 12, bytes.contains(where: { (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0) }) else {
            return name
        }
        var result = bytes
        var at = 0
        while at < bytes.count {
            var end = at
            var digits = 0
            while end < bytes.count {
                if hexValue(bytes[end]) != nil {
                    digits += 1
                } else if !MACAddress.separatesOctets(bytes[end]) || digits == 0 {
                    break
                }
                end += 1
            }
            if digits >= 12 {
                for place in at..<end where (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(bytes[place]) {
                    result[place] |= 0x20
                }
            }
            at = max(end, at + 1)
        }
        return String(decoding: result, as: UTF8.self)
    }
}
