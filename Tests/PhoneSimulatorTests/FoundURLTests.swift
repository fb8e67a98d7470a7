import DHCPMessages
import Testing
import VendorCatalogue

@testable import PhoneSimulator

@Suite struct FoundURLTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let options: [(DHCPOptionCode, [UInt8])]
        let takes: [String]
        let source: String?
        let text: String?

        init(_ name: String, _ options: [(DHCPOptionCode, [UInt8])], takes: [String], _ source: String?, _ text: String?) {
            testDescription = name
            self.options = options
            self.takes = takes
            self.source = source
            self.text = text
        }
    }

    private static let url = Array("http://h/".utf8)
    private static let inside: [UInt8] = [2, 1, 0x78, 66, 10] + url + [0]

    static let rows = [
        Row("an option alone", [(66, url)], takes: ["66"], "66", "http://h/"),
        Row("the trailing NULs go", [(66, url + [0, 0])], takes: ["66"], "66", "http://h/"),
        Row("inside 43, its NUL counted", [(43, inside)], takes: ["43.66", "66"], "43.66", "http://h/"),
        Row(
            "the family's order and not that of the wire", [(66, Array("http://b/".utf8)), (160, url)], takes: ["160", "66"],
            "160", "http://h/"),
        Row("what is no text is passed over", [(160, [1, 2, 3]), (66, url)], takes: ["160", "66"], "66", "http://h/"),
        Row("another element of 43", [(43, [67, 1, 0x78])], takes: ["43.66"], nil, nil),
        Row("43 whose lengths lie", [(43, [66, 200, 0x78])], takes: ["43.66"], nil, nil),
        Row("43 as a plain URL", [(43, url)], takes: ["43"], "43", "http://h/"),
        Row(
            "two options, a slash between", [(66, Array("10.0.0.1".utf8)), (67, Array("a.cfg".utf8))], takes: ["66+67"], "66+67",
            "10.0.0.1/a.cfg"),
        Row("two options, one slash there", [(66, url), (67, Array("a.cfg".utf8))], takes: ["66+67"], "66+67", "http://h/a.cfg"),
        Row("the first of two alone", [(66, url)], takes: ["66+67"], "66+67", "http://h/"),
        Row("addresses in binary", [(150, [192, 0, 2, 1, 192, 0, 2, 2])], takes: ["150"], "150", "192.0.2.1"),
        Row("nothing at all", [(66, [])], takes: ["66"], nil, nil),
        Row("nothing but a NUL", [(66, [0])], takes: ["66"], nil, nil),
        Row("spaces are no URL", [(66, Array("a b".utf8))], takes: ["66"], nil, nil),
    ]

    @Test(arguments: rows)
    func `the address is taken from where the family takes it`(row: Row) {
        let found = FoundURL(in: DHCPOptions(row.options), by: row.takes.compactMap(URLSource.init))
        #expect(found?.source.name == row.source)
        #expect(found?.text == row.text)
    }
}
