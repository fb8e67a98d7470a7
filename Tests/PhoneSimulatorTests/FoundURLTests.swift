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
    private static let both: [UInt8] = [66, 10] + url + [0, 67, 5] + Array("a.cfg".utf8)
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
        Row("the first of two alone", [(66, url)], takes: ["66+67"], "66", "http://h/"),
        Row(
            "two inside 43 go before two outside", [(43, both), (66, Array("http://b/".utf8)), (67, Array("b.cfg".utf8))],
            takes: ["43.66+43.67", "66+67"], "43.66+43.67", "http://h/a.cfg"),
        Row(
            "two outside where 43 has none", [(43, [1, 1, 1]), (66, url), (67, Array("a.cfg".utf8))],
            takes: ["43.66+43.67", "66+67"], "66+67", "http://h/a.cfg"),
        Row("addresses in binary", [(150, [192, 0, 2, 1, 192, 0, 2, 2])], takes: ["150"], "150", "192.0.2.1"),
        Row("addresses that could be text", [(150, [100, 64, 33, 50])], takes: ["150"], "150", "100.64.33.50"),
        Row("a name in 150", [(150, Array("tftp.lan".utf8) + [0])], takes: ["150"], "150", "tftp.lan"),
        Row("the address of 160 in binary", [(160, [192, 0, 2, 1])], takes: ["160"], "160", "192.0.2.1"),
        Row(
            "Avaya's settings", [(242, Array("MCIPADD=192.0.2.7,HTTPSRVR=192.0.2.1,HTTPPORT=8080,HTTPDIR=j100".utf8))],
            takes: ["242"], "242", "http://192.0.2.1:8080/j100/"),
        Row(
            "Avaya's settings with TLS", [(242, Array("HTTPSRVR=192.0.2.1,TLSSRVR=192.0.2.2".utf8))], takes: ["242"], "242",
            "https://192.0.2.2/"),
        Row("Avaya's settings without a server", [(242, Array("L2QVLAN=12".utf8))], takes: ["242"], nil, nil),
        Row("nothing at all", [(66, [])], takes: ["66"], nil, nil),
        Row("nothing but a NUL", [(66, [0])], takes: ["66"], nil, nil),
        Row("spaces are no URL", [(66, Array("a b".utf8))], takes: ["66"], nil, nil),
    ]

    /// The facts of the makers: 43 before all else, and 67 the path behind 66; the list of addresses before the text.
    @Test func `the families of the catalogue look where their phones do`() throws {
        let server = Array("http://h/".utf8)
        let file = Array("s.php?mac={mac}".utf8)
        let snom = try FoundURL(in: DHCPOptions([(66, server), (67, file)]), by: phone("snom-desk").manner.takes)
        #expect(snom?.text == "http://h/s.php?mac={mac}")
        let cisco = try FoundURL(
            in: DHCPOptions([(66, server), (150, [192, 0, 2, 9])]), by: phone("cisco-enterprise").manner.takes)
        #expect(cisco?.text == "192.0.2.9")
    }

    @Test(arguments: rows)
    func `the address is taken from where the family takes it`(row: Row) {
        let found = FoundURL(in: DHCPOptions(row.options), by: row.takes.compactMap(URLSource.init))
        #expect(found?.source.name == row.source)
        #expect(found?.text == row.text)
    }
}
