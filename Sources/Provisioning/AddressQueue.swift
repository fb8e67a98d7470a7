import Packets

/// Addresses in the order in which they came. Each is in it once, so that the pool bounds it: one that is passed over when its turn comes,
/// since it was taken by name meanwhile, keeps its place where it is put in again before that.
struct AddressQueue: Sendable {
    private var addresses: [IPv4Address] = []
    private var next = 0
    private var members: Set<IPv4Address> = []

    var isEmpty: Bool { members.isEmpty }

    mutating func append(_ address: IPv4Address) {
        if members.insert(address).inserted { addresses.append(address) }
    }

    mutating func popFirst() -> IPv4Address? {
        guard next < addresses.count else { return nil }
        let address = addresses[next]
        members.remove(address)
        next += 1
        if next > 4096, next * 2 > addresses.count {
            addresses.removeFirst(next)
            next = 0
        }
        return address
    }
}
