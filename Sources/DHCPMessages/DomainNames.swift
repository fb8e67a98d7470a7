import Packets

/// Domain names as DNS writes them: labels with a length octet before each and an empty one at the end (RFC 1035 §3.1). Options 119
/// (RFC 3397), 120 (RFC 3361), 81 (RFC 4702) and 141 (RFC 6011) hold them.
package enum DomainNames {
    /// RFC 1035 §2.3.4
    static let longestLabel = 63
    static let longestName = 255

    /// Names one behind the other, without compression, which only 119 knows; a dot at a name's end changes nothing.
    ///
    /// - Returns: `nil` where a name is empty or too long, or a label is empty, too long, or anything but letters, digits, `-` and `_`.
    package static func encode(_ names: [String]) -> [UInt8]? {
        var bytes: [UInt8] = []
        for name in names {
            let start = bytes.count
            let name = name.hasSuffix(".") ? name.dropLast() : name[...]
            for label in name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
                guard (1...longestLabel).contains(label.count), label.allSatisfy(isOfHostName) else { return nil }
                bytes.append(UInt8(label.count))
                bytes += label
            }
            bytes.append(0)
            guard bytes.count - start <= longestName else { return nil }
        }
        return bytes
    }

    /// Reads names until the end. A pointer stands for the end of a name before it (RFC 1035 §4.1.4), counted from the beginning of
    /// `bytes` as RFC 3397 §2 has it.
    ///
    /// - Returns: `nil` where a length lies, a pointer does not lead back, a name is too long or holds what is not printable.
    package static func decode(_ bytes: ArraySlice<UInt8>) -> [String]? {
        var names: [String] = []
        var at = bytes.startIndex
        while at < bytes.endIndex {
            guard let (labels, next) = labels(bytes, at) else { return nil }
            names.append(labels.isEmpty ? "." : labels.joined(separator: "."))
            at = next
        }
        return names
    }

    /// The labels of one name, and where what follows it begins.
    private static func labels(_ bytes: ArraySlice<UInt8>, _ start: Int) -> (labels: [String], next: Int)? {
        var labels: [String] = []
        var length = 1
        var at = start
        // Each pointer leads before the one that came before it, so this ends.
        var earliest = start
        var next: Int?
        while at < bytes.endIndex {
            let octet = bytes[at]
            switch octet >> 6 {
            case 0 where octet == 0:
                return (labels, next ?? at + 1)
            case 0:
                let end = at + 1 + Int(octet)
                length += 1 + Int(octet)
                guard end <= bytes.endIndex, length <= longestName else { return nil }
                let label = bytes[(at + 1)..<end]
                guard label.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: ".") }) else { return nil }
                labels.append(String(decoding: label, as: UTF8.self))
                at = end
            case 3:
                guard at + 1 < bytes.endIndex else { return nil }
                let target = bytes.startIndex + (Int(octet & 0x3f) << 8 | Int(bytes[at + 1]))
                guard target < earliest else { return nil }
                next = next ?? at + 2
                earliest = target
                at = target
            default:
                return nil
            }
        }
        return nil
    }

    private static func isOfHostName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
