import Packets
import VendorCatalogue

/// Whose a path is, as far as hardware addresses and UUIDs in it say.
package struct NamedOwners: Hashable, Sendable {
    /// In the order in which they stand there, each once.
    package var macs: [MACAddress] = []
    /// A UUID that `devices.csv` gives to nobody, though it has a column for them.
    package var hasStranger = false

    package init(macs: [MACAddress] = []) {
        self.macs = macs
    }

    package var isNobody: Bool { macs.isEmpty && !hasStranger }

    mutating func add(_ mac: MACAddress) {
        if !macs.contains(mac) { macs.append(mac) }
    }

    /// Everybody's, or this phone's alone.
    package func admit(_ mac: MACAddress?) -> Bool {
        isNobody || (!hasStranger && mac.map { macs == [$0] } ?? false)
    }
}

extension Policy {
    package func owners(of path: String) -> NamedOwners {
        var owners = NamedOwners()
        for device in devicesNamed(in: path) {
            switch device {
            case .mac(let mac) where !mac.isDoubtful || knows(mac), .tail(let mac) where knows(mac): owners.add(mac)
            case .mac, .tail: continue
            case .uuid(let uuid):
                guard settings.deviceColumns.contains("uuid") else { continue }
                if let mac = settings.deviceByUUID[uuid] {
                    owners.add(mac)
                } else {
                    owners.hasStranger = true
                }
            }
        }
        return owners
    }

    /// A phone's hardware address, or one that the configuration or the tree names.
    package func knows(_ mac: MACAddress) -> Bool {
        settings.devices[mac] != nil || catalogue.longestPrefix(of: mac) != nil || tree.deviceFolder(mac) != nil
    }
}

/// What a path says of the device that it is about.
package enum NamedDevice: Hashable, Sendable {
    case mac(MACAddress)
    /// The last twelve of more digits: in `ATA002699123456.cnf.xml` a letter before the address is a digit too.
    case tail(MACAddress)
    case uuid(String)
}

/// The devices that a path names, in order: hardware addresses of stations, twelve hexadecimal digits with no further digit beside
/// them, bare or in one of the forms with separators, or the last twelve of a longer run; and UUIDs, whose last twelve digits are no
/// hardware address.
package func devicesNamed(in path: String) -> [NamedDevice] {
    let bytes = Array(path.utf8.prefix(1024))
    var found: [NamedDevice] = []
    var start = 0
    while start < bytes.count {
        // Every run of digits is read from its first: none is begun in the middle.
        let run = bytes[start...].prefix { hexValue($0) != nil }.count
        guard run > 0 else {
            start += 1
            continue
        }
        func piece(_ length: Int) -> ArraySlice<UInt8>? {
            let end = start + length
            guard end <= bytes.count, end == bytes.count || hexValue(bytes[end]) == nil else { return nil }
            return bytes[start..<end]
        }
        if let uuid = piece(uuidLength).flatMap(uuidText) {
            found.append(.uuid(uuid))
            start += uuidLength
        } else if let digits = [12, 14, 17].lazy.compactMap(piece).first(where: { MACAddress(ascii: $0) != nil }),
            let mac = MACAddress(ascii: digits)
        {
            if mac.isStation { found.append(.mac(mac)) }
            start += digits.count
        } else {
            if run > 12, let mac = MACAddress(ascii: bytes[(start + run - 12)..<(start + run)]), mac.isStation {
                found.append(.tail(mac))
            }
            start += run
        }
    }
    return found
}

/// The first hardware address that a name holds.
package func firstMAC(in name: String) -> MACAddress? {
    for case .mac(let mac) in devicesNamed(in: name) { return mac }
    return nil
}

extension MACAddress {
    /// Digits that are likelier something else: Yealink's `y000000000028.cfg`, whose first octets no phone has, or a date and a time as
    /// builds bear them, `202604271530`.
    fileprivate var isDoubtful: Bool {
        if bits >> 24 == 0 { return true }
        let digits = plain.utf8.map { Int($0) - 0x30 }
        guard digits.allSatisfy({ (0...9).contains($0) }), digits.starts(with: [2, 0]) else { return false }
        func number(_ place: Int) -> Int { digits[place] * 10 + digits[place + 1] }
        return (1...12).contains(number(4)) && (1...31).contains(number(6)) && number(8) < 24 && number(10) < 60
    }
}
