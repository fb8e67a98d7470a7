/// A text in which each URL's `user:password@` (RFC 3986 §3.2.1) is `***@`.
package func withoutCredentials(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    var place = 0
    for range in credentials(in: bytes) {
        out += bytes[place..<range.lowerBound]
        out += "***".utf8
        place = range.upperBound
    }
    return String(decoding: out + bytes[place...], as: UTF8.self)
}

/// Bytes in which each URL's `user:password` is covered by as many `*`, so that lengths and places stay what they are.
package func coveringCredentials(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for place in credentials(in: bytes).joined() { bytes[place] = UInt8(ascii: "*") }
    return bytes
}

/// Where `user:password` stands, the `@` not with it.
private func credentials(in bytes: [UInt8]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var place = 0
    while place < bytes.count {
        guard bytes[place] == UInt8(ascii: ":"), bytes[place...].starts(with: "://".utf8) else {
            place += 1
            continue
        }
        let start = place + 3
        place = bytes[start...].firstIndex(where: endsAuthority) ?? bytes.count
        if let at = bytes[start..<place].lastIndex(of: UInt8(ascii: "@")) { found.append(start..<at) }
    }
    return found
}

/// Where a URL's host and port end: as the RFC has it, or where the text around the URL goes on.
private func endsAuthority(_ byte: UInt8) -> Bool {
    byte <= 0x20 || "/?#\"<>".utf8.contains(byte)
}
