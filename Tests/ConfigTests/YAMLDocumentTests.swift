import ConfigFiles
import ConfigTree
import Testing

@Suite struct YAMLDocumentTests {
    @Test func `every value knows its line`() throws {
        let node = try parse(
            """
            # a comment
            url: x

            dhcp:
              answer: inform
              relays:
                - 10.0.20.1
                - 10.0.30.0/24
            rules: [{name: a},
                    {name: b}]
            text: |
              two
              lines
            last: z
            """)
        #expect(node.place == ConfigPlace(file: "x.yaml", line: 2))
        #expect(node["url"]?.place.line == 2)
        #expect(node["dhcp"]?.place.line == 5)
        #expect(node["dhcp"]?["answer"]?.place.line == 5)
        guard case .list(let relays)? = node["dhcp"]?["relays"]?.content, case .list(let rules)? = node["rules"]?.content else {
            Issue.record("no lists")
            return
        }
        #expect(relays.map(\.place.line) == [7, 8])
        #expect(rules.map(\.place.line) == [9, 10])
        #expect(node["text"]?.scalar == "two\nlines\n")
        #expect(node["last"]?.place.line == 14)
        guard case .map(let entries) = node.content else { return }
        #expect(entries.map(\.keyPlace.line) == [2, 4, 9, 11, 14])
    }

    /// YAML 1.1 knows numbers to the base of 60, octal numbers and a dozen ways to say yes; nothing here is read as one.
    @Test(arguments: [
        "00:04:13", "190:20:30", "0777", "0x1f", "1e3", "yes", "NO", "on", ".inf", "2026-11-21", "1_000", "=", "true",
    ])
    func `a scalar stays text`(text: String) throws {
        #expect(try parse("a: \(text)")["a"]?.content == .scalar(text))
    }

    @Test(arguments: [("nothing", "a:"), ("a tilde", "a: ~"), ("null", "a: null"), ("NULL", "a: NULL")])
    func `nothing is nothing`(name: String, yaml: String) throws {
        #expect(try parse(yaml)["a"]?.content == .empty)
    }

    @Test(arguments: [
        ("an empty text", "a: \"\"", ""), ("a quoted tilde", "a: '~'", "~"), ("a quoted null", "a: \"null\"", "null"),
    ])
    func `what is quoted is text`(name: String, yaml: String, text: String) throws {
        #expect(try parse(yaml)["a"]?.content == .scalar(text))
    }

    @Test(arguments: [("no bytes", ""), ("a comment", "# nothing"), ("a document's start", "---\n"), ("line ends", "\n\n")])
    func `an empty document is nothing`(name: String, yaml: String) throws {
        #expect(try parse(yaml).content == .empty)
    }

    @Test(arguments: [
        ("a byte order mark", "\u{feff}a: b\nc: d\n"), ("CRLF", "a: b\r\nc: d\r\n"), ("no line end last", "a: b\nc: d"),
        ("explicit ends", "---\na: b\nc: d\n...\n"),
    ])
    func `line ends and marks do not matter`(name: String, yaml: String) throws {
        let node = try parse(yaml)
        #expect(node["a"]?.scalar == "b")
        #expect(node["c"]?.scalar == "d")
        #expect(node["c"]?.place.line == (name == "explicit ends" ? 3 : 2))
    }

    @Test(
        arguments: [
            ("a key twice", "a: 1\nb: 2\na: 3\n", 3, "\"a\" stands here a second time; line 1 has the first"),
            ("a key twice within a line", "x: {a: 1, a: 2}", 1, "\"a\" stands here a second time; line 1 has the first"),
            ("a key twice, once quoted", "a: 1\n\"a\": 2", 2, "\"a\" stands here a second time; line 1 has the first"),
            ("an alias", "a: &x 1\nb: *x\n", 2, "aliases (*name) are not understood; write the value out"),
            ("a merge", "a: &x {b: 1}\nc:\n  <<: *x\n", 3, "aliases (*name) are not understood; write the value out"),
            ("an alias as a key", "a: &x 1\n*x : 2\n", 2, "a key must be a single value"),
            ("a list as a key", "? [a]\n: b\n", 1, "a key must be a single value"),
            ("a second document", "a: 1\n---\nb: 2\n", 3, "a second document begins here; one file holds one"),
            ("a tab as indentation", "a:\n\tb: 1\n", 2, nil),
            ("a bracket without end", "a: [1,\n  2\n", 3, nil),
            ("a quote without end", "a: 1\nb: \"x\n", 3, nil),
            ("a value behind a value", "a: b: c\n", 1, nil),
            ("a control character", "a: 1\nb: \u{1}\n", 2, nil),
        ] as [(String, String, Int, String?)])
    func `what is no configuration says where`(name: String, yaml: String, line: Int, sentence: String?) throws {
        do throws(ConfigProblem) {
            _ = try YAMLDocument.parse(Array(yaml.utf8), file: "x.yaml")
            Issue.record("it was read")
        } catch {
            #expect(error.place == ConfigPlace(file: "x.yaml", line: line))
            if let sentence { #expect(error.sentence == sentence) } else { #expect(error.sentence.hasPrefix("not YAML: ")) }
            #expect(error.description.hasPrefix("x.yaml:\(line): "))
        }
    }

    @Test func `bytes that are no UTF-8 are refused in their line`() throws {
        do throws(ConfigProblem) {
            _ = try YAMLDocument.parse(Array("a: 1\nb: 2\nc: ".utf8) + [0xff, 0x0a], file: "x.yaml")
            Issue.record("it was read")
        } catch {
            #expect(error.place.line == 3)
        }
    }

    @Test(arguments: [("lists", "[", "]"), ("groups", "{a: ", "}")])
    func `nesting is read to 32 levels and no deeper`(name: String, open: String, close: String) throws {
        func nested(_ depth: Int) -> String {
            String(repeating: open, count: depth) + "x" + String(repeating: close, count: depth)
        }
        _ = try parse(nested(31))
        #expect(throws: ConfigProblem.self) { try parse(nested(32)) }
        #expect(throws: ConfigProblem.self) { try parse(nested(5_000)) }
    }

    @Test func `every beginning of a configuration is read or refused`() throws {
        let bytes = Array("a: &x [1, \"b\\u0041\", 'c']\nd: |\n  é\n? {e: f}\n: *x\n".utf8)
        for count in 0...bytes.count { _ = try? YAMLDocument.parse(Array(bytes.prefix(count)), file: "x.yaml") }
    }
}
