import Packets
import VendorCatalogue

/// One phone that is played: what it is, and where it is plugged in.
struct SimulatedPhone: Sendable {
    let family: Family
    let manner: PhoneModel
    let mac: MACAddress
    let model: String
    /// The one that it was leased; else the interface's own.
    var address: IPv4Address
    /// Of a Spectralink Virtual Server One.
    let uuid: String?
    /// User and password of an Alcatel-Lucent Enterprise phone as it comes out of its box.
    let serial: String

    init(
        _ family: Family, manner: PhoneModel, mac: MACAddress, model: String? = nil, address: IPv4Address, uuid: String? = nil,
        serial: String? = nil
    ) {
        self.family = family
        self.manner = manner
        self.mac = mac
        self.model = model ?? manner.model
        self.address = address
        self.uuid = uuid
        self.serial = serial ?? "SN\(mac.plain.uppercased())"
    }

    /// What the family's strings and file names are filled in with.
    var facts: PhoneFacts {
        PhoneFacts(
            mac: mac, model: model, version: manner.version, uuid: uuid,
            more: ["ip": address.description, "series": String(model.drop { !$0.isNumber })])
    }

    var userAgent: String? { manner.userAgent?.filled(with: facts) }
    var vendorClass: String? { manner.vendorClass?.filled(with: facts) }

    /// The names that it asks for beneath a folder, in order; those that nobody can tell in advance are left out.
    var fileNames: [String] {
        var names: [String] = []
        for name in family.files.compactMap({ $0.name.name(for: facts) }) where !names.contains(name) { names.append(name) }
        return names
    }
}
