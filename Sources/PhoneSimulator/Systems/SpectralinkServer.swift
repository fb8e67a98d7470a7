import VendorCatalogue

/// Spectralink IP-DECT Server 200, 400, 6500, Virtual IP-DECT Server One, and DECT Server 2500, 8000 (provisioning guide, 2013-2020).
///
/// The guide leaves open in which order configuration, users, handset lists and firmware are fetched: the configuration comes first here,
/// since it says which of the others are wanted. It prints no element for the separate firmware, license and configuration servers of
/// the web page, so there is one server here.
struct SpectralinkServer: PhoneSystem {
    private let phone: SimulatedPhone
    /// What stands before `-config.xml`: the MAC address, or the UUID of a Virtual Server One.
    private let unit: String
    private var settings: [String: String] = [:]
    /// Versions by the name of the file that they are of.
    private var versions: [String: String] = [:]
    /// What the version files said of files that are still to come.
    private var expected: [ToldURL: String] = [:]
    /// Of the user list; `nil` before the first.
    private var usernames: Set<String>?

    init(_ phone: SimulatedPhone) {
        self.phone = phone
        unit = phone.uuid ?? phone.mac.plain
    }

    /// The DECT Servers know neither merging nor configuration of handsets.
    private var isDECTServer: Bool { ["2500", "8000"].contains(phone.model) }

    private func isOn(_ name: String, unlessSet usual: Bool) -> Bool { settings[name].map { $0 == "true" } ?? usual }

    /// DHCP is the default method (page "Web Based Administration Page").
    func ways(_ usual: [PhoneModel.Discovery]) -> [WayToAddress] {
        switch settings["server/method"] {
        case "disabled": []
        case "static": enteredServer.map { [.entered($0)] } ?? []
        default: usual.map { .discover($0) }
        }
    }

    private var enteredServer: ToldURL? { settings["server/url"].flatMap { ToldURL($0, for: phone) } }

    /// Server configuration is imported by default, users and handset configuration are not (page "Web Based Administration Page").
    mutating func visit(_ told: ToldURL, _ reason: VisitReason) -> [ToldURL] {
        expected = [:]
        var server = told
        switch settings["server/method"] {
        case "disabled": return []
        case "static": server = enteredServer ?? told
        default: break
        }
        return isOn("config/check", unlessSet: true) ? [server.beside("\(unit)-config.xml")] : wanted(beside: server)
    }

    /// What the configuration wants besides itself.
    private func wanted(beside file: ToldURL) -> [ToldURL] {
        var names: [String] = []
        if isOn("users/check", unlessSet: false) { names.append("\(unit)-users.xml") }
        if isOn("cota/check", unlessSet: false), !isDECTServer { names.append("\(unit)-handset_config_list.ver") }
        names += images.map { $0 + ".ver" }
        return names.map { file.beside($0) }
    }

    private var images: [String] {
        settings.filter { $0.key.hasPrefix("firmware/") && $0.key != "firmware/default_kws" && !$0.value.isEmpty }
            .sorted { $0.key < $1.key }.map(\.value)
    }

    mutating func missed(_ file: ToldURL) -> Finding {
        file.fileName == "\(unit)-config.xml" ? Finding(next: wanted(beside: file)) : Finding()
    }

    mutating func read(_ file: ToldURL, _ text: String) -> Finding {
        let name = file.fileName
        if name == "\(unit)-config.xml" { return configure(text, file) }
        if name == "\(unit)-users.xml" { return users(text, file) }
        if name == "\(unit)-handset_config_list.ver" { return groups(text, file) }
        if name.hasSuffix(".ver"), images.contains(String(name.dropLast(4))) { return compare(text, file) }
        guard let version = expected.removeValue(forKey: file) else { return Finding() }
        versions[name] = version
        guard name == settings["firmware/kws"] else { return Finding() }
        // "rebooted immediately after the firmware is updated"
        return Finding(remarks: ["it runs \(version) from here on"], restarts: true)
    }

    private mutating func configure(_ text: String, _ file: ToldURL) -> Finding {
        let (elements, faults) = SettingsFile.elements(text, file)
        guard faults.isEmpty else { return Finding(next: wanted(beside: file), remarks: faults) }
        let isMerged = elements.first { $0.path == "config" }?.attributes["merge_type"] == "merge" && !isDECTServer
        if !isMerged { settings = [:] }
        for element in elements where element.path.hasPrefix("config/provisioning/") {
            settings[String(element.path.dropFirst("config/provisioning/".count))] = element.text
        }
        let remark =
            isMerged
            ? "what \(file.fileName) does not mention stays as it is (merge_type)"
            : "what \(file.fileName) does not mention goes back to its default"
        return Finding(next: wanted(beside: file), remarks: [remark])
    }

    private mutating func users(_ text: String, _ file: ToldURL) -> Finding {
        let (elements, faults) = SettingsFile.elements(text, file)
        if faults.isEmpty { usernames = Set(elements.filter { $0.path == "users/user/username" }.map(\.text)) }
        return Finding(remarks: faults)
    }

    /// "to one of the extensions/usernames handled by" it
    func isCalled(_ user: String?) -> Bool { usernames.map { names in user.map(names.contains) == true } ?? true }

    /// `GROUP100 VERSION1`, case-sensitive, "only white space" between: group 1 to 9999, 99 groups at most.
    private mutating func groups(_ text: String, _ list: ToldURL) -> Finding {
        var finding = Finding()
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count == 2, words[0].hasPrefix("GROUP"), words[1].hasPrefix("VERSION"),
                let group = UInt16(words[0].dropFirst("GROUP".count)), (1...9999).contains(group)
            else {
                finding.remarks.append("\"\(line)\" names no group")
                continue
            }
            let name = "\(unit)-handset_config_group_\(group).xml"
            let version = String(words[1].dropFirst("VERSION".count))
            if versions[name] == version {
                finding.remarks.append("group \(group) is what it has, version \(version)")
            } else {
                let next = list.beside(name)
                expected[next] = version
                finding.next.append(next)
            }
        }
        return finding
    }

    /// The guide writes a version as `PCS17Ea 58478` and as `PCS17Ea58478`.
    private mutating func compare(_ text: String, _ file: ToldURL) -> Finding {
        let image = String(file.fileName.dropLast(4))
        let version = String(text.filter { !$0.isWhitespace })
        let running =
            versions[image] ?? (image == settings["firmware/kws"] ? phone.manner.version.filter { !$0.isWhitespace } : nil)
        guard version != running else { return Finding(remarks: ["\(image) is what it runs, \(version)"]) }
        let next = file.beside(image)
        expected[next] = version
        return Finding(next: [next], remarks: ["\(image) is \(version), not \(running ?? "known to it")"])
    }

    var polling: Polling? {
        let minutes = settings["check/interval"].flatMap { SettingsFile.number($0) } ?? 0
        let interval: Polling? = minutes > 0 ? .every(seconds: min(minutes * 60, PhoneTime.year)) : nil
        let time = settings["check/time"].flatMap { PhoneTime.timeOfDay($0) }.map { Polling.daily(at: $0) }
        if let interval, let time { return .either(interval, time) }
        return interval ?? time
    }

    /// NOTIFY check_sync: Disabled, Update or Reboot.
    func heeds(_ event: String) -> Obedience {
        switch settings["check/check_sync"]?.lowercased() {
        case "update": .visits
        case "reboot": .restarts
        default: .ignores
        }
    }
}
