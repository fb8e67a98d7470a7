import JSONReading
import JSONText
import LinuxSystem
import Packets
import Testing

@Suite struct LogLineTests {
    private func written(_ value: String) -> String {
        var line = LogLine(.info, "e")
        line.add("v", value)
        return String(line.text.dropFirst("event=e v=".count))
    }

    @Test func `a line has the device first, then the event, then its pairs in order`() {
        let mac = MACAddress(bits: 0x0004_13aa_bbcc)
        var line = LogLine(.notice, "dhcp.answered", mac: mac, ["port": 67, "address": IPv4Address(192, 168, 50, 10)])
        line.add("url", "http")
        #expect(line.text == "mac=00:04:13:aa:bb:cc event=dhcp.answered port=67 address=192.168.50.10 url=http")
    }

    @Test func `a mac that is added later comes first all the same`() {
        var line = LogLine(.info, "heard", ["a": 1])
        line.add("mac", MACAddress(bits: 1))
        #expect(line.text == "mac=00:00:00:00:00:01 event=heard a=1")
    }

    @Test func `an absent value adds nothing`() {
        var line = LogLine(.info, "heard")
        line.add("model", nil)
        #expect(line.text == "event=heard")
    }

    @Test(arguments: [
        ("plain", "snomD785/10.1.2", "snomD785/10.1.2"),
        ("empty", "", #""""#),
        ("space", "a b", #""a b""#),
        ("equals", "a=b", #""a=b""#),
        ("quote", "a\"b", #""a\x22b""#),
        ("backslash", "a\\b", #""a\x5cb""#),
        ("line break", "a\nmac=00", #""a\x0amac=00""#),
        ("carriage return", "a\rb", #""a\x0db""#),
        ("escape sequence", "\u{1b}[31m", #""\x1b[31m""#),
        ("NUL", "a\0b", #""a\x00b""#),
        ("delete", "\u{7f}", #""\x7f""#),
        ("umlaut", "\u{fc}", #""\xc3\xbc""#),
        ("right-to-left override", "\u{202e}", #""\xe2\x80\xae""#),
        ("C1 control", "\u{9b}31m", #""\xc2\x9b31m""#),
    ])
    func `a value that could break a line is quoted and escaped`(name: String, value: String, expected: String) {
        #expect(written(value) == expected)
    }

    @Test func `every byte leaves a line of printable ASCII`() {
        for byte in UInt8.min...UInt8.max {
            var line = LogLine(.info, "e")
            line.add("v", bytes: [byte])
            #expect(line.text.utf8.allSatisfy { (0x20..<0x7f).contains($0) }, "byte \(byte)")
        }
    }

    @Test func `bytes that are not text are told apart`() {
        var line = LogLine(.info, "e")
        line.add("v", bytes: [0xff, 0x41])
        #expect(line.text == #"event=e v="\xffA""#)
    }

    @Test func `a value of 512 characters is whole and one of 513 is cut`() {
        let longest = String(repeating: "a", count: 512)
        #expect(written(longest) == longest)
        #expect(written(longest + "a") == String(repeating: "a", count: 509) + "...")
    }

    @Test func `a cut never divides an escape`() {
        // 127 escapes of four characters are 508; one more would leave no room for the dots.
        let value = written(String(repeating: "\n", count: 1000))
        #expect(value == "\"" + String(repeating: #"\x0a"#, count: 127) + "...\"")
    }

    @Test func `as JSON a line has the same keys, and its level and the time before them`() throws {
        var line = LogLine(.warning, "e", mac: MACAddress(bits: 0x0004_13aa_bbcc), ["port": 67])
        line.add("text", "a \"b\"\n\u{202e}ü")
        let time = WallTime(seconds: 1)
        #expect(
            line.json(at: time)
                == #"{"time":"1970-01-01T00:00:01.000000Z","level":"warning","mac":"00:04:13:aa:bb:cc","event":"e","port":"67","text":"a \"b\"\n\u202eü"}"#
        )
        #expect(LogLine(.info, "e").json(at: nil) == #"{"level":"info","event":"e"}"#)
    }

    @Test(arguments: ["a", "ü", "€", "😀"]) func `as JSON a long value is cut between two characters`(_ character: String) throws {
        var line = LogLine(.info, "e")
        line.add("v", String(repeating: character, count: 1000))
        let value = try #require(try readJSON(Array(line.json(at: nil).utf8), limit: 4096)["v"]?.string)
        #expect(value.hasSuffix("...") && value.dropLast(3).allSatisfy { String($0) == character })
        #expect((507...512).contains(value.utf8.count))
    }

    @Test func `as JSON bytes that are no text are still JSON on one line`() throws {
        for byte in UInt8.min...UInt8.max {
            var line = LogLine(.info, "e")
            line.add("v", bytes: Array(repeating: byte, count: 600))
            let text = line.json(at: nil)
            #expect(!text.utf8.contains(10) && (try? readJSON(Array(text.utf8), limit: 65_536)) != nil, "byte \(byte)")
        }
    }

    @Test func `keys and event names cannot break a line either`() {
        var line = LogLine(.info, "a b\n")
        line.add("k=\n", 1)
        #expect(line.text == "event=a_b_ k__=1")
        #expect(LogLine(.info, "").text == "event=_")
    }
}
