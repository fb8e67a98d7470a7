import Testing

@testable import FileTemplates

/// Made with these values; a name that is not among them and not `typo` is missing.
private func made(
    _ template: String, _ values: [String: String] = [:], as name: String = "x.cfg"
) throws(TemplateFault) -> String {
    let template = try FileTemplate(Array(template.utf8), for: name)
    let bytes = try template.rendered { name in
        if name == "typo" { return .unknown("no such name") }
        return values[name].map { .text($0) } ?? .missing("not there")
    }
    return String(decoding: bytes, as: UTF8.self)
}

@Suite struct FileTemplateTests {
    private static let values = ["user": "201", "display name": "A", "on": "1"]

    @Test(arguments: [
        ("nothing", "", ""), ("no tags", "a {b} }} $c\n", "a {b} }} $c\n"), ("a value", "u={{user}};", "u=201;"),
        ("blanks round a name", "{{ user }}", "201"), ("a name with a blank", "{{display name}}", "A"),
        ("side by side", "{{user}}{{user}}", "201201"), ("a brace before and after", "{ {{user}}}", "{ 201}"),
        ("a section that is there", "a{{#on}}b{{user}}c{{/on}}d", "ab201cd"), ("one that is not", "a{{#off}}b{{/off}}d", "ad"),
        ("inverted", "{{^on}}a{{/on}}{{^off}}b{{/off}}", "b"),
        ("what is not reached is not asked for", "{{#off}}{{none}}{{/off}}", ""),
        ("a section in another", "{{#on}}a{{^off}}b{{/off}}{{/on}}", "ab"),
        ("the same name in another", "{{#on}}{{#on}}a{{/on}}{{/on}}", "a"), ("a comment", "a{{! {b} }}c", "ac"),
        ("a comment over lines", "a{{! b\nc }}d", "ad"),
        ("section tags alone on their lines", "a\n  {{#on}}\nb\n\t{{/on}} \nc\n", "a\nb\nc\n"),
        ("with CR LF", "a\r\n{{#on}}\r\nb\r\n{{/on}}\r\nc", "a\r\nb\r\nc"),
        ("first and last in the file", "{{#on}}\nb\n{{/on}}", "b\n"), ("a comment alone", "a\n{{! b }}\nc", "a\nc"),
        ("a comment beside text", "a\nx{{! b }}\nc", "a\nx\nc"), ("two tags on a line", "{{#on}}{{/on}}\n", "\n"),
        ("a value alone on its line", "a\n{{user}}\nc", "a\n201\nc"),
        ("in a row", "{{#on}}\n{{^off}}\na\n{{/off}}\n{{/on}}\n", "a\n"),
        ("a phone's own macro", "http://h/{mac}.xml $MA {MODEL}", "http://h/{mac}.xml $MA {MODEL}"),
        ("letters beyond ASCII", "é{{user}}é", "é201é"),
    ])
    func `a template makes a file`(name: String, template: String, expected: String) throws {
        #expect(try made(template, FileTemplateTests.values) == expected)
    }

    @Test func `bytes that are no UTF-8 are passed through`() throws {
        let template = try FileTemplate([0xe9, 0x7b, 0x7b, 0x61, 0x7d, 0x7d, 0xff], for: "x.cfg")
        #expect(try template.rendered { _ in .text("b") } == [0xe9, 0x62, 0xff])
    }

    @Test(arguments: [
        ("a missing value", "a\n\nb={{password}}", 3, "{{password}}: not there"),
        ("a missing value behind a whole line", "{{#on}}\na\n{{/on}}\n{{password}}", 4, "{{password}}: not there"),
        ("a name that means nothing", "{{typo}}", 1, "{{typo}}: no such name"),
        ("and in a section", "\n{{#typo}}{{/typo}}", 2, "{{#typo}}: no such name"),
        ("a tag without end", "a\n{{b", 2, "{{ is never closed by }}"), ("with one brace", "{{b}", 1, "{{ is never closed by }}"),
        ("two braces last", "a{{", 1, "{{ is never closed by }}"),
        ("a section without end", "\n{{#on}}\na", 2, "{{#on}} is never closed by {{/on}}"),
        ("another's end", "{{#on}}\n{{/off}}", 2, "{{/off}} stands where {{#on}} of line 1 is open"),
        ("an end of nothing", "{{/on}}", 1, "{{/on}} stands where nothing is open"),
        ("no name", "\n{{}}", 2, "{{ begins a tag, and no name stands in it"),
        ("blanks", "{{  }}", 1, "{{ begins a tag, and no name stands in it"),
        ("a line end in a name", "{{a\nb}}", 1, "{{ begins a tag, and no name stands in it"),
        ("three braces", "{{{user}}}", 1, "values are always escaped: write {{name}} with two braces and no &"),
        ("and with &", "{{&user}}", 1, "values are always escaped: write {{name}} with two braces and no &"),
        ("a partial", "{{>other}}", 1, "{{> and {{= of Mustache are not understood here"),
    ])
    func `what is wrong is told with its line`(name: String, template: String, line: Int, sentence: String) {
        let fault = #expect(throws: TemplateFault.self) { try made(template, FileTemplateTests.values) }
        #expect((fault?.line, fault?.sentence) == (line, sentence))
    }

