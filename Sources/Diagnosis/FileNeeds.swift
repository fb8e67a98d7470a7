import Provisioning
import VendorCatalogue

/// The files without which a phone's boot is not done.
package struct FileNeeds: Hashable, Sendable {
    /// Names beneath the phone's URL, as ``TreeSnapshot/spelling(of:)`` has them. Empty: any one file will do.
    package var required: [String] = []

    package init() {}

    /// - Parameter facts: what is known of the phone; names that hold something unknown are left out.
    package init(_ family: Family?, _ facts: PhoneFacts) {
        let names = family?.files.lazy.filter { !$0.isOptional }.compactMap { $0.name.name(for: facts) } ?? []
        required = names.map { TreeSnapshot.spelling(of: $0) }
    }

    /// - Parameter served: names as they were asked for, in the same spelling; a folder before them does not matter.
    func areMet(by served: Set<String>) -> Bool {
        required.isEmpty ? !served.isEmpty : missing(from: served).isEmpty
    }

    /// What of it was not served yet.
    package func missing(from served: Set<String>) -> [String] {
        required.filter { name in !served.contains { $0 == name || $0.hasSuffix("/" + name) } }
    }
}
