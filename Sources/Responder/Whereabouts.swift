import LinuxSystem
import Packets
import Provisioning

/// Who has an IPv4 address, by what this machine knows: asked where a SUBSCRIBE does not say who sent it.
final class Whereabouts: Sendable {
    private let memory: DeviceMemory
    private let neighbours: NeighbourTable

    init(_ memory: DeviceMemory) throws(SystemError) {
        self.memory = memory
        neighbours = try NeighbourTable()
    }

    /// The same request, with all that is known of its sender's address.
    func completed(_ request: Request, on served: ServedInterface) -> Request {
        guard request.namesNobody else { return request }
        let address = request.frame.source
        var known: [MACEvidence] = []
        if let mac = served.leases?.mac(at: address) { known.append(MACEvidence(.lease, mac)) }
        if let mac = memory.device(at: address)?.mac { known.append(MACEvidence(.met, mac)) }
        // A call of the system: only where there is nothing else. A host off the link has a router's address there.
        if known.isEmpty, request.macEvidence(on: served.link).isEmpty, served.link.isOnLink(address),
            let mac = neighbours.mac(of: address, on: served.link.interface)
        {
            known.append(MACEvidence(.neighbour, mac))
        }
        return request.with(known)
    }
}
