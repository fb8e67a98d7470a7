import VendorCatalogue

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
    /// What it asks for by the second profile's login.
    private var filesOfSecond: Set<ToldURL> = []
    private var isUpgraded = false

    init(_ phone: SimulatedPhone) {
        self.phone = phone
    }

    /// PnP, where that is not switched off, then option 66, then what was entered as DBID_PROFILE_RULE. Out of its box PnP is off; one that
    /// is played tries it until a setting says 0. What option 67 holds is left open, and so is what its switch does.
    func ways(_ usual: [PhoneModel.Discovery]) -> [WayToAddress] {
        let isOn: [PhoneModel.Discovery: Bool] = [
            .pnp: settings["DBID_PRV_SIPPNP_ENABLED"] != "0", .inform: settings["DBID_PRV_OPTION66_ENABLED"] != "0",
        ]
        let found: [WayToAddress] = usual.filter { isOn[$0] != false }.map { .discover($0) }
        guard let entered = address("DBID_PROFILE_RULE") else { return found }
        return found + [.entered(entered)]
    }

    /// The first profile, by its rule or by what was told; then the second, by its rule. DBID_RESYNC_ON_RESET 0 keeps it away when it is
    /// switched on, save after an upgrade with DBID_RESYNC_AFTER_UPGRADE 1.
    mutating func visit(_ told: ToldURL, _ reason: VisitReason) -> [ToldURL] {
        let wasUpgraded = isUpgraded && settings["DBID_RESYNC_AFTER_UPGRADE"] == "1"
        isUpgraded = false
        if reason == .boot, settings["DBID_RESYNC_ON_RESET"] == "0", !wasUpgraded { return [] }
        let first = address("DBID_PROFILE_RULE") ?? told
        let plan = files(of: first)
        return plan + filesOfSecondProfile(besides: plan)
    }

    private mutating func filesOfSecondProfile(besides others: [ToldURL] = []) -> [ToldURL] {
        second = address("DBID_PROFILE_RULE2")
        let plan = second.map { files(of: $0) } ?? []
        filesOfSecond = Set(plan).subtracting(others)
        return plan
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
        let (elements, faults) = SettingsFile.elements(text, file)
        for element in elements where element.name == "setting" {
            if let id = element.attributes["id"] { settings[id] = element.attributes["value"] ?? "" }
        }
        var finding = Finding(remarks: faults)
        if let profile = address("DBID_PROFILE_RULE2"), profile != second {
            finding.remarks.append("a second profile, at \(profile.text)")
            finding.next += filesOfSecondProfile()
        }
        if settings["DBID_UPGRADE_ENABLED"] != "0", let rule = address("DBID_UPGRADE_RULE"), rule != firmware {
            finding.next.append(rule)
        }
        return finding
    }

    /// The serial number is both user and password where nothing else is set, and of HTTP's ways Digest the default. TFTP has no login.
    func login(for file: ToldURL) -> Login? {
        guard file.scheme != .tftp else { return nil }
        let profile = filesOfSecond.contains(file) ? "2" : ""
        let way = settings["DBID_PRV_HTTP_AUTHENTRCATION" + profile]?.lowercased()
        return Login(
            user: settings["PrvUserName" + profile] ?? phone.serial, password: settings["PrvUserPass" + profile] ?? phone.serial,
            isDigest: way != "basic")
    }

    private func seconds(_ name: String, _ usual: Int) -> Int {
        max(settings[name].flatMap { SettingsFile.number($0) } ?? usual, 0)
    }

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
