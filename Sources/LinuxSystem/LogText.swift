import JSONText
import Packets

/// Lines as a log writes them, one after the other in one buffer. What values may look like, ``LogLine`` says.
package struct LogText: Sendable {
    package enum Form: Sendable {
        case keyValue
        /// Each line begins with its level, as the journal reads it.
        case journal
        /// Objects, with the time at which they were logged where whoever reads them does not keep it.
        case json(WallTime?)
    }

    private(set) var bytes: [UInt8] = []
    /// Where each line ends, its line feed with it.
    private(set) var ends: [Int] = []
    private let form: Form
    /// Of the object that is being written.
    private var members: [(String, JSONValue)] = []

    package init(_ form: Form) {
        self.form = form
    }

    /// Begins a line; ``end()`` ends it.
    /// - Parameter event: a stable name of letters, digits, `.`, `-` and `_`, and so are keys.
    package mutating func begin(_ level: LogLevel, _ event: String, mac: MACAddress?) {
        guard let mac else { return begin(level, event, mac: nil as [UInt8]?) }
        switch form {
        case .json:
            var text: [UInt8] = []
            mac.write(to: &text)
            begin(level, event, mac: text)
        case .keyValue, .journal:
            beginText(level)
            bytes += "mac=".utf8
            mac.write(to: &bytes)
            bytes += " event=".utf8
            bytes += event.utf8
        }
    }

    mutating func begin(_ level: LogLevel, _ event: String, mac: [UInt8]?) {
        switch form {
        case .json(let time):
            members.removeAll(keepingCapacity: true)
            if let time { members.append(("time", .string(time.description))) }
            members.append(("level", .string("\(level)")))
            if let mac { members.append(("mac", LogText.jsonValue(mac[...]))) }
            members.append(("event", .string(event)))
        case .keyValue, .journal:
            beginText(level)
            if let mac {
                bytes += "mac=".utf8
                mac.withUnsafeBytes { writeSafe($0, LogText.looks(of: $0)) }
                bytes.append(UInt8(ascii: " "))
            }
            bytes += "event=".utf8
            bytes += event.utf8
        }
    }

    private mutating func beginText(_ level: LogLevel) {
        if case .journal = form { bytes += level.journalPrefix.utf8 }
    }

    package mutating func add(_ key: String, _ value: String) {
        var value = value
        value.withUTF8 { add(key, UnsafeRawBufferPointer($0)) }
    }

    package mutating func add(_ key: String, _ value: ArraySlice<UInt8>) {
        value.withUnsafeBytes { add(key, $0) }
    }

    private mutating func add(_ key: String, _ value: UnsafeRawBufferPointer) {
        if case .json = form { return members.append((key, LogText.jsonValue([UInt8](value)[...]))) }
        bytes.append(UInt8(ascii: " "))
        bytes += key.utf8
        bytes.append(UInt8(ascii: "="))
        writeSafe(value, LogText.looks(of: value))
    }

    /// The same of a pair that lies in a buffer with a space before the key and `=` before the value.
    package mutating func add(_ buffer: [UInt8], key: Range<Int>, value: Range<Int>) {
        if case .json = form {
            return members.append((String(decoding: buffer[key], as: UTF8.self), LogText.jsonValue(buffer[value])))
        }
        buffer.withUnsafeBytes { buffer in
            let text = UnsafeRawBufferPointer(rebasing: buffer[value])
            let looks = LogText.looks(of: text)
            if looks == .plain, !text.isEmpty, text.count <= LogLine.maximumValue {
                bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[key.lowerBound - 1..<value.upperBound]))
            } else {
                bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[key.lowerBound - 1..<value.lowerBound]))
                writeSafe(text, looks)
            }
        }
    }

    package mutating func end() {
        if case .json = form { bytes += JSONValue.object(members).text.utf8 }
        bytes.append(UInt8(ascii: "\n"))
        ends.append(bytes.count)
    }

    private static func jsonValue(_ value: ArraySlice<UInt8>) -> JSONValue {
        var kept = value
        if value.count > LogLine.maximumValue {
            kept = value.prefix(LogLine.maximumValue - 3)
            // Not in the middle of a character: its further bytes begin with the bits 10 (RFC 3629 §3).
            for _ in 0..<3 where value[kept.endIndex] & 0xc0 == 0x80 { kept.removeLast() }
        }
        let text = String(decoding: kept, as: UTF8.self).replacing("\0", with: "\u{fffd}")
        return .string(kept.count < value.count ? text + "..." : text)
    }

    /// Appends the value as it may stand after `=`: in quotes when it is empty or holds anything but plain printable ASCII.
    private mutating func writeSafe(_ value: UnsafeRawBufferPointer, _ looks: Looks) {
        guard value.isEmpty || value.count > LogLine.maximumValue || looks == .mustBeEscaped else {
            if looks == .mustBeQuoted { bytes.append(UInt8(ascii: "\"")) }
            bytes.append(contentsOf: value)
            if looks == .mustBeQuoted { bytes.append(UInt8(ascii: "\"")) }
            return
        }
        var text: [UInt8] = []
        // Where to cut, should it become too long: after the last whole character that leaves room for the dots.
        var cut = 0
        for byte in value {
            if LogText.mustBeEscaped(byte) {
                text += [UInt8(ascii: "\\"), UInt8(ascii: "x"), hexDigit(byte >> 4), hexDigit(byte & 0x0f)]
            } else {
                text.append(byte)
            }
            if text.count <= LogLine.maximumValue - 3 { cut = text.count }
            if text.count > LogLine.maximumValue { break }
        }
        if text.count > LogLine.maximumValue { text.replaceSubrange(cut..., with: "...".utf8) }
        let needsQuotes = value.isEmpty || looks != .plain
        if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
        bytes += text
        if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
    }

    private enum Looks {
        case plain, mustBeQuoted, mustBeEscaped
    }

    private static func looks(of value: UnsafeRawBufferPointer) -> Looks {
        // Without a way out of the loop, so that it takes many bytes at once.
        var isQuoted: UInt8 = 0
        var isEscaped: UInt8 = 0
        for byte in value {
            isEscaped |= mustBeEscaped(byte) ? 1 : 0
            isQuoted |= byte == UInt8(ascii: " ") || byte == UInt8(ascii: "=") ? 1 : 0
        }
        return isEscaped > 0 ? .mustBeEscaped : isQuoted > 0 ? .mustBeQuoted : .plain
    }

    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte &- 0x20 > 0x5e || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
}
