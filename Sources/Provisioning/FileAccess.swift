import Packets
import VendorCatalogue

/// What one client sees of the tree, and what of it is given to him (T9). One way for whoever asks: a request by any protocol, a URL
/// that is about to be told, `bellhop render`.
package struct FileAccess: Sendable {
    package let asker: FileAsker
    package let view: PhoneView
    private let policy: Policy

    package init(_ asker: FileAsker, _ policy: Policy, tree: TreeSnapshot) {
        self.asker = asker
        self.policy = policy
        view = PhoneView(of: tree, for: asker.identity, rule: asker.rule, isItself: asker.isItself)
    }

    /// Whether a name is one that nothing proves to be the asker's. Nothing but the asker's own folder is looked in then: what the
    /// answer is, and what is done for it, depends on nothing of whose name it is.
    package func isOthers(_ name: String) -> Bool {
        policy.isOthers(name, for: asker)
    }

    /// What the asker gets for a name, as the tree was when it was last read.
    package func file(_ name: String) -> TreeFile? {
        view.file(name, onlyOwn: isOthers(name)).flatMap { mayHave($0.path) ? $0 : nil }
    }

    package func leadsAnywhere(beneath folder: String) -> Bool {
        view.leadsAnywhere(beneath: folder, file: file, mayHave: mayHave)
    }

    /// By the path on disk alone. What lies in a phone's own folder is that phone's, whatever it is called.
    package func mayHave(_ path: String) -> Bool {
        asker.isBelieved || view.isInOwnFolder(path) || policy.owners(of: path).admit(asker.provenMAC)
    }

    /// Whether nobody else may have what lies at a path.
    package func isOneOnes(_ path: String) -> Bool {
        view.isInOwnFolder(path) || !policy.owners(of: path).isNobody
    }
}

extension Policy {
    /// See ``FileAccess/isOthers(_:)``.
    package func isOthers(_ name: String, for asker: FileAsker) -> Bool {
        !asker.isBelieved && !owners(of: name).admit(asker.provenMAC)
    }
}
