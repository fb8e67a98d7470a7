import JSONReading
import JSONText
import Testing

@Suite struct JSONReadingTests {
    private func read(_ text: String) throws(JSONFault) -> JSONValue {
        try readJSON(Array(text.utf8), limit: 10_000)
    }

    @Test(arguments: [
        "{}", "[]", #"{"b":1,"a":[true,false,null,-5,"x"]}"#, #"{"text":"a\"b\\c\n\u0001é"}"#, "[9223372036854775807]",
    ])
    func `what is written is read as it was`(text: String) throws {
        let value = try read(text)
        #expect(try read(value.text) == value)
        #expect(try read(value.prettyText) == value)
    }

    @Test func `a reader asks for what it knows`() throws {
        let value = try read(#"{"name": "x", "count": 3, "is": true, "list": [1, 2], "deep": {"a": null}}"#)
        #expect(value["name"]?.string == "x")
        #expect(value["count"]?.integer == 3)
        #expect(value["is"]?.boolean == true)
        #expect(value["list"]?.items?.compactMap(\.integer) == [1, 2])
        #expect(value["deep"]?["a"] == .null)
        #expect(value["nothing"] == nil)
        #expect(value["name"]?.integer == nil)
        #expect(value.members?.map(\.0) == ["name", "count", "is", "list", "deep"])
    }

    @Test(arguments: [
        ("nothing", ""), ("a cut", #"{"a": [1"#), ("a value alone", "1"), ("more behind it", "{} {}"),
        ("a name twice", #"{"a":1,"a":2}"#),
        ("a fraction", "[1.5]"), ("a number too large", "[9223372036854775808]"), ("a NUL", #"["\u0000"]"#),
        ("a NUL in a name", #"{"a\u0000b": 1}"#), ("a lone surrogate", #"["\ud800"]"#), ("a comment", "[1] // x"),
        ("deep nesting", String(repeating: "[", count: 5000)),
        ("nesting deeper than anything", String(repeating: "[", count: 17) + String(repeating: "]", count: 17)),
        ("too long", "[" + String(repeating: " ", count: 10_000) + "]"),
    ])
    func `what is not JSON, or not ours, is refused`(name: String, text: String) {
        #expect(throws: JSONFault.self) { try self.read(text) }
    }

    @Test func `octets that are no UTF-8 are refused`() {
        #expect(throws: JSONFault.self) { try readJSON([0x5b, 0x22, 0xff, 0x22, 0x5d], limit: 100) }
    }

    @Test func `no prefix of a text is taken for it, and a changed one is read or refused`() {
        let text = Array(#"{"macs": ["00:04:13:12:34:56", "é\u00e9"], "reboot": true, "n": -12}"#.utf8)
        for count in text.indices { #expect(throws: JSONFault.self) { try readJSON(Array(text[..<count]), limit: 1000) } }
        for place in text.indices {
            for octet in [0x00, 0x22, 0x5b, 0x7b, 0x80, 0xff] as [UInt8] {
                var mutant = text
                mutant[place] = octet
                _ = try? readJSON(mutant, limit: 1000)
            }
        }
    }
}
