import ConfigFiles
import ConfigTree
import Diagnosis
import Foundation
import Packets
import Provisioning
import Testing
import VendorCatalogue

/// Families with and without files that they need.
let catalogue: Catalogue = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../conf/vendors").standardized.path
    return CatalogueFolder.load(program: folder, usersOwn: nil, ConfigProblems())
}()

let phoneMAC = MACAddress(bits: 0x0004_1312_3456)
let ourAddress = IPv4Address(192, 168, 50, 1)

/// An event at a second of the phone's life.
func event(_ second: Int64, _ name: String, _ details: KeyValuePairs<String, String> = [:]) -> RecordedEvent {
    RecordedEvent(
        time: Moment(microseconds: second * 1_000_000), mac: phoneMAC, interface: "eth1", name: name,
        details: details.map { EventDetail($0.key, $0.value) })
}

func ignored(_ second: Int64, _ kind: String, _ reason: String, _ text: String = "because") -> RecordedEvent {
    event(second, "ignored", ["kind": kind, "reason": reason, "text": text])
}

func told(_ second: Int64, _ url: String = "http://192.168.50.1/") -> RecordedEvent {
    event(second, "dhcp.answered", ["vendor": "snom", "url": url])
}

func served(_ second: Int64, _ name: String) -> RecordedEvent {
    event(second, "file.served", ["name": name, "bytes": "100", "by": "http"])
}

func refused(_ second: Int64, _ name: String, _ status: Int, _ text: String = "because", why: String? = nil) -> RecordedEvent {
    var event = event(second, "file.refused", ["name": name, "by": "http", "status": String(status), "text": text])
    if let why { event.details.append(EventDetail("why", why)) }
    return event
}

/// The same, and again until another second.
func again(_ event: RecordedEvent, _ second: Int64) -> RecordedEvent {
    var event = event
    (event.repeats, event.lastTime) = (1, Moment(microseconds: second * 1_000_000))
    return event
}

/// A phone of a family, with these events, looked at in this second.
func phone(
    _ events: [RecordedEvent], at second: Int64, family: String? = "snom-desk", mac: MACAddress = phoneMAC,
    device: RecordedDevice? = nil, files: [String] = [], _ change: (inout Site) -> Void = { _ in }
) throws -> PhoneCase {
    let family = family.flatMap { catalogue.families(named: $0).first }
    var site = Site(Policy(settings: Settings(), catalogue: catalogue, tree: TreeSnapshot(files: files)))
    site.links = ["eth1": [ourAddress, IPv4Address(10, 8, 0, 1)]]
    change(&site)
    var phone = PhoneCase(
        mac, device: device, events: events, site: site, now: Moment(microseconds: second * 1_000_000),
        clockText: { moment, _ in "second \(moment.microseconds / 1_000_000)" })
    phone.identity = Identity(mac: mac, family: family, vendor: family?.vendor, model: "D735")
    return phone
}

/// A family that needs these files.
func family(needing names: [String]) throws -> Family? {
    let files = names.map { "  - {name: \"\($0)\", optional: false}\n" }.joined()
    let text = "id: test\nvendor: test\n" + (names.isEmpty ? "" : "files:\n\(files)")
    let problems = ConfigProblems()
    let family = Family(try YAMLDocument.parse(Array(text.utf8), file: "x.yaml"), isUsersOwn: false, problems)
    #expect(problems.isEmpty)
    return family
}
