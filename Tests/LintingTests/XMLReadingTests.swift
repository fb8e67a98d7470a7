import Linting
import Testing
import XMLReading

/// XML of strangers: libxml2 must fetch nothing, grow nothing, and say where a document is wrong.
@Suite struct XMLReadingTests {
    private func form(_ text: String) -> XMLForm { xmlForm(of: Array(text.utf8)) }

    private func line(_ text: String) -> Int? {
        if case .fault(let line, let sentence) = form(text), !sentence.isEmpty { line } else { nil }
    }

    @Test func `the first element is told with its attributes and where it begins`() {
        #expect(
            form("<?xml version=\"1.0\"?>\n<!-- a\nb -->\n<config a=\"1\" x:b='2' xmlns:x=\"y\">\n\n<c/></config>\n")
                == .root("config", ["a": "1", "x:b": "2", "xmlns:x": "y"], line: 4))
        #expect(form("\u{feff}<a/>") == .root("a", [:], line: 1))
    }

    @Test(
        arguments: [
            ("", 1), ("  \n", 1), ("text", 1), ("<a>\n<b>\n</a>", 3), ("<a>\n", 1), ("<a/>\n<b/>", 2), ("<a b=1/>", 1),
            ("<a>&</a>", 1),
            ("<a>\n&nbsp;</a>", 2), ("<a>\u{1}</a>", 1),
        ])
    func `what is no XML is told with its line`(text: String, line: Int) {
        #expect(self.line(text) == line)
    }

    @Test func `T9 no file is read and nothing is fetched`() {
        let outside = "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>\n<a>&e;</a>"
        #expect(form(outside) == .root("a", [:], line: 2))
        #expect(form("<!DOCTYPE a SYSTEM \"http://192.0.2.1/x.dtd\"><a/>") == .root("a", [:], line: 1))
    }

    @Test func `T3 entities within entities take no memory`() {
        var text = "<!DOCTYPE a [<!ENTITY e0 \"aaaaaaaaaa\">"
        for depth in 1...12 { text += "<!ENTITY e\(depth) \"" + String(repeating: "&e\(depth - 1);", count: 10) + "\">" }
        // libxml2 counts what they would come to, and gives up (or leaves them alone, which is as good).
        let form = form(text + "]><a>&e12;</a>")
        #expect(form == .root("a", [:], line: 1) || self.line(text + "]><a>&e12;</a>") == 1)
    }

    @Test func `T3 depth and length are bounded`() {
        #expect(line(String(repeating: "<a>", count: 100_000)) == 1)
        let long = [UInt8](repeating: UInt8(ascii: " "), count: LintLimits.longestFile + 1)
        #expect(xmlForm(of: long) == .fault(line: 1, "longer than 1048576 bytes"))
    }

    @Test func `no prefix of a document is taken for it, and none stops the program`() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<config merge_type=\"merge\"><a>é</a></config>"
        let bytes = Array(text.utf8)
        for count in bytes.indices { #expect({ if case .fault = xmlForm(of: Array(bytes[..<count])) { true } else { false } }()) }
    }
}
