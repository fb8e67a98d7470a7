import TestSupport
import Testing
import XMLReading

/// XML of strangers: libxml2 must fetch nothing, grow nothing, and say where a document is wrong.
@Suite struct XMLReadingTests {
    private func elements(_ text: String) -> [XMLElement]? { try? readXML(Array(text.utf8)) }

    private func line(_ text: String) -> Int? {
        do throws(XMLFault) {
            _ = try readXML(Array(text.utf8))
            return nil
        } catch {
            return error.sentence.isEmpty ? nil : error.line
        }
    }

    @Test func `the first element is told with its attributes and where it begins`() {
        #expect(
            elements("<?xml version=\"1.0\"?>\n<!-- a\nb -->\n<config a=\"1\" x:b='2' xmlns:x=\"y\">\n\n</config>\n")
                == [XMLElement(path: "config", attributes: ["a": "1", "x:b": "2", "xmlns:x": "y"], line: 4)])
        #expect(elements("\u{feff}<a/>") == [XMLElement(path: "a")])
    }

    @Test(arguments: [
        ("<a><b c=\"1\" d='&lt;2'>x &amp;amp; y</b><e/></a>", ["a=", "a/b=x &amp; y {c=1,d=<2}", "a/e="]),
        ("<?xml version='1.0'?><!-- <b>no</b> --><a> t\n<!-- no -->u </a>", ["a=t\nu"]),
        ("<a b=\">\"> <![CDATA[<t>]]> </a>", ["a=<t> {b=>}"]),
        ("<a>text<b><c/></b>text<d>1</d></a>", ["a=", "a/b=", "a/b/c=", "a/d=1"]),
    ])
    func `each element is told with its path, its text and its attributes`(text: String, expected: [String]) {
        let found = elements(text)?.map { element in
            let attributes = element.attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return "\(element.path)=\(element.text)" + (attributes.isEmpty ? "" : " {\(attributes.joined(separator: ","))}")
        }
        #expect(found == expected)
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

    @Test func `T9 no file is read and nothing is fetched`() throws {
        let outside = "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>\n<a>&e;</a>"
        #expect(elements(outside) == [XMLElement(path: "a", line: 2)])
        // Were it read, the document were wrong.
        let folder = try TemporaryFolder()
        try folder.write("<!ELEMENT a (", to: "x.dtd")
        #expect(elements("<!DOCTYPE a SYSTEM \"file://\(folder.path)/x.dtd\"><a/>") == [XMLElement(path: "a")])
        #expect(elements("<!DOCTYPE a SYSTEM \"http://192.0.2.1/x.dtd\"><a/>") == [XMLElement(path: "a")])
    }

    @Test func `T3 entities within entities take no memory`() {
        var text = "<!DOCTYPE a [<!ENTITY e0 \"aaaaaaaaaa\">"
        for depth in 1...12 { text += "<!ENTITY e\(depth) \"" + String(repeating: "&e\(depth - 1);", count: 10) + "\">" }
        // libxml2 counts what they would come to, and gives up (or leaves them alone, which is as good).
        text += "]><a>&e12;</a>"
        #expect(elements(text) == [XMLElement(path: "a")] || line(text) == 1)
    }

    @Test func `T3 depth and length are bounded`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        #expect(elements(nested(200))?.count == 200)
        #expect(line(nested(300)) == 1, "libxml2's own bound is 256")
        #expect(line(String(repeating: "<a>", count: 100_000)) == 1)
        let long = [UInt8](repeating: UInt8(ascii: " "), count: XMLLimits.longest + 1)
        #expect(throws: XMLFault(line: 1, "longer than 1048576 bytes")) { try readXML(long) }
    }

    @Test func `no prefix of a document is taken for it, and none stops the program`() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<config merge_type=\"merge\"><a>é</a></config>"
        let bytes = Array(text.utf8)
        for count in bytes.indices { #expect(throws: XMLFault.self) { try readXML(Array(bytes[..<count])) } }
    }
}
