import Packets
import VendorCatalogue

/// A file that another file made the phone ask for.
struct FollowUp: Hashable, Sendable {
    let name: String
    /// `nil` for that of the file that named it.
    let scheme: URLScheme?

    init(name: String, scheme: URLScheme? = nil) {
        self.name = name
        self.scheme = scheme
    }

    /// What a phone asks for after it has read a file.
    static func files(after name: String, holding text: String, for phone: SimulatedPhone) -> [FollowUp] {
        switch phone.family.id {
        case "avaya-1200-sip" where name.hasSuffix("SIP.cfg"):
            avaya(text, mac: phone.mac, version: phone.manner.version)
        case "spectralink-ipdect" where name.hasSuffix("-handset_config_list.ver"):
            spectralink(text, unit: String(name.dropLast("-handset_config_list.ver".count)))
        default: []
        }
    }

    /// The sections of an Avaya 1200's provisioning file, in their order.
    ///
    /// Read up to the first line of more than 80 characters. A section's file comes by TFTP unless PROTOCOL says otherwise;
    /// `[USER_CONFIG]` without FILENAME means `SIP<MAC>.cfg`, and `[FW]` is passed over where its VERSION is this phone's own.
    static func avaya(_ text: String, mac: MACAddress, version: String) -> [FollowUp] {
        struct Section {
            var title: Substring
            var values: [Substring: Substring] = [:]
        }
        var sections: [Section] = []
        for line in text.split(whereSeparator: \.isNewline) {
            guard line.utf8.count <= 80 else { break }
            let words = line.split { $0 == " " || $0 == "\t" }
            guard let first = words.first else { continue }
            if first.first == "[", first.last == "]" {
                sections.append(Section(title: first.dropFirst().dropLast()))
            } else if words.count == 2, !sections.isEmpty {
                // A line with a mark in front is a key that nobody asks for.
                sections[sections.count - 1].values[first] = words[1]
            }
        }
        return sections.compactMap { section in
            if section.title == "FW", section.values["VERSION"]?.hasSuffix(version) == true { return nil }
            let own = section.title == "USER_CONFIG" ? "SIP\(mac.plain.uppercased()).cfg" : nil
            guard let name = section.values["FILENAME"].map(String.init) ?? own else { return nil }
            return FollowUp(name: name, scheme: URLScheme(rawValue: section.values["PROTOCOL"]?.lowercased() ?? "tftp") ?? .tftp)
        }
    }

    /// A Spectralink server's list of handset groups: `GROUP100 VERSION1`, case-sensitive, "only white space between".
    ///
    /// - Parameter unit: what stands before `-handset_config_list.ver`: the server's MAC address, or its UUID.
    static func spectralink(_ text: String, unit: String) -> [FollowUp] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count == 2, words[0].hasPrefix("GROUP"), words[1].hasPrefix("VERSION"),
                let group = UInt16(words[0].dropFirst("GROUP".count)), (1...9999).contains(group)
            else { return nil }
            return FollowUp(name: "\(unit)-handset_config_group_\(group).xml")
        }
    }
}
