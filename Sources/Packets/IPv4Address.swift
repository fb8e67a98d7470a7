/// An IPv4 address.
public struct IPv4Address: Hashable, Comparable, Sendable {
    /// The four octets, the first highest.
    public let bits: UInt32

    public init(bits: UInt32) {
        self.bits = bits
    }

    public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
        bits = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
    }

    /// Four octets in the order of the wire; `nil` for any other number.
    public init?(_ octets: ArraySlice<UInt8>) {
        guard octets.count == 4 else { return nil }
        var bits: UInt32 = 0
        for octet in octets { bits = bits << 8 | UInt32(octet) }
        self.bits = bits
    }

    public init?(_ octets: some Collection<UInt8>) {
        self.init(Array(octets)[...])
    }

    /// Dotted decimal, four numbers from 0 to 255 without leading zeros.
    public init?(_ text: some StringProtocol) {
        self.init(dotted: text.utf8)
    }

    public init?(ascii text: ArraySlice<UInt8>) {
        self.init(dotted: text)
    }

    private init?(dotted text: some Sequence<UInt8>) {
        var (bits, number, digits, dots): (UInt32, UInt32, Int, Int) = (0, 0, 0, 0)
        for character in text {
            if character == UInt8(ascii: ".") {
                guard digits > 0, dots < 3 else { return nil }
                bits = bits << 8 | number
                dots += 1
                (number, digits) = (0, 0)
            } else {
                guard character >= UInt8(ascii: "0"), character <= UInt8(ascii: "9"), digits == 0 || number > 0 else {
                    return nil
                }
                number = number * 10 + UInt32(character - UInt8(ascii: "0"))
                digits += 1
                guard number <= 255 else { return nil }
            }
        }
        guard digits > 0, dots == 3 else { return nil }
        self.bits = bits << 8 | number
    }

    public static let any = IPv4Address(bits: 0)
    public static let broadcast = IPv4Address(bits: 0xffff_ffff)

    public var octets: [UInt8] {
        [octet(0), octet(1), octet(2), octet(3)]
    }

    private func octet(_ place: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: bits >> (24 - 8 * place)) }

    /// 224.0.0.0/4
    public var isMulticast: Bool { bits >> 28 == 0xe }
    /// 127.0.0.0/8
    public var isLoopback: Bool { bits >> 24 == 127 }
    /// An address that a single host can have: not 0.0.0.0/8, loopback, multicast, or 240.0.0.0/4 with the broadcast address.
    public var isHost: Bool { bits >> 24 != 0 && !isLoopback && bits >> 28 < 0xe }

    /// The Ethernet address that a multicast group is sent to (RFC 1112 §6.4).
    public var multicastMAC: MACAddress { MACAddress(bits: 0x0100_5e00_0000 | UInt64(bits & 0x7f_ffff)) }

    public static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.bits < right.bits }
}

extension IPv4Address: CustomStringConvertible {
    public var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(15)
        write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends what ``description`` says.
    public func write(to text: inout [UInt8]) {
        for place in UInt32(0)..<4 {
            if place > 0 { text.append(UInt8(ascii: ".")) }
            text.append(decimal: UInt32(octet(place)))
        }
    }
}

/// A network: an address and the length of its mask.
public struct IPv4Prefix: Hashable, Sendable {
    /// The address as written, host bits kept: `192.168.50.1/24` names an interface's address and its network at once.
    public let address: IPv4Address
    public let length: Int

    public init?(_ address: IPv4Address, length: Int) {
        guard (0...32).contains(length) else { return nil }
        self.address = address
        self.length = length
    }

    /// `192.168.50.0/24`, or an address alone for /32.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPv4Address(first) else { return nil }
        if parts.count == 1 {
            self.init(address, length: 32)
        } else if parts.count == 2, parts[1].utf8.count <= 2, parts[1].utf8.first.flatMap(hexValue) != nil,
            let length = Int(parts[1])
        {
            self.init(address, length: length)
        } else {
            return nil
        }
    }

    public var mask: UInt32 { length == 0 ? 0 : UInt32.max << (32 - UInt32(length)) }
    /// The directed broadcast address, all host bits one.
    public var broadcast: IPv4Address { IPv4Address(bits: address.bits | ~mask) }

    public func contains(_ other: IPv4Address) -> Bool {
        other.bits & mask == address.bits & mask
    }
}

extension IPv4Prefix: CustomStringConvertible {
    public var description: String { "\(address)/\(length)" }
}
