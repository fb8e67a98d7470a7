import Synchronization

/// The names of all interfaces in service: a VLAN that is served itself (`eth1.20`) is not answered on what carries it.
final class ServedNames: Sendable {
    private let names = Mutex<Set<String>>([])

    /// A request can be heard on one alone.
    var isOne: Bool { names.withLock { $0.count == 1 } }

    /// Whether a VLAN of an interface has one of its own.
    func contains(vlan: UInt16, of interface: String) -> Bool { names.withLock { $0.contains("\(interface).\(vlan)") } }

    func replace(with new: some Sequence<String>) {
        let new = Set(new)
        names.withLock { $0 = new }
    }
}
