/// An Ethernet address, EUI-48 (IEEE 802).
public struct MACAddress: Hashable, Comparable, Sendable {
    /// The six octets in the low 48 bits, the first octet highest.
    public let bits: UInt64

    public init(bits: UInt64) {
        self.bits = bits & 0xffff_ffff_ffff
    }

    /// Six octets in the order of the wire; `nil` for any other number.
    @inlinable public init?(_ octets: some Collection<UInt8>) {
        guard octets.count == 6 else { return nil }
        self.init(bits: octets.reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// Twelve hexadecimal digits of either case, bare or with `:`, `-` or `_` between octets, or `.` between groups of four.
    public init?(_ text: some StringProtocol) {
        self.init(ascii: Array(text.utf8)[...])
    }

    public init?(ascii text: ArraySlice<UInt8>) {
        var bits: UInt64 = 0
        var digits = 0
        var separator: UInt8?
        // Digits since the last separator: a group is full before the next begins, and so is the last.
        var inGroup = 0
        for character in text {
            if let digit = hexValue(character) {
                guard digits < 12 else { return nil }
                bits = bits << 4 | UInt64(digit)
                digits += 1
                inGroup += 1
                continue
            }
            guard MACAddress.separatesOctets(character) || character == UInt8(ascii: "."),
                separator == nil || separator == character, inGroup == MACAddress.digits(before: character)
            else { return nil }
            separator = character
            inGroup = 0
        }
        guard digits == 12, separator.map({ inGroup == MACAddress.digits(before: $0) }) ?? true else { return nil }
        self.bits = bits
    }

    /// `:`, `-`, and `_` as Zenitel's stations have it in names of files.
    public static func separatesOctets(_ character: UInt8) -> Bool {
        character == UInt8(ascii: ":") || character == UInt8(ascii: "-") || character == UInt8(ascii: "_")
    }

    private static func digits(before separator: UInt8) -> Int {
        separator == UInt8(ascii: ".") ? 4 : 2
    }

    public static let broadcast = MACAddress(bits: 0xffff_ffff_ffff)

    public var octets: [UInt8] {
        [octet(0), octet(1), octet(2), octet(3), octet(4), octet(5)]
    }

    private func octet(_ place: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: bits >> (40 - 8 * place)) }

    /// The group bit of the first octet: broadcast and multicast.
    public var isGroup: Bool { bits & 0x0100_0000_0000 != 0 }

    /// Neither a group address nor all zeros: an address that one station can have.
    public var isStation: Bool { !isGroup && bits != 0 }

    /// Appends what ``colons`` says.
    public func write(to text: inout [UInt8]) {
        for place in UInt64(0)..<6 {
            if place > 0 { text.append(UInt8(ascii: ":")) }
            text.append(hexDigit(octet(place) >> 4))
            text.append(hexDigit(octet(place) & 0x0f))
        }
    }

    /// `000413aabbcc`
    public var plain: String { hexText(octets) }
    /// `00:04:13:aa:bb:cc`
    public var colons: String { hexText(octets, separator: UInt8(ascii: ":")) }
    /// `00-04-13-aa-bb-cc`
    public var dashes: String { hexText(octets, separator: UInt8(ascii: "-")) }

    public static func < (left: MACAddress, right: MACAddress) -> Bool { left.bits < right.bits }
}

extension MACAddress: CustomStringConvertible {
    public var description: String { colons }
}
