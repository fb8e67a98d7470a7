import Packets

/// Octets of a UUID's text (RFC 9562 §4).
package let uuidLength = 36

/// A UUID's text in lower case; `nil` for what is none.
package func uuidText(_ text: some Collection<UInt8>) -> String? {
    guard text.count == uuidLength else { return nil }
    for (place, byte) in text.enumerated() {
        let isDash = [8, 13, 18, 23].contains(place)
        guard isDash ? byte == UInt8(ascii: "-") : hexValue(byte) != nil else { return nil }
    }
    return String(decoding: text, as: UTF8.self).lowercased()
}
