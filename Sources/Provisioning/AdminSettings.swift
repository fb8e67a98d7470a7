import ConfigTree
import Packets

/// Where the status page and its API are, and who may use them.
package struct AdminSettings: Hashable, Sendable {
    package enum Listening: Hashable, Sendable {
        case off
        case at(IPv4Address, UInt16)
    }

    package var listening = Listening.at(IPv4Address(127, 0, 0, 1), 8067)
    /// Names, besides this host's addresses and `localhost`, that a browser may know it by; in lower case.
    package var names: [String] = []
    package var password: Secret?

    /// Whom the password is of.
    package static let user = "admin"
    /// The fewest characters of a password.
    static let shortestPassword = 8

    package init() {}

    /// What is wrong with it as a whole: whoever reaches it can reboot every phone (threat T14).
    package var fault: String? {
        guard case .at(let address, _) = listening, !address.isLoopback, password == nil else { return nil }
        return "admin.listen is \(address), which others can reach: that needs admin.password"
    }

    init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        self.init()
        guard var map = MapReader(node, as: "admin", problems) else { return nil }
        listening =
            map.value("listen", expected: "ADDRESS:PORT, such as 127.0.0.1:8067, or off", AdminSettings.listening) ?? listening
        names = map.values("names", expected: "a host's name or address, without scheme and port", AdminSettings.host) ?? []
        password = map.text("password").map(Secret.init)
        if let place = map.node("password")?.place, let password, password.text.count < AdminSettings.shortestPassword {
            problems.add("admin.password must have \(AdminSettings.shortestPassword) characters at least", at: place)
        }
        if let fault { problems.add(fault, at: map.node("listen")?.place ?? node.place) }
        map.finish()
    }

    package static func listening(_ text: String) -> Listening? {
        if text == "off" { return .off }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPv4Address(parts[0]),
            let port = wholeNumber(parts[1]).flatMap(UInt16.init(exactly:)), port > 0
        else { return nil }
        return .at(address, port)
    }

    private static func host(_ text: String) -> String? {
        let name = text.lowercased()
        let isHost =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            }
        return isHost ? name : nil
    }
}

extension SIPCredentials {
    init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "resync", problems) else { return nil }
        let user = map.text("user")
        let password = map.text("password")
        map.finish()
        guard let user, let password else {
            problems.add("resync needs both user and password", at: node.place)
            return nil
        }
        self.init(user: user, password: Secret(password))
    }
}
