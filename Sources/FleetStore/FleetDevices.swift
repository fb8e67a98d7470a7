import Packets
import PostgreSQL
import Provisioning

/// The table of known devices: what `devices.csv` holds, for a site or for all.
package struct FleetDevices {
    private let connection: DatabaseConnection

    /// What is notified when the table changes.
    package static let channel = "bellhop_devices"

    package init(_ connection: DatabaseConnection) throws(DatabaseError) {
        try FleetVersion.check(connection)
        self.connection = connection
    }

    package func listen() throws(DatabaseError) {
        try connection.script("LISTEN \(FleetDevices.channel)")
    }

    /// The devices that a site gets, those of all sites with them, as CSV (RFC 4180).
    /// - Parameter site: `nil` for every row that the role may see.
    package func csv(site: String?) throws(DatabaseError) -> String {
        let rows = try connection.query(
            """
            SELECT k.mac, f.key, f.value FROM bellhop.known_devices k LEFT JOIN bellhop.sites s ON s.id = k.site
                LEFT JOIN LATERAL json_each_text(k.fields) WITH ORDINALITY AS f (key, value, place) ON true
            WHERE $1::text IS NULL OR k.site IS NULL OR s.name = $1 ORDER BY k.mac, f.place
            """, [site])
        var headings = ["mac"]
        var devices: [(mac: String, fields: [String: String])] = []
        for row in rows {
            let text = row.mac(0).colons
            if devices.last?.mac != text { devices.append((text, [:])) }
            guard let heading = row[1], heading != "mac" else { continue }
            devices[devices.count - 1].fields[heading] = row[2] ?? ""
            if !headings.contains(heading) { headings.append(heading) }
        }
        let lines = [headings] + devices.map { device in headings.map { $0 == "mac" ? device.mac : device.fields[$0] ?? "" } }
        return lines.map { $0.map(FleetDevices.field).joined(separator: ",") + "\n" }.joined()
    }

    private static func field(_ text: String) -> String {
        guard text.contains(where: { ",\"\r\n".contains($0) || $0.isNewline || $0 == " " }) else { return text }
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }

    /// Puts devices in, each in the place of what was known of it.
    /// - Parameters:
    ///   - rows: by heading, in order, without `mac`.
    ///   - site: whose they are; `nil` for every site's.
    ///   - replacing: whether devices of the same site that are not among them go.
    package func put(
        _ rows: [(mac: MACAddress, fields: [EventDetail])], site: String?, replacing: Bool
    ) throws(DatabaseError) {
        try connection.transaction { () throws(DatabaseError) in
            var number: String?
            if let site {
                number = try connection.query("SELECT id FROM bellhop.sites WHERE name = $1", [site]).first?.first.flatMap { $0 }
                guard number != nil else { throw .unexpected("it knows no site \(site): `bellhop fleet add \(site)` lets it in") }
            }
            if replacing {
                try connection.query("DELETE FROM bellhop.known_devices WHERE site IS NOT DISTINCT FROM $1", [number])
            }
            var text = CopyText()
            for row in rows { text.add([.number(Int64(row.mac.bits)), .text(DetailsText.write(row.fields))]) }
            try connection.script(
                "CREATE TEMP TABLE IF NOT EXISTS incoming_known (mac bigint, fields json) ON COMMIT DELETE ROWS")
            try connection.copy("COPY pg_temp.incoming_known FROM STDIN", text)
            try connection.query(
                """
                INSERT INTO bellhop.known_devices (mac, site, fields) SELECT mac, $1::integer, fields FROM pg_temp.incoming_known
                ON CONFLICT (mac) DO UPDATE SET site = excluded.site, fields = excluded.fields
                """, [number])
        }
    }
}
