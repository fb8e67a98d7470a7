import ConfigFiles
import ConfigTree
import FileTemplates
import VendorCatalogue

extension FuzzTarget {
    /// Files made for one phone (a byte for the kind, a value as a piece, the template), texts with variables, and patterns.
    static let templates = FuzzTarget("templates") {
        let values = ["a", "\"><x/>&'", "a\r\nb: c", "{{mac}}", "\\\"", "\u{2028}"]
        let made = try samples("conf/examples/tree", endingIn: ".tmpl").flatMap { template in
            values.enumerated().map { [UInt8($0)] + piece($1.utf8) + template }
        }
        let texts = [
            "{{#a}}x{{^b}}y{{/b}}{{/a}}\n{{! z }}\n{{a}}", "http://{server}/{{mac}}/{mac}", "snom{model}-{MAC}.htm",
            "{version}*?{uuid}",
        ]
        return made + texts.map { [0] + piece("snomD735-000413123456.htm".utf8) + Array($0.utf8) }
    } run: { bytes in
        var choices = Choices(bytes)
        let name = choices.among(["a.xml", "a.json", "a.cfg", "a"])
        let value = choices.text()
        try checkFile(choices.rest, name, value)
        let source = String(decoding: choices.rest, as: UTF8.self)
        if let template = try? TextTemplate(source) {
            let text = try? template.expanded { $0.comesFromTheWire ? value : "x" }
            try expect(text != nil, "a text whose variables are all known can be filled in")
        }
        if let pattern = ShapePattern(source), let match = pattern.match(value) {
            try expect(value.utf8.count <= ShapePattern.longestSubject, "longer texts match nothing")
            for capture in [match.model, match.version].compactMap({ $0 }) {
                try expect(
                    capture.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") },
                    "a capture holds what it may hold")
            }
        }
        if let node = try? YAMLDocument.parse(Array(source.utf8), file: "x"),
            let options = OptionTemplates(node, ConfigProblems())
        {
            for option in options.all { _ = try? option.value.rendered(.init(endsInNUL: true) { _ in value }) }
        }
        if let alias = try? FileAlias(source, to: value) { _ = alias.asked.match(value) }
    }
}

/// A value never ends the place where it stands: what the template says is as it would be with a harmless one.
private func checkFile(_ bytes: ArraySlice<UInt8>, _ name: String, _ value: String) throws {
    guard let template = try? FileTemplate(Array(bytes), for: name), !value.isEmpty,
        let harmless = try? template.rendered({ _ in .text("x") }), let made = try? template.rendered({ _ in .text(value) })
    else { return }
    try expect(made.count <= FileTemplate.mostMade, "a file is no longer than it may be")
    let marks: [UInt8] =
        switch template.kind {
        case .xml: Array("<>\"'\n\r".utf8)
        case .json: Array("\n\r".utf8)
        case .plain: Array("\n\r".utf8)
        }
    for mark in marks {
        try expect(made.count { $0 == mark } == harmless.count { $0 == mark }, "a value adds no mark of the file's own")
    }
    // A backslash of the template's own before a value would change the value's.
    guard template.kind == .json, !bytes.contains(UInt8(ascii: "\\")) else { return }
    try expect(openQuotes(made) == openQuotes(harmless), "a value ends no string of JSON")
}

private func openQuotes(_ text: [UInt8]) -> Int {
    var (count, isEscaped) = (0, false)
    for byte in text {
        if byte == UInt8(ascii: "\""), !isEscaped { count += 1 }
        isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
    }
    return count
}
