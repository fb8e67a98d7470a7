import Packets

/// How much an event matters, least first: the journal's levels 7 to 3 (syslog(3), sd-daemon(3)).
package enum LogLevel: Int, Comparable, Sendable, CaseIterable {
    case debug
    case info
    case notice
    case warning
    case error

    /// `<4>` at the beginning of a line tells the journal its level.
    var journalPrefix: String { "<\(7 - rawValue)>" }

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// One event, as one line of `key=value`: `mac=00:04:13:aa:bb:cc event=dhcp.answered address=192.168.50.10`, or as a JSON object with the
/// same keys.
///
/// Values may come from strangers. Only printable ASCII reaches the line, all else as `\xNN`, so that no value can begin a line of its
/// own, move a terminal's cursor or turn its text around. JSON escapes the same for itself.
package struct LogLine: Hashable, Sendable {
    package let level: LogLevel
    /// The event's stable name, which documentation and alerts go by.
    package let event: String
    private var mac: [UInt8]?
    private var pairs: [Pair] = []

    private struct Pair: Hashable, Sendable {
        let key: String
        /// As it came, cut behind where a line could show more of it.
        let value: [UInt8]
    }

    /// The most characters of one value; what is longer ends in `...`.
    package static let maximumValue = 512

    package init(
        _ level: LogLevel, _ event: String, mac: MACAddress? = nil,
        _ pairs: KeyValuePairs<String, any CustomStringConvertible> = [:]
    ) {
        self.level = level
        self.event = LogLine.safeName(event)
        self.mac = mac.map { Array($0.colons.utf8) }
        for (key, value) in pairs { add(key, value.description) }
    }

    /// Adds a pair after those there are; nothing when there is no value. `mac` goes to the front.
    package mutating func add(_ key: String, _ value: (any CustomStringConvertible)?) {
        guard let value else { return }
        add(key, bytes: value.description.utf8)
    }

    /// Adds bytes as they came, which need not be text.
    package mutating func add(_ key: String, bytes: some Collection<UInt8>) {
        let value = Array(bytes.prefix(LogLine.maximumValue + 1))
        if key == "mac" {
            mac = value
        } else {
            pairs.append(Pair(key: LogLine.safeName(key), value: value))
        }
    }

    /// The line without its end.
    package var text: String { written(.keyValue) }

    /// The line as a JSON object whose values are texts, without its end: `{"time":…,"level":"info","mac":…,"event":…}`. U+FFFD stands
    /// for bytes that are no UTF-8, and for NUL, which some readers of JSON refuse.
    ///
    /// - Parameter time: when it was logged; `nil` where whoever reads it keeps the time.
    package func json(at time: WallTime?) -> String { written(.json(time)) }

    private func written(_ form: LogText.Form) -> String {
        var text = LogText(form)
        write(to: &text)
        return String(decoding: text.bytes.dropLast(), as: UTF8.self)
    }

    func write(to text: inout LogText) {
        text.begin(level, event, mac: mac)
        for pair in pairs { text.add(pair.key, pair.value[...]) }
        text.end()
    }

    /// Letters, digits, `.`, `-` and `_`; `_` for each byte that is none of these.
    private static func safeName(_ name: String) -> String {
        guard name.isEmpty || !name.utf8.allSatisfy(isNameByte) else { return name }
        return name.isEmpty ? "_" : String(decoding: name.utf8.map { isNameByte($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
