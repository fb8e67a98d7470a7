import ConfigFiles
import ConfigTree
import Packets
import Testing
import VendorCatalogue

@testable import PhoneSimulator

/// The catalogue of this checkout.
let catalogue: Catalogue = {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return CatalogueFolder.load(program: "/\(root)/conf/vendors", usersOwn: nil, ConfigProblems())
}()

let playable: [String] = catalogue.families.filter { $0.phone != nil }.map(\.id).sorted()
let withPnP: [String] = catalogue.families.filter { $0.phone?.subscribe != nil }.map(\.id).sorted()

let phoneAddress = IPv4Address(192, 0, 2, 20)
let serverAddress = IPv4Address(192, 0, 2, 1)
let identifiers = ExchangeIdentifiers(transactionID: 0x1234_5678, callID: "c0ffee", tag: "phonetag", branch: "b1")

/// A phone of a family; its MAC address is the family's prefix with 1a2b3c… behind it.
func phone(_ id: String, mac: String? = nil, model: String? = nil) throws -> SimulatedPhone {
    let family = try #require(catalogue.family(id))
    let manner = try #require(family.phone)
    let digits = (manner.macPrefix.digits + "1a2b3c4d").prefix(12)
    let address = try #require(MACAddress(mac ?? String(digits)))
    return SimulatedPhone(family, manner: manner, mac: address, model: model, address: phoneAddress)
}
