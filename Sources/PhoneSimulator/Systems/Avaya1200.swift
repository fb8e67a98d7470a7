import Packets
import VendorCatalogue

/// Avaya 1200 series with SIP software (administration manual, pages 45, 52, 54 and 69).
///
/// The provisioning file names all others. A section is fetched where its DOWNLOAD_MODE is FORCED, or AUTO and its VERSION newer than what
/// the phone has; `[FW]` where its VERSION is another than the firmware's. A file comes by TFTP unless PROTOCOL says otherwise.
struct Avaya1200: PhoneSystem {
    private let mac: MACAddress
    private let provisioningFile: String
    private var firmware: String
    /// By section and name.
    private var versions: [String: UInt64] = [:]
    private var expected: [ToldURL: Section] = [:]
    /// Of the configuration files, the later winning.
    private var settings: [Substring: Substring] = [:]

    init(_ phone: SimulatedPhone) {
        mac = phone.mac
        provisioningFile = "\(phone.model)SIP.cfg"
        firmware = "SIP12x0\(phone.manner.version)"
    }

    struct Section: Equatable, Sendable {
        let title: Substring
        var values: [Substring: Substring] = [:]
        var version: Substring { values["VERSION"] ?? "" }
    }

    mutating func visit(_ told: ToldURL, _ reason: VisitReason) -> [ToldURL] {
        expected = [:]
        return [told.isFile ? told : told.beside(provisioningFile)]
    }

    mutating func read(_ file: ToldURL, _ text: String) -> Finding {
        let (lines, stop) = Avaya1200.lines(text)
        let cut = stop.map { ["it reads \(file.fileName) up to line \($0), which has more than 80 characters"] } ?? []
        guard let section = expected.removeValue(forKey: file) else {
            var finding = sections(lines, in: file)
            finding.remarks = cut + finding.remarks
            return finding
        }
        if section.title == "FW" {
            firmware = String(section.version)
            return Finding(remarks: ["it runs \(firmware) from here on"], restarts: true)
        }
        versions["\(section.title) \(file.fileName)"] = UInt64(section.version)
        if section.title.hasSuffix("_CONFIG") {
            for words in lines where words.count >= 2 { settings[words[0]] = words[1] }
        }
        return Finding(remarks: cut)
    }

    /// Words of each line up to the first of more than 80 characters, and the number of that.
    static func lines(_ text: String) -> (lines: [[Substring]], stop: Int?) {
        var found: [[Substring]] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            guard line.utf8.count <= 80 else { return (found, index + 1) }
            let words = line.split { $0 == " " || $0 == "\t" }
            if let first = words.first, first.first != "#" { found.append(words) }
        }
        return (found, nil)
    }

    private mutating func sections(_ lines: [[Substring]], in file: ToldURL) -> Finding {
        var sections: [Section] = []
        for words in lines {
            if words[0].first == "[", words[0].last == "]" {
                sections.append(Section(title: words[0].dropFirst().dropLast()))
            } else if words.count == 2, !sections.isEmpty {
                sections[sections.count - 1].values[words[0]] = words[1]
            }
        }
        var finding = Finding()
        for section in sections {
            let own = section.title == "USER_CONFIG" ? "SIP\(mac.plain.uppercased()).cfg" : nil
            guard let name = section.values["FILENAME"].map(String.init) ?? own else {
                finding.remarks.append("[\(section.title)] names no file")
                continue
            }
            if let why = objection(to: section, name) {
                finding.remarks.append("[\(section.title)] \(why)")
                continue
            }
            let scheme = URLScheme(rawValue: section.values["PROTOCOL"]?.lowercased() ?? "tftp") ?? .tftp
            let next = file.beside(name, by: scheme)
            expected[next] = section
            finding.next.append(next)
        }
        return finding
    }

    /// Why a section is not followed.
    private func objection(to section: Section, _ name: String) -> String? {
        guard !section.version.isEmpty else { return "has no VERSION, and is passed over" }
        if section.title == "FW" { return section.version == firmware ? "\(firmware) is what it runs" : nil }
        guard let version = UInt64(section.version) else { return "VERSION \(section.version) is no number, and is passed over" }
        guard section.values["DOWNLOAD_MODE"] != "FORCED", let stored = versions["\(section.title) \(name)"] else { return nil }
        return version > stored ? nil : "VERSION \(section.version) of \(name) is no newer than what it has"
    }

    /// Page 45: "every 24 hours, at a time specified by a parameter in the device configuration file". Those are AUTO_UPDATE, which is off
    /// unless the file says YES, AUTO_UPDATE_TIME in seconds from midnight, and AUTO_UPDATE_TIME_RANGE in hours, 1 to 6 (page 69).
    var polling: Polling? {
        guard settings["AUTO_UPDATE"] == "YES" else { return nil }
        let from = min(settings["AUTO_UPDATE_TIME"].flatMap { SettingsFile.number($0) } ?? 0, PhoneTime.day - 1)
        let hours = min(max(settings["AUTO_UPDATE_TIME_RANGE"].flatMap { SettingsFile.number($0) } ?? 1, 1), 6)
        return .window(days: 1, from: max(from, 0), to: max(from, 0) + hours * 3600, firstDay: 0)
    }

    func heeds(_ event: String) -> Obedience { settings["REMOTE_CHECK_FOR_UPDATE"] == "YES" ? .visits : .ignores }
}
