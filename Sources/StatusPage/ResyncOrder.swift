import JSONReading
import JSONText
import Packets

/// What a client wants of resync: `{"macs": […]}`, `{"vendor": …}` or `{"all": true}`, with `"reboot"` and `"confirm"`.
package struct ResyncOrder: Equatable {
    package enum Choice: Equatable {
        case macs([MACAddress])
        /// A brand or a family.
        case vendor(String)
        case all
    }

    package let choice: Choice
    let reboot: Bool
    /// The client knows that many phones are meant.
    let isConfirmed: Bool

    package struct Fault: Error {
        let sentence: String
    }

    package init(_ bytes: [UInt8], longest: Int) throws(Fault) {
        let json: JSONValue
        do throws(JSONFault) {
            json = try readJSON(bytes, limit: longest)
        } catch {
            throw Fault(sentence: "the request's body is \(error.sentence)")
        }
        guard let members = json.members else { throw Fault(sentence: "the request's body is no JSON object") }
        let known = ["macs", "vendor", "all", "reboot", "confirm"]
        if let stranger = members.first(where: { !known.contains($0.0) }) {
            throw Fault(sentence: "\"\(stranger.0.prefix(40))\" is not known; there are \(known.joined(separator: ", "))")
        }
        var choices: [Choice] = []
        if let macs = json["macs"] { choices.append(.macs(try ResyncOrder.macs(macs))) }
        if let vendor = json["vendor"] {
            guard let name = vendor.string else { throw Fault(sentence: "vendor is no text") }
            choices.append(.vendor(name))
        }
        if try ResyncOrder.flag(json, "all") { choices.append(.all) }
        guard let choice = choices.first, choices.count == 1 else {
            throw Fault(sentence: "say which phones: one of macs, vendor and all")
        }
        self.choice = choice
        reboot = try ResyncOrder.flag(json, "reboot")
        isConfirmed = try ResyncOrder.flag(json, "confirm")
    }

    private static func flag(_ json: JSONValue, _ name: String) throws(Fault) -> Bool {
        guard let value = json[name] else { return false }
        guard let flag = value.boolean else { throw Fault(sentence: "\(name) is neither true nor false") }
        return flag
    }

    /// Each once, in the order given.
    private static func macs(_ json: JSONValue) throws(Fault) -> [MACAddress] {
        guard let items = json.items, !items.isEmpty else { throw Fault(sentence: "macs is no list of MAC addresses") }
        var macs: [MACAddress] = []
        var seen: Set<MACAddress> = []
        for item in items {
            guard let mac = item.string.flatMap({ MACAddress($0) }), mac.isStation else {
                throw Fault(sentence: "\(item.text.prefix(40)) is not the MAC address of a device")
            }
            if seen.insert(mac).inserted { macs.append(mac) }
        }
        return macs
    }
}
