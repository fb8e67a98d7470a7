import ConfigTree
import Packets
import VendorCatalogue

/// `devices.csv`.
package struct KnownDevices: Sendable {
    /// The headings, in their order.
    package var columns: [String] = []
    package var devices: [MACAddress: KnownDevice] = [:]
    package var byUUID: [String: MACAddress] = [:]
    /// What stands in each line, by heading: any of it may be a password.
    package var rows: [[String: Secret]] = []
    fileprivate var byAddress: [IPv4Address: MACAddress] = [:]

    package init() {}
}

/// Reads `devices.csv` (RFC 4180): a heading line with at least `mac`, then a device a line. `label`, `url`, `vendor`, `model`, `address`,
/// `uuid`, `sip-user` and `sip-password` have a meaning of their own; every column is there for templates under its heading.
package func readKnownDevices(
    _ text: String, file: String, vendors: [String], _ problems: ConfigProblems
) -> KnownDevices {
    var known = KnownDevices()
    var records = CSVRecords(text)
    guard let heading = records.next() else { return known }
    let columns = heading.fields.map { $0.trimmingSpaces() }
    guard columns.contains("mac") else {
        problems.add("the first line must name the columns, one of them mac", at: ConfigPlace(file: file, line: heading.line))
        return known
    }
    known.columns = columns
    while let record = records.next() {
        let place = ConfigPlace(file: file, line: record.line)
        if record.fields.count > columns.count {
            problems.add("\(record.fields.count) values under \(columns.count) headings", at: place)
            continue
        }
        var row: [String: String] = [:]
        for (column, field) in zip(columns, record.fields) where !field.trimmingSpaces().isEmpty {
            row[column] = field.trimmingSpaces()
        }
        if row.isEmpty { continue }
        guard let text = row["mac"], let mac = MACAddress(text), mac.isStation else {
            problems.add("\"\(row["mac"] ?? "")\" is not the MAC address of a device", at: place)
            continue
        }
        guard known.devices[mac] == nil else {
            problems.add("\(mac) stands here a second time", at: place)
            continue
        }
        var device = KnownDevice(mac: mac)
        device.label = row["label"]
        device.url = row["url"].flatMap { URLTemplate($0, at: place, problems) }
        device.model = row["model"]
        device.place = place
        if let text = row["uuid"] {
            device.uuid = uuidText(Array(text.utf8))
            if device.uuid == nil {
                problems.add("\"\(text)\" is no UUID, such as 89fed27f-7c47-43f5-8347-cb854cedc538", at: place)
            }
            if let uuid = device.uuid, let other = known.byUUID.updateValue(mac, forKey: uuid) {
                problems.add("\(uuid) is \(other)'s already", at: place)
            }
        }
        if let text = row["address"] {
            device.address = IPv4Address(text).flatMap { $0.isHost ? $0 : nil }
            if device.address == nil { problems.add("\"\(text)\" is not the address of a host", at: place) }
            if let address = device.address, let other = known.byAddress.updateValue(mac, forKey: address) {
                problems.add("\(address) is fixed for \(other) already", at: place)
            }
        }
        if let vendor = row["vendor"] {
            if !vendors.contains(vendor) {
                problems.add("\"\(vendor)\" is neither a brand nor a family of the catalogue", at: place)
            }
            device.vendor = vendor
        }
        device.more = row.filter { !KnownDevice.columns.contains($0.key) }
        if device.more["user"] != nil, device.password == nil {
            problems.add("a user needs a password, which the phone shows to be given a file", at: place)
        }
        if device.user?.contains(":") == true { problems.add("a user name must not hold a colon (RFC 7617)", at: place) }
        device.sipUser = row["sip-user"]
        device.sipPassword = row["sip-password"].map(Secret.init)
        if device.sipUser == nil, device.sipPassword != nil {
            problems.add("a sip-password needs a sip-user, whose it is", at: place)
        }
        known.devices[mac] = device
        known.rows.append(row.mapValues(Secret.init))
    }
    if let line = records.unclosedQuote {
        problems.add("a quoted value that begins here never ends", at: ConfigPlace(file: file, line: line))
    }
    return known
}

/// Splits comma-separated text into records; a quoted field may hold commas, line ends and doubled quotes (RFC 4180 §2).
private struct CSVRecords {
    private var rest: ArraySlice<UInt8>
    private var line = 1
    private(set) var unclosedQuote: Int?

    init(_ text: String) {
        rest = Array(text.utf8)[...]
        if rest.starts(with: [0xef, 0xbb, 0xbf]) { rest = rest.dropFirst(3) }
    }

    mutating func next() -> (fields: [String], line: Int)? {
        while let record = nextLine() {
            if record.fields != [""] { return record }
        }
        return nil
    }

    private mutating func nextLine() -> (fields: [String], line: Int)? {
        guard !rest.isEmpty else { return nil }
        let first = line
        var fields: [String] = []
        var field: [UInt8] = []
        var quoteLine: Int?
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\n") { line += 1 }
            if quoteLine != nil {
                if byte != UInt8(ascii: "\"") {
                    field.append(byte)
                } else if rest.first == UInt8(ascii: "\"") {
                    rest.removeFirst()
                    field.append(byte)
                } else {
                    quoteLine = nil
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\"") where field.isEmpty: quoteLine = line
            case UInt8(ascii: ","):
                fields.append(String(decoding: field, as: UTF8.self))
                field = []
            case UInt8(ascii: "\r"): continue
            case UInt8(ascii: "\n"):
                return (fields + [String(decoding: field, as: UTF8.self)], first)
            default: field.append(byte)
            }
        }
        unclosedQuote = quoteLine
        return (fields + [String(decoding: field, as: UTF8.self)], first)
    }
}

extension String {
    fileprivate func trimmingSpaces() -> String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
