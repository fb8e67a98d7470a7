import LinuxSystem
import Packets
import VendorCatalogue

/// Who a prefix is registered to, from the lists that Debian's `ieee-data` installs. Read when asked, since few ask.
package enum MakerNames {
    private static let lists = [("oui36", 36), ("mam", 28), ("oui", 24)]

    /// The registered maker of an address, by the longest block; `nil` where the lists are not installed or do not have it.
    package static func maker(of mac: MACAddress, folder: String = "/usr/share/ieee-data") -> String? {
        for (list, length) in lists {
            let digits = MACPrefix(of: mac, length: length).digits.uppercased()
            guard let bytes = try? readWholeFile("\(folder)/\(list).csv", limit: 64 << 20) else { continue }
            if let name = name(of: digits, in: bytes) { return name }
        }
        return nil
    }

    /// Lines of `Registry,Assignment,Organization Name,Organization Address`; names with commas stand in quotes.
    static func name(of digits: String, in bytes: [UInt8]) -> String? {
        let wanted = Array((digits + ",").utf8)
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let comma = line.firstIndex(of: UInt8(ascii: ",")) else { continue }
            var rest = line[(comma + 1)...]
            guard rest.starts(with: wanted) else { continue }
            rest = rest.dropFirst(wanted.count)
            let quoted = rest.first == UInt8(ascii: "\"")
            let name = quoted ? rest.dropFirst().prefix { $0 != UInt8(ascii: "\"") } : rest.prefix { $0 != UInt8(ascii: ",") }
            return String(decoding: name, as: UTF8.self)
        }
        return nil
    }
}
