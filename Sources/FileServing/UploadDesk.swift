import HTTPSemantics
import LinuxSystem
import Packets
import Provisioning
import WebServer

/// Takes the logs and settings that phones leave by PUT and POST, where a rule lets them. They go beneath `state`, not beneath the root:
/// nothing that was left here is ever served.
package final class UploadDesk: Sendable {
    /// Bytes of the disk that a folder is on.
    package typealias Space = @Sendable (WriteDirectory) throws(SystemError) -> (whole: Int64, free: Int64)

    private let policy: CurrentPolicy
    private let desk: FileDesk
    private let store: UploadStore

    /// - Parameters:
    ///   - folder: made when the first file comes.
    ///   - space: how large the disk is, and how much of it is free.
    package init(
        folder: String, policy: CurrentPolicy, desk: FileDesk,
        space: @escaping Space = { folder throws(SystemError) in try folder.space() }
    ) {
        store = UploadStore(folder: folder, space: space)
        self.policy = policy
        self.desk = desk
    }

    /// Whether any rule takes uploads.
    var isOpen: Bool { policy.value.settings.takesUploads }

    /// The largest file that any rule lets in, in bytes.
    var largest: Int { policy.value.settings.rules.compactMap { $0.uploads?.fileSize }.max() ?? 0 }

    /// A file that is about to come. A refusal is on the timeline already.
    func begin(_ request: WebRequest, _ asked: FileRequest) throws(FileRefusal) -> Upload {
        let errand = try desk.admit(asked)
        let (policy, asker, name) = (errand.policy, errand.asker, errand.name)
        // Whose folder it is has to be certain: met at this address, or proven. A name alone proves nothing.
        guard let mac = asker.provenMAC, policy.owners(of: name).admit(mac) else {
            if policy.logins.areAskedFor { throw desk.refused(errand, .notYours) }
            throw desk.refused(asked, .notTaken, to: asker)
        }
        do throws(FileRefusal) {
            guard let allowance = policy.settings.uploads(of: asker.identity) else { throw .notTaken }
            // RFC 9110 §14.5: a part would be taken for the whole.
            guard request.header("Content-Range") == nil else { throw FileRefusal(.unfitName, "only whole files are taken") }
            // §13.1.1: there is no version of it that could match.
            guard request.header("If-Match") == nil else { throw FileRefusal(.preconditionFailed, "the file is a new one") }
            let lastStep = TreeSnapshot.split(name).name
            let place = try store.place(for: mac, name: safeName(lastStep) ?? "upload", allowance)
            return Upload(place, asked, store, desk)
        } catch {
            throw desk.refused(asked, error, mac)
        }
    }
}

extension FileRefusal {
    fileprivate static let notTaken = FileRefusal(.notTaken, "nothing is taken from this phone under that name")
}

extension UploadStore {
    fileprivate func place(for mac: MACAddress, name: String, _ allowance: UploadAllowance) throws(FileRefusal) -> Place {
        do throws(Fault) {
            return try reserve(mac, name: name, allowance)
        } catch {
            throw error.refusal
        }
    }
}

extension UploadStore.Fault {
    var refusal: FileRefusal {
        switch self {
        case .noRoom: FileRefusal(.noRoom, "there is no room for more files of this phone")
        case .disk: FileRefusal(.unreadable, "the file cannot be kept now")
        }
    }
}

/// One file on its way into the store.
final class Upload: BodySink {
    private let place: UploadStore.Place
    private let asked: FileRequest
    private let store: UploadStore
    private let desk: FileDesk
    private var bytes: Int64 = 0
    private var failure: SystemError?

    init(_ place: UploadStore.Place, _ asked: FileRequest, _ store: UploadStore, _ desk: FileDesk) {
        self.place = place
        self.asked = asked
        self.store = store
        self.desk = desk
    }

    /// Bytes that it may have.
    var limit: Int { place.room }

    func take(_ octets: UnsafeRawBufferPointer) -> Bool {
        do throws(SystemError) {
            try place.file.write(octets)
            bytes += Int64(octets.count)
            return true
        } catch {
            failure = error
            return false
        }
    }

    func finish() -> WebAnswer {
        do throws(UploadStore.Fault) {
            if let failure {
                store.discard(place)
                throw .disk(failure)
            }
            let path = try store.keep(place)
            desk.uploaded(asked, path: path, bytes: bytes, by: place.mac)
            // RFC 9110 §9.3.4: 201, since it was not there before. Without Location: it is not to be had.
            return .text(status: 201, "The file is kept.")
        } catch {
            var detail: String?
            if case .disk(let failure) = error { detail = failure.description }
            let refusal = desk.refused(asked, error.refusal, place.mac, detail: detail)
            return .text(status: refusal.status(in: asked.transport), refusal.sentence)
        }
    }

    func abandon() {
        store.discard(place)
        desk.refused(asked, FileRefusal(.tooLarge, "it broke off, or was longer than \(limit) octets"), place.mac)
    }
}
