/// One tag of a template.
struct Tag {
    enum Sort: Equatable {
        case value
        case open(isInverted: Bool)
        case close
        case comment
    }

    let sort: Sort
    let name: String
    let line: Int
}

/// Takes a template apart into plain text and tags.
struct TagReader {
    private let bytes: [UInt8]
    private var at = 0
    private var line = 1
    /// The names of values and sections so far.
    private(set) var names: [(name: String, line: Int)] = []

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The text up to the next tag, and the tag; no tag at the end.
    mutating func next() throws(TemplateFault) -> (text: ArraySlice<UInt8>, tag: Tag?) {
        let start = at
        guard let open = find(UInt8(ascii: "{"), from: at) else {
            at = bytes.count
            return (bytes[start...], nil)
        }
        line += lines(start..<open)
        guard let close = find(UInt8(ascii: "}"), from: open + 2) else {
            throw TemplateFault(line: line, "{{ is never closed by }}")
        }
        let tag = try tag(bytes[(open + 2)..<close])
        let end = close + 2
        if tag.sort != .value, let (first, next) = wholeLine(open, end) {
            line += lines(open..<next)
            at = next
            return (bytes[start..<max(start, first)], tag)
        }
        line += lines(open..<end)
        at = end
        return (bytes[start..<open], tag)
    }

    /// Where a character stands twice in a row.
    private func find(_ byte: UInt8, from start: Int) -> Int? {
        var at = start
        while at + 1 < bytes.count {
            if bytes[at] == byte, bytes[at + 1] == byte { return at }
            at += 1
        }
        return nil
    }

    private func lines(_ range: Range<Int>) -> Int {
        bytes[range].count { $0 == UInt8(ascii: "\n") }
    }

    private mutating func tag(_ inside: ArraySlice<UInt8>) throws(TemplateFault) -> Tag {
        let sort: Tag.Sort
        switch inside.first {
        case UInt8(ascii: "!"): return Tag(sort: .comment, name: "", line: line)
        case UInt8(ascii: "#"): sort = .open(isInverted: false)
        case UInt8(ascii: "^"): sort = .open(isInverted: true)
        case UInt8(ascii: "/"): sort = .close
        case UInt8(ascii: "{"), UInt8(ascii: "&"):
            throw TemplateFault(line: line, "values are always escaped: write {{name}} with two braces and no &")
        case UInt8(ascii: ">"), UInt8(ascii: "="):
            throw TemplateFault(line: line, "{{> and {{= of Mustache are not understood here")
        default: sort = .value
        }
        let trimmed = (sort == .value ? inside : inside.dropFirst()).drop { $0 == UInt8(ascii: " ") }
        guard let name = String(validating: trimmed.reversed().drop { $0 == UInt8(ascii: " ") }.reversed(), as: UTF8.self),
            !name.isEmpty, !name.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") })
        else { throw TemplateFault(line: line, "{{ begins a tag, and no name stands in it") }
        if sort != .close { names.append((name, line)) }
        return Tag(sort: sort, name: name, line: line)
    }

    /// The bounds of the line, its end with it, where nothing but the tag stands on it.
    private func wholeLine(_ open: Int, _ end: Int) -> (first: Int, next: Int)? {
        var first = open
        while first > 0, isBlank(bytes[first - 1]) { first -= 1 }
        guard first == 0 || bytes[first - 1] == UInt8(ascii: "\n") else { return nil }
        var next = end
        while next < bytes.count, isBlank(bytes[next]) { next += 1 }
        if next < bytes.count, bytes[next] == UInt8(ascii: "\r") { next += 1 }
        guard next == bytes.count || bytes[next] == UInt8(ascii: "\n") else { return nil }
        return (first, min(next + 1, bytes.count))
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
