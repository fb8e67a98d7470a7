import Packets

/// Codes, lengths and values inside one option: 43 as RFC 2132 §8.4 proposes it, and the inner part of 125 (RFC 3925 §4).
package enum EncapsulatedOptions {
    package typealias Element = (code: UInt8, value: ArraySlice<UInt8>)

    /// Reads the elements; `nil` where a length lies or there are none: vendors may put anything into option 43, so that is no fault.
    ///
    /// 0 pads and 255 "signifies the end of the encapsulated vendor extensions, not the end of the vendor extensions field" (§8.4).
    package static func decode(_ bytes: ArraySlice<UInt8>) -> [Element]? {
        var reader = ByteReader(bytes)
        var elements: [Element] = []
        while let code = try? reader.byte(), code != 255 {
            if code == 0 { continue }
            guard let length = try? reader.byte(), let value = try? reader.take(Int(length)) else { return nil }
            elements.append((code, value))
        }
        return elements.isEmpty ? nil : elements
    }

    /// Writes the elements without END; `nil` where a value is longer than 255 octets.
    package static func encode(_ elements: [(code: UInt8, value: [UInt8])]) -> [UInt8]? {
        var bytes: [UInt8] = []
        for (code, value) in elements {
            guard value.count <= 255 else { return nil }
            bytes.append(code)
            bytes.append(UInt8(value.count))
            bytes += value
        }
        return bytes
    }
}
