import ConfigTree
import Packets
import VendorCatalogue

extension Settings {
    /// Reads a whole configuration. What is wrong is noted, and stands at its default in the result.
    ///
    /// - Parameter vendors: brands and family ids that rules may name.
    package init(_ node: ConfigNode, vendors: [String], _ problems: ConfigProblems) {
        self.init()
        guard var map = MapReader(node, as: "the configuration", problems) else { return }
        interfaces =
            map.values("interfaces", expected: "an interface's name, or a pattern with * and ?") { ShapePattern($0) } ?? []
        root = map.text("root") ?? root
        state = map.text("state") ?? state
        devicesFile = map.text("devices") ?? devicesFile
        if let text = map.placedText("url") { url = URLTemplate(text.text, at: text.place, problems) ?? url }
        if let node = map.node("files") { readFiles(node, problems) }
        if let node = map.node("dhcp") { readDHCP(node, problems) }
        if let node = map.node("pnp") { readPnP(node, problems) }
        if let port = readPort(&map, "http", problems) { httpPort = port }
        tftp = map.group("tftp") { TFTPSettings($0, problems) } ?? tftp
        // What is off unless it is named is named by its key alone: its own keys may all stand behind #.
        ftp = map.named("ftp").flatMap { FTPSettings($0, problems) }
        admin = map.group("admin") { AdminSettings($0, problems) } ?? admin
        if let node = map.node("log") { readLog(node, problems) }
        resync = map.group("resync") { SIPCredentials($0, problems) }
        fleet = map.named("fleet").flatMap { FleetSettings($0, problems) }
        https = map.named("https").flatMap { HTTPSSettings($0, problems) }
        if let node = map.node("https"), https?.ports.contains(httpPort) == true {
            problems.add("https and http have the same port, \(httpPort)", at: node.place)
        }
        let ruleNodes = map.node("rules").map { node -> [ConfigNode] in
            if case .list(let items) = node.content { return items }
            problems.add(
                "rules is \(node.kind); it must be a list, each item beginning with \"- match:\" or \"- name:\"", at: node.place)
            return []
        }
        rules = RuleList(
            (ruleNodes ?? []).enumerated().compactMap { Rule($1, number: $0 + 1, vendors: vendors, problems) })
        map.finish()
    }

    /// What rules want of `devices.csv`, and what stands in no row of it. To be called once it is read.
    package func checkColumns(_ problems: ConfigProblems) {
        for auth in rules.compactMap(\.auth) {
            let names = (auth.user?.values ?? []) + (auth.password?.values ?? [])
            for name in Set(names)
            where !DeviceText.variables.contains(name) && !devices.values.contains(where: { $0[column: name] != nil }) {
                let known = DeviceText.variables.map { "{\($0)}" }.joined(separator: " ")
                problems.add(
                    "{\(name)} is neither \(known) nor a column of the file of known devices that has a value", at: auth.place)
            }
        }
    }

