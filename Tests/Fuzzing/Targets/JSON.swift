import JSONReading
import JSONText
import StatusPage

extension FuzzTarget {
    /// JSON of strangers, and what they order by it.
    static let json = FuzzTarget("json") {
        [
            #"{"macs":["00:04:13:12:34:56","000413abcdef"],"reboot":true,"confirm":false}"#, #"{"vendor":"snom"}"#,
            #"{"all":true}"#,
            #"{"a":[1,-2,null,{"b":"\u00e4\n\"\\\/"}],"c":9223372036854775807}"#, "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]",
            "[1.5,1e9]", "\"x\"",
        ].map { Array($0.utf8) }
    } run: { bytes in
        if let value = try? readJSON(bytes, limit: 65_536) {
            for text in [value.text, value.prettyText] {
                try expect(
                    (try? readJSON(Array(text.utf8), limit: 1 << 20)) == value, "JSON that is written reads back as it was")
            }
        }
        if let order = try? ResyncOrder(bytes, longest: 65_536), case .macs(let macs) = order.choice {
            try expect(macs.allSatisfy(\.isStation) && Set(macs).count == macs.count, "phones are named once each")
        }
    }
}
