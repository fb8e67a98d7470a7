import Packets

/// Data of one enterprise or several, each behind its number and a length: options 124 and 125 (RFC 3925 §3, §4).
package enum EnterpriseOptions {
    package typealias Element = (enterprise: UInt32, data: ArraySlice<UInt8>)

    /// `nil` where there is none, or a length reaches past the end.
    package static func decode(_ bytes: ArraySlice<UInt8>) -> [Element]? {
        var reader = ByteReader(bytes)
        var elements: [Element] = []
        while !reader.isEmpty {
            guard let number = try? reader.uint32(), let length = try? reader.byte(), let data = try? reader.take(Int(length))
            else {
                return nil
            }
            elements.append((number, data))
        }
        return elements.isEmpty ? nil : elements
    }

    /// `nil` where the data are longer than 255 octets.
    package static func encode(_ enterprise: UInt32, _ data: [UInt8]) -> [UInt8]? {
        guard data.count <= 255 else { return nil }
        var writer = ByteWriter(capacity: 5 + data.count)
        writer.uint32(enterprise)
        writer.byte(UInt8(data.count))
        writer.append(data)
        return writer.bytes
    }
}