    private mutating func readDHCP(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "dhcp", problems) else { return }
        dhcp.answer = map.choice("answer", DHCPAnswer.self) ?? dhcp.answer
        dhcp.relays =
            map.values("relays", expected: "an address or a prefix, such as 10.0.20.1 or 10.0.0.0/16") { IPv4Prefix($0) } ?? []
        if let node = map.node("lease") { dhcp.lease = LeaseSettings(node, problems) ?? dhcp.lease }
        if dhcp.answer == .lease, dhcp.lease.ranges.isEmpty {
            problems.add(
                "dhcp.answer is lease, which needs dhcp.lease.range: the addresses to give",
                at: map.node("answer")?.place ?? node.place)
        }
        map.finish()
    }

    private mutating func readFiles(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "files", problems) else { return }
        files.secrets = map.choice("secrets", Files.Secrets.self) ?? files.secrets
        files.trusted =
            map.values("trust", expected: "an address or a prefix, such as 10.0.20.0/24") { IPv4Prefix($0) } ?? []
        map.finish()
    }

    private mutating func readLog(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "log", problems) else { return }
        logFormat = map.choice("format", LogFormat.self) ?? logFormat
        map.finish()
    }

    private mutating func readPnP(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "pnp", problems) else { return }
        pnp.answer = map.choice("answer", PnPAnswer.self) ?? pnp.answer
        let first = readListener(&map, "pnp", PnPListener(group: pnp.group, port: pnp.port), node.place, problems)
        (pnp.group, pnp.port) = (first.group, first.port)
        for node in map.nodes("also") ?? [] {
            guard var map = MapReader(node, as: "pnp.also", problems) else { continue }
            let listener = readListener(&map, "pnp.also", first, node.place, problems)
            map.finish()
            if pnp.listeners.contains(listener) {
                problems.add(
                    "\(listener.group):\(listener.port) is listened to already; give a group or a port of its own", at: node.place
                )
            } else {
                pnp.also.append(listener)
            }
        }
        if pnp.also.count > PnPListener.most {
            problems.add(
                "pnp.also has more than \(PnPListener.most) places; each port takes a socket on every interface", at: node.place)
        }
        pnp.tcp = map.boolean("tcp") ?? pnp.tcp
        map.finish()
    }

    /// `group` and `port`, each as `other` has it where it is absent.
    private func readListener(
        _ map: inout MapReader, _ name: String, _ other: PnPListener, _ place: ConfigPlace, _ problems: ConfigProblems
    ) -> PnPListener {
        let group = map.value("group", expected: "a multicast address, such as 224.0.1.75") { text in
            IPv4Address(text).flatMap { $0.isMulticast ? $0 : nil }
        }
        let port = map.integer("port", in: 1...65_535).map { UInt16($0) }
        if port == 67 || port == 68 { problems.add("\(name).port is \(port ?? 0), which is DHCP's", at: place) }
        return PnPListener(group: group ?? other.group, port: port ?? other.port)
    }

    private func readPort(_ map: inout MapReader, _ key: String, _ problems: ConfigProblems) -> UInt16? {
        guard let node = map.node(key), var group = MapReader(node, as: key, problems) else { return nil }
        defer { group.finish() }
        return group.integer("port", in: 1...65_535).map { UInt16($0) }
    }
}

extension PnPListener {
    /// Besides the first: each port is a socket on every interface.
    fileprivate static let most = 16
}

extension RuleMatch {
    init?(_ node: ConfigNode, vendors names: [String], _ problems: ConfigProblems) {
        self.init()
        guard var map = MapReader(node, as: "match", problems) else { return nil }
        macs =
            map.values("mac", expected: "a MAC address or the beginning of one, such as 00:04:13:7a") {
                MACPrefix($0, lengths: 8...48)
            } ?? []
        for (text, place) in map.texts("vendor") ?? [] {
            if names.contains(text) {
                vendors.append(text)
            } else {
                let hint = nearest(to: text, in: names).map { "; did you mean \"\($0)\"?" } ?? "; `bellhop vendors` lists them"
                problems.add("\"\(text)\" is neither a brand nor a family of the catalogue\(hint)", at: place)
            }
        }
        let pattern = "text with * and ?"
        models = map.values("model", expected: pattern) { ShapePattern($0) } ?? []
        vendorClasses = map.values("vendor-class", expected: pattern) { ShapePattern($0) } ?? []
        interfaces = map.values("interface", expected: pattern) { ShapePattern($0) } ?? []
        vlans =
            map.values("vlan", expected: "a VLAN identifier, 1 to 4094") { text in
                wholeNumber(text).flatMap(UInt16.init(exactly:)).flatMap { (1...4094).contains($0) ? $0 : nil }
            } ?? []
        relays = map.values("relay", expected: "a relay's address or a prefix") { IPv4Prefix($0) } ?? []
        circuitIDs = map.values("circuit-id", expected: pattern) { ShapePattern($0) } ?? []
        remoteIDs = map.values("remote-id", expected: pattern) { ShapePattern($0) } ?? []
        map.refuseEmpty("give it a value, or take the key out, and it means any")
        map.finish()
    }
}
