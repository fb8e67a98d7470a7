import Packets

/// The leading 24 to 44 bits of a MAC address that name its maker: an OUI (MA-L), or a longer block (MA-M, MA-S) or a part of one.
package struct MACPrefix: Hashable, Sendable {
    /// The prefix's bits at the top of 48.
    package let bits: UInt64
    /// A multiple of four: 24 to 44 for a maker's block.
    package let length: Int

    package static let shortest = 24
    package static let longest = 44

    /// Six to eleven hexadecimal digits, with or without `:` or `-`; or as many as `lengths` allows, in bits.
    package init?(_ text: String, lengths: ClosedRange<Int> = shortest...longest) {
        var bits: UInt64 = 0
        var length = 0
        var isBehindOctet = false
        for character in text.utf8 {
            // Between whole octets only: `0:04:13` would be another prefix than the one that was meant.
            if character == UInt8(ascii: ":") || character == UInt8(ascii: "-") {
                guard isBehindOctet else { return nil }
                isBehindOctet = false
                continue
            }
            guard let digit = hexValue(character), length < lengths.upperBound else { return nil }
            bits = bits << 4 | UInt64(digit)
            length += 4
            isBehindOctet = length % 8 == 0
        }
        guard length >= lengths.lowerBound else { return nil }
        self.bits = bits << UInt64(48 - length)
        self.length = length
    }

    package init(of mac: MACAddress, length: Int) {
        let length = min(max(length, 0), 48)
        bits = mac.bits & ~((1 << UInt64(48 - length)) - 1)
        self.length = length
    }

    package func contains(_ mac: MACAddress) -> Bool {
        MACPrefix(of: mac, length: length) == self
    }

    /// The hexadecimal digits, lower case.
    package var digits: String { String(MACAddress(bits: bits).plain.prefix(length / 4)) }
}

extension MACPrefix: CustomStringConvertible {
    package var description: String { digits }
}
