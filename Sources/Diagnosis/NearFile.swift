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

    /// The name that the phone asks for first is looked for first, and one that differs by its case alone before all others.
    init?(of phone: PhoneCase) {
        let view = PhoneView(of: phone.site.policy.tree, for: phone.identity)
        let wanted = phone.wantedNames.map { NearFile.candidates(for: $0, in: view, phone.identity.family) }
        let same = wanted.lazy.compactMap { name, files in
            files.first { NearFile.name(of: $0).lowercased() == name.lowercased() }.map { (name, $0) }
        }.first
        let near = wanted.lazy.compactMap { name, files -> (String, TreeFile)? in
            guard let near = nearest(to: name, in: files.map(NearFile.name)) else { return nil }
            return files.first { NearFile.name(of: $0) == near }.map { (name, $0) }
        }.first
        guard let (name, file) = same ?? near else { return nil }
        path = file.path
        self.name = name + (file.isTemplate ? TreeFile.templateSuffix : "")
    }

    /// The files beside the wanted one, but those that other phones of its family ask for.
    private static func candidates(for wanted: String, in view: PhoneView, _ family: Family?) -> (name: String, files: [TreeFile])
    {
        let (folder, name) = TreeSnapshot.split(wanted)
        let files = view.files(in: folder).filter { file in
            let other = NearFile.name(of: file)
            guard other.lowercased() != name.lowercased() else { return other != name }
            return family?.files.contains { $0.name.fits(TreeSnapshot.join(folder, other), PhoneFacts()) } != true
        }
        return (name, files)
    }

    private static func name(of file: TreeFile) -> String { TreeSnapshot.split(file.servedPath).name }
}

extension PhoneCase {
    /// The names that its family asks for, as far as they can be told in advance.
    var wantedNames: [String] { identity.family?.files.compactMap { $0.name.name(for: identity.facts) } ?? [] }
}
