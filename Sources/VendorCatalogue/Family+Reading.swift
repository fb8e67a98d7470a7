import ConfigTree
import Packets

extension Recognition {
    init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "recognise", problems) else { return nil }
        let prefix = "6 to 11 hexadecimal digits"
        prefixes = map.values("oui", expected: prefix) { MACPrefix($0) } ?? []
        sharedPrefixes = map.values("oui-shared", expected: prefix) { MACPrefix($0) } ?? []
        let pattern = "a pattern of text, *, ?, {model}, {version} and {mac}"
        vendorClasses = map.values("vendor-class", expected: pattern) { ShapePattern($0) } ?? []
        userAgents = map.values("user-agent", expected: pattern) { ShapePattern($0) } ?? []
        eventVendors = map.values("event-vendor", expected: pattern) { ShapePattern($0) } ?? []
        eventModels = map.values("event-model", expected: pattern) { ShapePattern($0) } ?? []
        fingerprints = map.values("fingerprint", expected: "option numbers with commas between") { codes($0) } ?? []
        map.finish()
    }
}

extension FamilyAnswer {
    init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "answer", problems) else { return nil }
        url = map.placedText("url").flatMap { URLTemplate($0.text, at: $0.place, problems) }
        separator = map.value("separator", expected: "one character, such as ;") { $0.count == 1 ? $0.first : nil }
        nothing = map.text("nothing")
        options = map.group("options") { OptionTemplates($0, problems) }
        let told = map.group("hosts") { HostOption.read($0, problems) } ?? [:]
        for element in options?.all ?? [] where element.value.holds(.host) {
            hosts[element.code] = told[element.code] ?? HostOption(scheme: url?.scheme)
        }
        if let place = map.node("hosts")?.place, let code = told.keys.sorted().first(where: { hosts[$0] == nil }) {
            problems.add("hosts names option \(code), and no {host} stands in that option", at: place)
        }
        endsTextInNUL = map.boolean("nul") ?? false
        echoesVendorClass = map.boolean("echo-vendor-class") ?? false
        notify = map.group("pnp") { NotifyShape($0, problems) } ?? NotifyShape()
        resync = map.group("resync") { ResyncShape($0, problems) }
        map.finish()
    }
}

extension HostOption {
    /// `{242: {by: http, with-port: "…"}}`
    fileprivate static func read(_ node: ConfigNode, _ problems: ConfigProblems) -> [UInt8: HostOption]? {
        guard var map = MapReader(node, as: "hosts", problems) else { return nil }
        var all: [UInt8: HostOption] = [:]
        for entry in map.allEntries() {
            guard let code = wholeNumber(entry.key).flatMap(UInt8.init(exactly:)) else {
                problems.add("\"\(entry.key)\" is no number of an option", at: entry.keyPlace)
                continue
            }
            guard var map = MapReader(entry.value, as: "hosts of option \(code)", problems) else { continue }
            all[code] = HostOption(
                scheme: map.choice("by", URLScheme.self),
                withPort: map.group("with-port") { OptionTemplate($0, as: .text, of: "with-port", problems) })
            map.finish()
        }
        return all
    }
}

extension NotifyShape {
    private enum LineEnd: String, CaseIterable { case none, crlf }

    package init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "pnp", problems) else { return nil }
        body = map.placedText("body").flatMap { TextTemplate($0.text, at: $0.place, problems) }
        isFolder = map.boolean("folder") ?? false
        endsLine = map.choice("line-end", LineEnd.self) == .crlf
        status = map.value("status", expected: "200 or 202") { ["200": 200, "202": 202][$0] } ?? 200
        contentType =
            map.value("content-type", expected: "a media type, such as application/url") { text in
                text.contains("/") && text.utf8.allSatisfy { (0x21...0x7e).contains($0) } ? text : nil
            } ?? "application/url"
        map.finish()
    }
}

extension AskedFile {
    init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "a file", problems) else { return nil }
        let name = map.value(
            "name",
            expected: "a path beneath the URL with {mac}, {MAC}, {model}, {model-lower}, {model-number}, {version}, {uuid}"
        ) {
            FileNameTemplate($0)
        }
        isOptional = map.boolean("optional") ?? false
        isBorrowed = map.boolean("borrowed") ?? false
        purpose = map.text("what")
        map.finish()
        guard let name else { return nil }
        self.name = name
    }
}

extension FamilySample {
    init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "a sample", problems) else { return nil }
        let subjects: [Subject?] = [
            map.text("vendor-class").map { .vendorClass($0) },
            map.text("user-agent").map { .userAgent($0) },
            map.value("mac", expected: "a MAC address") { MACAddress($0) }.map { .mac($0) },
            map.value("request", expected: "option numbers with commas between") { codes($0) }.map { .parameterRequestList($0) },
            map.text("event").map { .event($0) },
            map.text("file").map { .file($0) },
        ]
        model = map.text("model")
        version = map.text("version")
        line = node.place.line
        map.finish()
        let given = subjects.compactMap { $0 }
        guard let subject = given.first, given.count == 1 else {
            problems.add("a sample holds exactly one of vendor-class, user-agent, mac, request, event and file", at: node.place)
            return nil
        }
        self.subject = subject
    }
}

/// `1,3,6,66`
private func codes(_ text: String) -> [UInt8]? {
    let parts = text.split(separator: ",").map { part in UInt8(part.filter { $0 != " " }) }
    return parts.isEmpty || parts.contains(nil) ? nil : parts.compactMap { $0 }
}
