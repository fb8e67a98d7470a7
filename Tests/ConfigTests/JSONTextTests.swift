import Foundation
import JSONText
import Testing

@Suite struct JSONTextTests {
    @Test(
        arguments: [
            ("nothing", .null, "null"), ("true", .bool(true), "true"), ("false", .bool(false), "false"),
            ("a number", .number(-12), "-12"),
            ("an empty text", .string(""), "\"\""), ("an empty list", .array([]), "[]"), ("an empty object", .object([]), "{}"),
            ("a list", .array([.number(1), .null]), "[1,null]"),
            ("an object in its order", .object([("b", .number(1)), ("a", .array([.object([])]))]), "{\"b\":1,\"a\":[{}]}"),
            ("a text that may be absent", .optional(nil), "null"), ("texts", .strings(["a", "b"]), "[\"a\",\"b\"]"),
        ] as [(String, JSONValue, String)])
    func `a value prints on one line`(name: String, value: JSONValue, text: String) {
        #expect(value.text == text)
    }

    @Test(arguments: [
        ("a quote", "a\"b", "a\\\"b"), ("a backslash", "a\\b", "a\\\\b"), ("a line end", "a\nb", "a\\nb"),
        ("CRLF", "a\r\nb", "a\\r\\nb"), ("a tab", "a\tb", "a\\tb"),
        ("NUL", "a\0b", "a\\u0000b"), ("escape", "\u{1b}[31m", "\\u001b[31m"), ("DEL", "\u{7f}", "\\u007f"),
        ("a C1 control", "\u{9b}31m", "\\u009b31m"),
        ("a line separator", "\u{2028}\u{2029}", "\\u2028\\u2029"),
        ("right-to-left override", "\u{202e}abc", "\\u202eabc"),
        ("an embedding and its end", "\u{202a}\u{202c}", "\\u202a\\u202c"),
        ("isolates", "\u{2066}\u{2067}\u{2068}\u{2069}", "\\u2066\\u2067\\u2068\\u2069"),
        ("marks", "\u{200e}\u{200f}", "\\u200e\\u200f"),
        ("the Arabic letter mark", "\u{61c}", "\\u061c"),
        ("letters beyond ASCII", "é€𝄞", "é€𝄞"), ("a slash", "</script>", "</script>"),
    ])
    func `T12 a text is escaped where it could do harm`(name: String, text: String, escaped: String) {
        #expect(JSONValue.string(text).text == "\"\(escaped)\"")
        #expect(JSONValue.object([(text, .null)]).text == "{\"\(escaped)\":null}")
    }

    @Test func `every character reads back as it was`() throws {
        for value in UInt32(0)...0x2fff {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = "a\(String(Character(scalar)))b"
            let read = try JSONSerialization.jsonObject(with: Data(JSONValue.array([.string(text)]).text.utf8)) as? [String]
            guard read?.first.map({ Array($0.unicodeScalars) == Array(text.unicodeScalars) }) == true else {
                Issue.record("U+\(String(value, radix: 16)) does not come back")
                return
            }
        }
    }

    @Test func `several lines are indented, and flat lists are not`() {
        let value = JSONValue.object([
            ("flat", .array([.number(1), .string("x")])), ("deep", .array([.object([("a", .null)]), .array([])])),
            ("none", .object([])),
        ])
        #expect(
            value.prettyText == """
                {
                  "flat": [1,"x"],
                  "deep": [
                    {
                      "a": null
                    },
                    []
                  ],
                  "none": {}
                }
                """)
    }

    @Test func `values are equal where they print alike`() {
        #expect(JSONValue.object([("a", .number(1))]) == .object([("a", .number(1))]))
        #expect(JSONValue.string("1") != .number(1))
    }
}
