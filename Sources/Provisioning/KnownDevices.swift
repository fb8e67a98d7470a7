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

/// The same of text.
package func readKnownDevices(
    _ text: String, file: String, vendors: [String], _ problems: ConfigProblems
) -> KnownDevices {
    readKnownDevices(Array(text.utf8), file: file, vendors: vendors, problems)
}

/// Reads `devices.csv` (RFC 4180): a heading line with at least `mac`, then a device a line. `label`, `url`, `vendor`, `model`, `address`,
/// `uuid`, `sip-user` and `sip-password` have a meaning of their own; every column is there for templates under its heading.
/// - Parameter bytes: UTF-8; a line that is anything else is a mistake, for what stands in it would reach phones as something else.
package func readKnownDevices(
    _ bytes: [UInt8], file: String, vendors: [String], _ problems: ConfigProblems
) -> KnownDevices {
    var known = KnownDevices()
    var records = CSVRecords(bytes)
    guard let heading = records.next() else { return known }
    guard let names = heading.fields else {
        problems.add(noText, at: ConfigPlace(file: file, line: heading.line))
        return known
    }
    let columns = names.map { $0.trimmingSpaces() }
    checkHeadings(columns, at: ConfigPlace(file: file, line: heading.line), problems)
    guard columns.contains("mac") else {
        problems.add("the first line must name the columns, one of them mac", at: ConfigPlace(file: file, line: heading.line))
        return known
    }
    known.columns = columns
    while let record = records.next() {
        let place = ConfigPlace(file: file, line: record.line)
        guard let fields = record.fields else {
            problems.add(noText, at: place)
            continue
        }
        if fields.count > columns.count {
            problems.add("\(fields.count) values under \(columns.count) headings", at: place)
            continue
        }
        var row: [String: String] = [:]
        for (column, field) in zip(columns, fields) where !field.trimmingSpaces().isEmpty {
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

private let noText = "a letter here is not in UTF-8; save the file as UTF-8, which spreadsheets call \"CSV UTF-8\""

/// Of two columns of one name only one would count, and `User` would be a column without a meaning.
private func checkHeadings(_ columns: [String], at place: ConfigPlace, _ problems: ConfigProblems) {
    var seen: Set<String> = []
    for column in columns where !column.isEmpty && !seen.insert(column).inserted {
        problems.add("the heading \"\(column)\" stands here a second time; name one of them otherwise, or take it out", at: place)
    }
    let meant = KnownDevice.columns + ["user", "password"]
    for column in seen.sorted() where !meant.contains(column) && meant.contains(column.lowercased()) {
        problems.add("the heading \"\(column)\" has no meaning in capitals; write \(column.lowercased())", at: place)
    }
}

/// Splits comma-separated text into records; a quoted field may hold commas, line ends and doubled quotes (RFC 4180 §2).
private struct CSVRecords {
    private var rest: ArraySlice<UInt8>
    private var line = 1
    private(set) var unclosedQuote: Int?

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
        if rest.starts(with: [0xef, 0xbb, 0xbf]) { rest = rest.dropFirst(3) }
    }

    /// - Returns: the fields, `nil` where one is no UTF-8; and the line where the record begins.
    mutating func next() -> (fields: [String]?, line: Int)? {
        while let record = nextLine() {
            if record.fields != [""] { return record }
        }
        return nil
    }

    private mutating func nextLine() -> (fields: [String]?, line: Int)? {
        guard !rest.isEmpty else { return nil }
        let first = line
        var fields: [String]? = []
        var field: [UInt8] = []
        var quoteLine: Int?
        func endField() {
            if let text = String(validating: field, as: UTF8.self) { fields?.append(text) } else { fields = nil }
            field = []
        }
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
            case UInt8(ascii: ","): endField()
            case UInt8(ascii: "\r"): continue
            case UInt8(ascii: "\n"):
                endField()
                return (fields, first)
            default: field.append(byte)
            }
        }
        unclosedQuote = quoteLine
        endField()
        return (fields, first)
    }
}

extension String {
    fileprivate func trimmingSpaces() -> String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
