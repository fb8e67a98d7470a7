/// snom D1xx, D3xx, D7xx and D8xx (Service Hub: provisioning polling; prov_back_off_timer; PnP configuration).
struct SnomDeskPhone: PhoneSystem {
    private let phone: SimulatedPhone
    private var settings: [String: String] = [:]
    /// The firmware that it runs, as a file named it, and the one that it has asked for.
    private var firmware: ToldURL?
    private var wanted: ToldURL?

    init(_ phone: SimulatedPhone) {
        self.phone = phone
    }

    mutating func visit(_ told: ToldURL, _ reason: VisitReason) -> [ToldURL] {
        guard !told.isFile else { return [told] }
        let mac = phone.mac.plain.uppercased()
        return ["snom\(phone.model).htm", "snom\(phone.model)-\(mac).htm"].map { told.beside($0) }
    }

    mutating func read(_ file: ToldURL, _ text: String) -> Finding {
        if file == wanted {
            (firmware, wanted) = (file, nil)
            return Finding(remarks: ["it runs \(file.fileName) from here on"], restarts: true)
        }
        let (elements, faults) = SettingsFile.elements(text, file)
        var finding = Finding(remarks: faults)
        for element in elements {
            if element.path.hasPrefix("settings/phone-settings/") || element.path.hasPrefix("phone-settings/") {
                settings[String(element.name)] = element.text
            } else if element.name == "file", let url = element.attributes["url"], let next = address(url, beside: file) {
                finding.next.append(next)
            } else if element.name == "firmware", let next = address(element.text, beside: file), next != firmware,
                !next.fileName.contains(phone.manner.version)
            {
                wanted = next
                finding.next.append(next)
            }
        }
        return finding
    }

    private func address(_ text: String, beside file: ToldURL) -> ToldURL? {
        text.contains("://") ? ToldURL(text, for: phone) : text.isEmpty ? nil : file.beside(PhoneMacros(phone).filled(in: text))
    }

    /// Off unless set. `settings_refresh_timer` is the other way to the same as Relative, for a phone whose polling is off.
    var polling: Polling? {
        let period = settings["prov_polling_period"].flatMap { SettingsFile.number($0) } ?? 0
        let from = settings["prov_polling_time"].flatMap { PhoneTime.timeOfDay($0) }
        guard settings["prov_polling_enabled"] == "on" else {
            return settings["settings_refresh_timer"].flatMap { SettingsFile.number($0) }.flatMap {
                $0 > 0 ? .every(seconds: $0) : nil
            }
        }
        switch settings["prov_polling_mode"] {
        case "rel": return .every(seconds: period)
        case "abs": return from.map { .daily(at: $0) }
        case "rnd" where period < PhoneTime.day: return .within(seconds: period)
        case "rnd":
            guard let from, let to = settings["prov_polling_time_rnd_end"].flatMap({ PhoneTime.timeOfDay($0) }) else {
                return nil
            }
            return .window(days: period / PhoneTime.day, from: from, to: to)
        default: return nil
        }
    }

    /// prov_back_off_timer, 3,6:3600 by default: 3 to 6 seconds at random, then twice as long each time up to an hour.
    var retry: RetryDelay? { RetryDelay(first: 3...6, longest: 3600) }

    func heeds(_ event: String) -> Obedience { event.saysReboot ? .restarts : .visits }
}

extension String {
    /// `check-sync;reboot=true`
    var saysReboot: Bool {
        lowercased().split(separator: ";").dropFirst().contains { $0.filter { $0 != " " && $0 != "\"" } == "reboot=true" }
    }
}
