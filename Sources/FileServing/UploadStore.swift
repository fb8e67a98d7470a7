import LinuxSystem
import Packets
import Provisioning
import Synchronization

/// The files that phones left, a folder for each phone. A file is written under a name of its own, and gets the phone's when it is whole,
/// with a number behind it where that is taken: nothing is ever written over.
final class UploadStore: Sendable {
    enum Fault: Error {
        /// The phone has left as much as it may, or the disk is nearly full.
        case noRoom
        case disk(SystemError)
    }

    /// Where one file goes while it comes.
    struct Place: Sendable {
        let mac: MACAddress
        let name: String
        /// Bytes that it may have.
        let room: Int
        let file: NewFile
        fileprivate let folder: WriteDirectory
        fileprivate let temporaryName: String
    }

    private struct State {
        var top: WriteDirectory?
        /// Of files on their way: how many, and how long they may become.
        var reserved: [MACAddress: (files: Int, bytes: Int)] = [:]
        var serial = 0
    }

    /// Files of all phones on their way at once.
    private static let mostAtOnce = 64
    /// What begins a name that no phone can give: safe names have no dot in front.
    private static let temporary = ".incoming-"

    private let path: String
    private let space: UploadDesk.Space
    private let state = Mutex(State())

    /// - Parameter folder: made when the first file comes.
    init(folder: String, space: @escaping UploadDesk.Space) {
        path = folder
        self.space = space
    }

    /// Makes room for a file. To be followed by one of ``keep(_:)`` and ``discard(_:)``.
    func reserve(_ mac: MACAddress, name: String, _ allowance: UploadAllowance) throws(Fault) -> Place {
        try state.withLock { state throws(Fault) in
            let waiting = state.reserved[mac] ?? (0, 0)
            let (top, folder) = try onDisk { () throws(SystemError) in try folders(&state, of: mac) }
            let kept = try onDisk { () throws(SystemError) in
                try UploadStore.kept(in: folder, cleaning: waiting.files == 0)
            }
            let space = try onDisk { () throws(SystemError) in try self.space(top) }
            let room = min(allowance.fileSize, allowance.total - kept.bytes - waiting.bytes)
            let underWay = state.reserved.values.reduce(0) { $0 + $1.files }
            guard room > 0, kept.files + waiting.files < allowance.files, underWay < UploadStore.mostAtOnce,
                space.free - Int64(room) > space.whole / 8
            else { throw .noRoom }
            state.serial += 1
            let temporaryName = UploadStore.temporary + String(state.serial)
            let file = try onDisk { () throws(SystemError) in try folder.create(temporaryName) }
            state.reserved[mac] = (waiting.files + 1, waiting.bytes + room)
            return Place(mac: mac, name: name, room: room, file: file, folder: folder, temporaryName: temporaryName)
        }
    }

    /// The folder of all, and a phone's in it. Where somebody has taken away the one that is open, another is made.
    private func folders(_ state: inout State, of mac: MACAddress) throws(SystemError) -> (
        top: WriteDirectory, own: WriteDirectory
    ) {
        if let top = state.top {
            do throws(SystemError) {
                return (top, try top.subfolder(mac.plain))
            } catch {
                guard error.isNotFound else { throw error }
                state.top = nil
            }
        }
        let top = try WriteDirectory.open(path)
        state.top = top
        return (top, try top.subfolder(mac.plain))
    }

    /// How much a phone has left; where none of its files is on its way, those that a run left behind that died are taken away.
    private static func kept(in folder: WriteDirectory, cleaning: Bool) throws(SystemError) -> (files: Int, bytes: Int) {
        var kept = (files: 0, bytes: 0)
        for (name, size) in try folder.contents() {
            if !name.hasPrefix(temporary) {
                kept = (kept.files + 1, kept.bytes + Int(clamping: size))
            } else if cleaning {
                try folder.remove(name)
            }
        }
        return kept
    }

    /// The file is whole. Returns its path beneath the folder of uploads.
    func keep(_ place: Place) throws(Fault) -> String {
        defer { release(place) }
        do throws(SystemError) {
            var name = place.name
            var number = 0
            while !(try place.folder.rename(place.temporaryName, to: name)) {
                number += 1
                name = "\(place.name).\(number)"
            }
            return "\(place.mac.plain)/\(name)"
        } catch {
            try? place.folder.remove(place.temporaryName)
            throw .disk(error)
        }
    }

    /// The file will not be whole.
    func discard(_ place: Place) {
        try? place.folder.remove(place.temporaryName)
        release(place)
    }

    private func release(_ place: Place) {
        state.withLock { state in
            guard let waiting = state.reserved[place.mac] else { return }
            state.reserved[place.mac] = waiting.files > 1 ? (waiting.files - 1, waiting.bytes - place.room) : nil
        }
    }
}

private func onDisk<Result>(_ body: () throws(SystemError) -> Result) throws(UploadStore.Fault) -> Result {
    do throws(SystemError) {
        return try body()
    } catch {
        throw .disk(error)
    }
}
