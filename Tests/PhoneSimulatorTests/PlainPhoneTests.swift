import Testing

@testable import PhoneSimulator

@Suite struct `Any phone` {
    @Test func `a phone of which nothing else is known asks for every name that can be told in advance`() throws {
        var play = try Play("grandstream", [:])
        let asked = try play.visit()
        #expect(!asked.isEmpty && !asked.contains { $0.contains("*") || $0.contains("?") || $0.contains("{") })
    }

    @Test(arguments: [
        ("<a><b c=\"1\" d='&lt;2'>x &amp;amp; y</b><e/></a>", ["a/b=x &amp; y {c=1,d=<2}", "a/e=", "a="]),
        ("<?xml?><!-- <b>no</b> --><a>t</a>", ["a=t"]),
        ("<a><b>1</b></a", ["a/b=1"]), ("</a>", []), ("<a b=\">\">t</a>", ["a=t {b=>}"]), ("", []), ("no markup", []),
        ("<a><!-- open", []),
    ])
    func `a settings file is read as far as it goes`(text: String, elements: [String]) {
        let found = MarkupElement.all(in: text).map { element in
            let attributes = element.attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return "\(element.path)=\(element.text)" + (attributes.isEmpty ? "" : " {\(attributes.joined(separator: ","))}")
        }
        #expect(found == elements)
    }

    @Test func `a settings file as deep as you like ends the reading`() {
        #expect(MarkupElement.all(in: String(repeating: "<a>", count: 100_000)).isEmpty)
    }
}
