import Packets
import Provisioning
import TFTPTransfers

extension SelfDescription {
    /// The options of an old Grandstream phone.
    init(_ identity: TFTPIdentity) {
        self.init(
            vendor: "grandstream", model: identity.model.map { printable($0[...]) },
            version: identity.version.map { printable($0[...]) },
            mac: identity.identifier.flatMap { MACAddress(ascii: $0[...]) }.flatMap { $0.isStation ? $0 : nil })
    }
}
