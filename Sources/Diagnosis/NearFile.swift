import ConfigTree
import Packets
import Provisioning
import VendorCatalogue

/// A file whose name is nearly one that a phone asks for.
struct NearFile {
    /// On disk, beneath the root.
    let path: String
    /// What it would have to be called.
    let name: String

    /// For a phone that has asked for none yet: the name that it asks for first is looked for first, and one that is only written otherwise
    /// before all others.
    init?(of phone: PhoneCase) {
        let searches = phone.wantedNames.map { Search(for: $0, phone) }
        guard
            let (search, file) = searches.lazy.compactMap({ search in search.namesake.map { (search, $0) } }).first
                ?? searches.lazy.compactMap({ search in search.nearest.map { (search, $0) } }).first
        else { return nil }
        self.init(file, search.name)
    }

    /// For a phone that asked for a path and did not get it.
    init?(to asked: String, for phone: PhoneCase) {
        let search = Search(for: asked, phone)
        guard let file = search.namesake ?? search.nearest else { return nil }
        self.init(file, search.name)
    }

    private init(_ file: TreeFile, _ name: String) {
        path = file.path
        self.name = name + (file.isTemplate ? TreeFile.templateSuffix : "")
    }
}

extension NearFile {
    /// The files beside one that is wanted.
    private struct Search {
        private struct Candidate {
            let file: TreeFile
            let name: String
            let devices: [NamedDevice]
            /// The name without the devices in it, in lower case: they say whose a file is, and not which.
            var rest: String { devices.flatMap(\.spellings).reduce(name.lowercased()) { $0.replacing($1, with: "") } }

            init(_ file: TreeFile) {
                self.file = file
                name = TreeSnapshot.split(file.servedPath).name
                devices = devicesNamed(in: name)
            }
        }

        private let wanted: Candidate
        private let folder: String
        /// But those that name another phone, and what has the wanted name itself elsewhere than it is asked for.
        private let candidates: [Candidate]
        private let phone: PhoneCase

        init(for path: String, _ phone: PhoneCase) {
            let wanted = Candidate(TreeFile(path))
            let own = Set(wanted.devices + phone.devices)
            folder = TreeSnapshot.split(path).folder
            let files = PhoneView(of: phone.site.policy.tree, for: phone.identity).files(in: folder)
            candidates = files.map { Candidate($0) }.filter { candidate in
                own.isSuperset(of: candidate.devices)
                    && TreeSnapshot.spelling(of: candidate.name) != TreeSnapshot.spelling(of: wanted.name)
            }
            self.wanted = wanted
            self.phone = phone
        }

        /// The wanted name, without its folder.
        var name: String { wanted.name }

        /// Its name is the wanted one but for case, and for what stands between the octets of an address.
        var namesake: TreeFile? {
            let rest = wanted.rest
            return candidates.first { $0.devices == wanted.devices && $0.rest == rest }?.file
        }

        /// Its name is nearly the wanted one, and nobody asks for it by that.
        var nearest: TreeFile? {
            let free = candidates.filter { !isAskedFor($0.name) }
            let alike = free.filter { $0.devices == wanted.devices }
            let others = free.filter { $0.devices != wanted.devices }
            return Search.nearest(to: wanted, in: alike, by: \.rest) ?? Search.nearest(to: wanted, in: others, by: \.name)
        }

        private static func nearest(
            to wanted: Candidate, in candidates: [Candidate], by part: (Candidate) -> String
        ) -> TreeFile? {
            let parts = candidates.map(part)
            return ConfigTree.nearest(to: part(wanted), in: parts).flatMap { parts.firstIndex(of: $0) }.map {
                candidates[$0].file
            }
        }

        /// Whether a file is there for another phone of the family, or for this one besides the wanted one. Where the wanted name is none of the
        /// family's, a file that is this phone's own may be meant by it.
        private func isAskedFor(_ other: String) -> Bool {
            let facts = phone.identity.facts
            return isFamilys(other, PhoneFacts()) && (isFamilys(name, facts) || !isFamilys(other, facts))
        }

        /// Whether such a phone asks for a name, by itself or with the folder before it.
        private func isFamilys(_ name: String, _ facts: PhoneFacts) -> Bool {
            let path = TreeSnapshot.join(folder, name)
            return phone.identity.family?.files.contains { $0.name.fits(name, facts) || $0.name.fits(path, facts) } == true
        }
    }
}

extension NamedDevice {
    /// As names have it, in lower case.
    fileprivate var spellings: [String] {
        switch self {
        case .mac(let mac): [mac.plain, mac.dashes, mac.colons, mac.colons.replacing(":", with: "_")]
        case .tail(let mac): [mac.plain]
        case .uuid(let uuid): [uuid]
        }
    }
}

extension PhoneCase {
    /// The names that its family asks for, as far as they can be told in advance.
    var wantedNames: [String] { identity.family?.files.compactMap { $0.name.name(for: identity.facts) } ?? [] }

    /// As a file's name says that it is this phone's.
    fileprivate var devices: [NamedDevice] { [.mac(mac), .tail(mac)] + (identity.uuid.map { [.uuid($0)] } ?? []) }
}
