import Packets
import Provisioning

/// Which devices somebody wants to see.
package struct DeviceQuery: Hashable, Sendable {
    /// A brand or a family.
    package var vendor: String?
    package var stage: String?
    /// What stands somewhere in vendor, model, address, interface or MAC address, in any case.
    package var text: String?
    /// Devices that are meant by ``text`` though no column says so: the reader knows their labels.
    package var labelled: [MACAddress] = []
    /// Also what is not known to be a phone.
    package var others = false
    package var limit = 500

    package init() {}

    /// The condition, and its values in order.
    var condition: (sql: String, values: [SQLValue]) {
        var parts: [String] = others ? [] : ["vendor IS NOT NULL"]
        var values: [SQLValue] = []
        if let vendor {
            parts.append("(vendor = ? OR family = ?)")
            values += [.text(vendor), .text(vendor)]
        }
        if let stage {
            parts.append("coalesce(stage, 'seen') = ?")
            values.append(.text(stage))
        }
        if let text, !text.isEmpty {
            let like = "LIKE ? ESCAPE '\\'"
            let dotted = [24, 16, 8].map { "((address >> \($0)) & 255) || '.' || " }.joined() + "(address & 255)"
            var ways = ["vendor \(like)", "model \(like)", "interface \(like)", "(\(dotted)) \(like)"]
            let pattern = SQLValue.text("%" + DeviceQuery.escaped(text) + "%")
            values += [pattern, pattern, pattern, pattern]
            let digits = text.filter { $0 != ":" && $0 != "-" }
            if !digits.isEmpty, digits.allSatisfy(\.isHexDigit) {
                ways.append("printf('%012x', mac) LIKE ?")
                values.append(.text("%\(digits.lowercased())%"))
            }
            if !labelled.isEmpty {
                // Numbers of ours, not text of the reader's.
                ways.append("mac IN (\(labelled.prefix(10_000).map { String($0.bits) }.joined(separator: ",")))")
            }
            parts.append("(" + ways.joined(separator: " OR ") + ")")
        }
        return (parts.isEmpty ? "1" : parts.joined(separator: " AND "), values)
    }

    /// LIKE's own signs stand for themselves.
    private static func escaped(_ text: String) -> String {
        String(text.prefix(128).flatMap { "\\%_".contains($0) ? ["\\", $0] : [$0] })
    }
}

/// How many devices stand where.
package struct DeviceTally: Hashable, Sendable {
    /// Phones by stage.
    package var stages: [String: Int] = [:]
    /// Phones by brand.
    package var vendors: [String: Int] = [:]
    /// Devices that are not known to be phones.
    package var others = 0
}

extension LedgerReader {
    /// Those that fit, the ones that were heard last first; and how many there are in all.
    package func devices(_ query: DeviceQuery) throws(LedgerError) -> (devices: [RecordedDevice], matching: Int) {
        let (condition, values) = query.condition
        let devices = try DeviceTable.rows(where: condition, values, limit: query.limit, connection)
        guard devices.count == query.limit else { return (devices, devices.count) }
        let count = try connection.rows("SELECT count(*) FROM devices WHERE \(condition)", values) { $0.integer(0) }
        return (devices, Int(count.first ?? 0))
    }

    /// Those that were heard after a moment, the ones heard first first.
    package func devices(heardAfter time: Moment, limit: Int) throws(LedgerError) -> [RecordedDevice] {
        try DeviceTable.rows(heardAfter: time, limit: limit, connection)
    }

    /// Reads an index and no row.
    static let tallyQuery = "SELECT vendor, stage, count(*) FROM devices GROUP BY vendor, stage"

    package func tally() throws(LedgerError) -> DeviceTally {
        var tally = DeviceTally()
        let counts = try connection.rows(LedgerReader.tallyQuery, []) {
            ($0.optionalText(0), $0.optionalText(1) ?? "seen", Int($0.integer(2)))
        }
        for (vendor, stage, count) in counts {
            guard let vendor else {
                tally.others += count
                continue
            }
            tally.stages[stage, default: 0] += count
            tally.vendors[vendor, default: 0] += count
        }
        return tally
    }
}
