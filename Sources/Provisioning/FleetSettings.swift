import ConfigTree
import Packets

/// `fleet`: where this site's records go, and its known devices come from.
package struct FleetSettings: Hashable, Sendable {
    /// A connection URI without a password.
    package var database: String
    package var passwordFile: String?
    package var site: String
    /// Two responders of a site that have the same share its work: one answers, the other listens.
    package var segment: String?

    /// Where beneath the state folder known devices are kept that came from the fleet, for a start without its database.
    package static func devicesFile(state: String) -> String { "\(state)/fleet-devices.csv" }

    package init(database: String, site: String) {
        self.database = database
        self.site = site
    }

    init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "fleet", problems) else { return nil }
        // What stands there may be a password: it is not repeated.
        let database = map.placedText("database").flatMap { text, place in
            let uri = FleetSettings.uri(text)
            if uri == nil { problems.add("fleet.database must be \(FleetSettings.expectedURI)", at: place) }
            return uri
        }
        let name = "a name of at most 63 letters, digits, - _ and ."
        let site = map.value("site", expected: name, FleetSettings.name)
        passwordFile = map.text("password-file")
        segment = map.value("segment", expected: name, FleetSettings.name)
        let hasKeys = map.node("database") != nil && map.node("site") != nil
        map.finish()
        guard let database, let site else {
            if !hasKeys { problems.add("fleet needs both database and site", at: node.place) }
            return nil
        }
        self.database = database
        self.site = site
    }

    package static let expectedURI =
        "a connection URI without a password, such as postgresql://user@host/fleet; the password goes into password-file"

    /// The text again, where it is a PostgreSQL URI that holds no password.
    package static func uri(_ text: String) -> String? {
        guard let scheme = ["postgresql://", "postgres://"].first(where: text.hasPrefix) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { !"/?".contains($0) }
        if let at = authority.lastIndex(of: "@"), authority[..<at].contains(":") { return nil }
        let query = rest.split(separator: "?", maxSplits: 1).dropFirst().joined()
        let keys = query.split(separator: "&").map { $0.prefix { $0 != "=" } }
        return keys.contains { ["password", "sslpassword", "passfile"].contains($0.lowercased()) } ? nil : text
    }

    package static func name(_ text: String) -> String? {
        let isName = text.utf8.allSatisfy { byte in
            (0x61...0x7a).contains(byte) || (0x41...0x5a).contains(byte) || (0x30...0x39).contains(byte)
                || "-_.".utf8.contains(byte)
        }
        return isName && (1...63).contains(text.utf8.count) ? text : nil
    }
}
