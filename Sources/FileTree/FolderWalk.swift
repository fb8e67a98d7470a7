import LinuxSystem
import Provisioning

/// Reads a folder and all beneath it, the nearest first.
///
/// A link may lead back to a folder that it lies beneath: `tftpboot -> .` is what phones ask for whose paths begin so. By such a link a
/// folder stands on the way to its own folders once more, and not again: two of them would double the paths with each step down.
struct FolderWalk {
    /// Deeper folders are not seen.
    static let deepest = 16

    private let directory: ReadDirectory
    /// Paths of folders that it may still find.
    private(set) var room: Int
    /// There was no room for all of them.
    private(set) var isCutOff = false
    private(set) var found: [String: TreeSnapshot.Folder] = [:]

    private struct Place {
        let path: String
        /// The folders that it lies beneath, by way of this path.
        let way: [FileIdentity]
    }

    init(_ directory: ReadDirectory, room: Int) {
        self.directory = directory
        self.room = room
    }

    mutating func read(beneath path: String) {
        guard let way = way(to: path) else { return }
        var level = [Place(path: path, way: way)]
        for _ in way.count...max(way.count, FolderWalk.deepest) {
            var below: [Place] = []
            for place in level {
                let inside = read(place)
                let places = max(0, room - below.count)
                below += inside.prefix(places)
                isCutOff = isCutOff || inside.count > places
            }
            level = below
        }
    }

    /// - Returns: the folders in it.
    private mutating func read(_ place: Place) -> [Place] {
        guard room > 0 else {
            isCutOff = true
            return []
        }
        guard let listing = try? directory.list(beneath: place.path) else { return [] }
        room -= 1
        found[place.path] = TreeSnapshot.Folder(listing)
        let way = place.way + [listing.identity]
        return listing.folders.filter { way.admits(listing.linked[$0]) }
            .map { Place(path: TreeSnapshot.join(place.path, $0), way: way) }
    }

    /// The folders on the way to one; `nil` where that is gone, or stood there too often already.
    private func way(to path: String) -> [FileIdentity]? {
        var way: [FileIdentity] = []
        var before = ""
        for step in path.utf8.split(separator: UInt8(ascii: "/")) {
            guard let identity = try? directory.folderIdentity(beneath: before) else { return nil }
            way.append(identity)
            before = TreeSnapshot.join(before, String(Substring(step)))
        }
        guard let own = try? directory.folderIdentity(beneath: path), way.admits(own) else { return nil }
        return way
    }
}

extension [FileIdentity] {
    /// Whether a folder that a link leads to stands on this way no more than once.
    fileprivate func admits(_ folder: FileIdentity?) -> Bool {
        guard let folder else { return true }
        return count { $0 == folder } < 2
    }
}

extension TreeSnapshot.Folder {
    init(_ listing: FolderListing) {
        self.init(files: listing.files, folders: listing.folders)
    }
}

extension FolderListing {
    var files: [String] { entries.filter { $0.kind == .file }.map(\.name) }
    var folders: [String] { entries.filter { $0.kind == .folder }.map(\.name) }
}
