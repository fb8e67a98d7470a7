import Provisioning
import VendorCatalogue

/// The files without which a phone's boot is not done.
package struct FileNeeds: Sendable {
    /// Empty: any one file will do.
    private var required: [FileNameTemplate] = []
    private var facts = PhoneFacts()

    package init() {}

    /// - Parameter facts: what is known of the phone; where a name holds something unknown, any name of that shape will do.
    package init(_ family: Family?, _ facts: PhoneFacts) {
        required = family?.files.filter { !$0.isOptional }.map(\.name) ?? []
        self.facts = facts
    }

    /// - Parameter served: names as they were asked for; a folder before them does not matter.
    func areMet(by served: Set<String>) -> Bool {
        required.isEmpty ? !served.isEmpty : missing(from: served).isEmpty
    }

    /// What of it was not served yet: names, or their shape where the name is not known.
    package func missing(from served: Set<String>) -> [String] {
        required.filter { name in !served.contains { isName($0, name) } }.map { $0.name(for: facts) ?? $0.source }
    }

    /// Whether a name that was asked for is one of those that the phone needs and does not have.
    func isMissing(_ asked: String, from served: Set<String>) -> Bool {
        required.contains { name in isName(asked, name) && !served.contains { isName($0, name) } }
    }

    private func isName(_ asked: String, _ name: FileNameTemplate) -> Bool {
        name.fits(TreeSnapshot.split(asked).name, facts)
    }
}
