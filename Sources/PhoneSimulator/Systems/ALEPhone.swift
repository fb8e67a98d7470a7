/// Alcatel-Lucent Enterprise SIP phones with DBID_ parameters (provisioning page of 2023-12-22).
///
/// The page does not show how a file is written: `<setting id="…" value="…"/>` is how the maker's Myriad phones have it. Where a text
/// and its web page differ over a unit, the web page's seconds are taken.
struct ALEPhone: PhoneSystem {
    private let phone: SimulatedPhone
    private var settings: [String: String] = [:]
    /// The firmware that it runs, as the rule named it.
    private var firmware: ToldURL?
    private var second: ToldURL?
    private var isUpgraded = false

    init(_ phone: SimulatedPhone) {
        self.phone = phone
    }

    /// The first profile, by its rule or by what was told; then the second, by its rule. DBID_RESYNC_ON_RESET 0 keeps it away when it is
    /// switched on, save after an upgrade with DBID_RESYNC_AFTER_UPGRADE 1.
    mutating func visit(_ told: ToldURL, _ reason: VisitReason) -> [ToldURL] {
        let wasUpgraded = isUpgraded && settings["DBID_RESYNC_AFTER_UPGRADE"] == "1"
        isUpgraded = false
        if reason == .boot, settings["DBID_RESYNC_ON_RESET"] == "0", !wasUpgraded { return [] }
        let first = address("DBID_PROFILE_RULE") ?? told
        second = address("DBID_PROFILE_RULE2")
        return files(of: first) + (second.map { files(of: $0) } ?? [])
    }

    private func files(of profile: ToldURL) -> [ToldURL] {
        if profile.isFile { return [profile] }
        let own = settings["DBID_PRV_CONFIGFILE"].map { PhoneMacros(phone).filled(in: $0) }
        let names = phone.fileNames.filter { own == nil || $0 != phone.mac.plain.uppercased() } + [own].compactMap { $0 }
        return names.map { profile.beside($0) }
    }

    private func address(_ rule: String) -> ToldURL? {
        settings[rule].flatMap { $0.isEmpty ? nil : ToldURL($0, for: phone) }
    }

    mutating func read(_ file: ToldURL, _ text: String) -> Finding {
        let rule = settings["DBID_UPGRADE_ENABLED"] == "0" ? nil : address("DBID_UPGRADE_RULE")
        if file == rule, file != firmware {
            (firmware, isUpgraded) = (file, true)
            return Finding(remarks: ["it runs \(file.fileName) from here on"], restarts: true)
        }
        for element in MarkupElement.all(in: text) where element.name == "setting" {
            if let id = element.attributes["id"] { settings[id] = element.attributes["value"] ?? "" }
        }
        var finding = Finding()
        if let profile = address("DBID_PROFILE_RULE2"), profile != second {
            second = profile
            finding.remarks.append("a second profile, at \(profile.text)")
            finding.next += files(of: profile)
        }
        if settings["DBID_UPGRADE_ENABLED"] != "0", let rule = address("DBID_UPGRADE_RULE"), rule != firmware {
            finding.next.append(rule)
        }
        return finding
    }

    /// The serial number is both user and password where nothing else is set, and of HTTP's ways Digest the default. TFTP has no login.
    func login(for file: ToldURL) -> Login? {
        guard file.scheme != .tftp else { return nil }
        let profile = second.map { file.isSameServer(as: $0) } == true ? "2" : ""
        let way = settings["DBID_PRV_HTTP_AUTHENTRCATION" + profile]?.lowercased()
        return Login(
            user: settings["PrvUserName" + profile] ?? phone.serial, password: settings["PrvUserPass" + profile] ?? phone.serial,
            isDigest: way != "basic")
    }

    private func seconds(_ name: String, _ usual: Int) -> Int { max(settings[name].flatMap { Int($0) } ?? usual, 0) }

    var polling: Polling? {
        .every(seconds: seconds("DBID_RESYNC_PERIODIC", 3600), spread: seconds("DBID_RANDOM_DELAY", 40))
    }

    var retry: RetryDelay? {
        let delay = seconds("DBID_RESYNC_RETRY_DELAY", 3600)
        return delay == 0 ? nil : RetryDelay(first: delay...delay, longest: delay)
    }

    /// DBID_RESYNC_FROM_SIP. What 0 does with a check-sync that does not say reboot=true is left open: it reads its files here.
    func heeds(_ event: String) -> Obedience {
        switch settings["DBID_RESYNC_FROM_SIP"] ?? "1" {
        case "0": event.saysReboot ? .restarts : .visits
        case "2": .ignores
        default: .restarts
        }
    }
}