    @Test func `names are told with their lines, those of sections too`() throws {
        let template = try FileTemplate(Array("{{a}}\n{{#b}}\n{{c}}{{/b}}\n{{! d }}{{^e}}{{/e}}".utf8), for: "x")
        #expect(template.names.map(\.name) == ["a", "b", "c", "e"])
        #expect(template.names.map(\.line) == [1, 2, 3, 4])
    }

    @Test func `depth, template and file are bounded`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "{{#on}}", count: depth) + "a" + String(repeating: "{{/on}}", count: depth)
        }
        #expect(try made(nested(16), ["on": "1"]) == "a")
        #expect(throws: TemplateFault.self) { try made(nested(17), ["on": "1"]) }
        #expect(throws: TemplateFault.self) { try made(String(repeating: "a", count: FileTemplate.longest + 1)) }
        let long = String(repeating: "a", count: 1 << 20)
        #expect(try made("{{a}}{{a}}{{a}}", ["a": long]).utf8.count == 3 << 20)
        let fault = #expect(throws: TemplateFault.self) { try made("{{a}}{{a}}\n{{a}}{{a}}{{a}}", ["a": long]) }
        #expect(fault?.line == 2)
        #expect(throws: TemplateFault.self) { try made("{{a}}", ["a": String(repeating: "a", count: FileTemplate.mostMade + 1)]) }
    }
}

@Suite struct EscapingTests {
    @Test(arguments: [
        ("XML", "x.xml", #"</a><b c="d" e='f'>&amp;"#, "&lt;/a&gt;&lt;b c=&quot;d&quot; e=&#39;f&#39;&gt;&amp;amp;"),
        ("HTML", "x.HTM", "<script>", "&lt;script&gt;"), ("line ends in XML", "x.xml", "a\r\nb\tc", "a&#13;&#10;b&#9;c"),
        ("the end of CDATA", "x.xml", "]]>", "]]&gt;"),
        ("C1 and line separators in XML", "x.xml", "\u{85}\u{2028}", "&#133;&#8232;"),
        ("JSON", "x.json", "\"\\\n\u{1}", #"\"\\\n\u0001"#), ("what JSON need not escape", "x.json", "</é>", "</é>"),
        ("plain text as it is", "x.cfg", "a\"b'c;d#e=f$g é", "a\"b'c;d#e=f$g é"), ("no ending", "000413123456", "<&>", "<&>"),
        ("tags in a value are text", "x.cfg", "{{user}}", "{{user}}"),
    ])
    func `a value cannot leave its place`(name: String, file: String, value: String, expected: String) throws {
        #expect(try made("{{v}}", ["v": value], as: file) == expected)
    }

    @Test(arguments: [
        ("a line end in plain text", "x.cfg", "a\nb"), ("CR", "x.txt", "a\rb"), ("a tab", "x.cfg", "a\tb"),
        ("NUL", "x.ini", "a\0"),
        ("ESC", "x.cfg", "\u{1b}[2J"), ("DEL", "x.cfg", "\u{7f}"), ("NEL", "x.cfg", "a\u{85}b"), ("LS", "x.cfg", "a\u{2028}b"),
        ("NUL in XML", "x.xml", "a\0"), ("ESC in XML", "x.htm", "\u{1b}"), ("U+FFFF in XML", "x.xml", "\u{ffff}"),
    ])
    func `a value that the file cannot hold is refused, and not shown`(name: String, file: String, value: String) {
        let fault = #expect(throws: TemplateFault.self) { try made("\n{{v}}", ["v": "secret" + value], as: file) }
        #expect(fault?.line == 2)
        #expect(fault?.sentence.hasPrefix("the value of {{v}} holds a") == true)
        #expect(fault?.sentence.contains("secret") == false)
    }

    @Test(arguments: [
        ("Polycom's .cfg", "x.cfg", "<?xml version=\"1.0\"?>\n<a b=\"{{v}}\"/>", true),
        ("after a byte order mark", "x.cfg", "\u{feff}<a>{{v}}", true),
        ("after blanks", "x", " \r\n<a>{{v}}", true), ("a line that begins so later", "x.cfg", "a\n<{{v}}", false),
        ("after a comment", "x.cfg", "{{! base }}\n<?xml version=\"1.0\"?>\n<a b=\"{{v}}\"/>", true),
        ("after a byte order mark and a comment", "x.cfg", "\u{feff}{{! base }}\n<a>{{v}}", true),
        ("in a section", "x.cfg", "{{#v}}<a b=\"{{v}}\"/>{{/v}}", true),
        ("in a section in a section", "x.cfg", "{{#v}} {{^w}}\n<a b=\"{{v}}\"/>{{/w}}{{/v}}", true),
        ("behind a section of blanks", "x.cfg", "{{#w}} {{/w}}<a b=\"{{v}}\"/>", true),
        ("behind a section that may be left out", "x.cfg", "{{#w}}w{{/w}}<a b=\"{{v}}\"/>", true),
        ("behind a value", "x.cfg", "{{v}}<a b=\"{{v}}\"/>", true),
        ("a section that begins otherwise", "x.cfg", "{{#v}}a={{v}}\n{{/v}}b <{{v}}", false),
        ("a comment before plain text", "x.cfg", "{{! base }}\na={{v}}\n<b>", false),
        ("XML by its name alone", "x.xml", "{{v}}", true), ("JSON that begins so", "x.json", "<{{v}}", false),
    ])
    func `a file that begins as XML is escaped as XML`(name: String, file: String, template: String, isXML: Bool) throws {
        #expect(try made(template, ["v": "<"], as: file).contains("&lt;") == isXML)
    }
}
