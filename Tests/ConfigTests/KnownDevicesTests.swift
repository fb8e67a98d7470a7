import ConfigFiles
import ConfigTree
import Packets
import Provisioning
import TestSupport
import Testing

@Suite struct KnownDevicesTests {
    private func read(_ text: String) -> (devices: [String: KnownDevice], problems: [String]) {
        let problems = ConfigProblems()
        let devices = readKnownDevices(text, file: "devices.csv", vendors: ["snom", "snom-desk"], problems).devices
        return (Dictionary(uniqueKeysWithValues: devices.values.map { ($0.mac.colons, $0) }), lines(problems))
    }

    @Test func `a row is a device`() {
        let read = read("mac,label,url,vendor,model,room\n000413123456,Lobby,http://{server}/lobby/,snom,D735,E12\n")
        #expect(read.problems == [])
        let device = read.devices["00:04:13:12:34:56"]
        #expect(device?.label == "Lobby")
        #expect(device?.url?.source == "http://{server}/lobby/")
        #expect((device?.vendor, device?.model) == ("snom", "D735"))
        #expect(device?.more == ["room": "E12"])
    }

    @Test func `a row may hold an account of the phone, whose password nothing prints`() {
        let read = read("mac,sip-user,sip-password\n000413123456,101,s3cret\n000413123457,102,\n")
        #expect(read.problems == [])
        let device = read.devices["00:04:13:12:34:56"]
        #expect(device?.sipUser == "101")
        #expect(device?.sipPassword?.text == "s3cret")
        #expect(device?.more == [:])
        #expect(!String(reflecting: read).contains("s3cret"))
        #expect(read.devices["00:04:13:12:34:57"]?.sipUser == "102")
    }

    @Test
    func `a row may hold what the phone shows to be given a file, a user and a password, and a password alone for templates`() {
        let read = read("mac,user,password\n000413123456,anna,s3cret\n000413123457,,\n")
        #expect(read.problems == [])
        #expect(read.devices["00:04:13:12:34:56"]?.user == "anna")
        #expect(read.devices["00:04:13:12:34:56"]?.password?.text == "s3cret")
        #expect(read.devices["00:04:13:12:34:57"]?.user == nil)
        let wrong = self.read("mac,user,password\n000413123456,anna,\n000413123457,,s3cret\n000413123458,a:b,c\n")
        #expect(wrong.problems.count == 2)
        #expect(wrong.devices["00:04:13:12:34:57"]?.password == nil)
    }

    @Test(arguments: [
        ("LF", "mac,label\n000413123456,a\n"),
        ("CRLF", "mac,label\r\n000413123456,a\r\n"),
        ("no line end last", "mac,label\n000413123456,a"),
        ("a byte order mark", "\u{feff}mac,label\n000413123456,a\n"),
        ("blank lines", "\n\nmac,label\n\n000413123456,a\n\n"),
        ("blanks round values", " mac , label \n 000413123456 , a \n"),
        ("another order of columns", "label,mac\na,000413123456\n"),
        ("quotes", "\"mac\",\"label\"\n\"00:04:13:12:34:56\",\"a\"\n"),
        ("fewer values than headings", "mac,label,room,url\n000413123456,a\n"),
        ("a row of commas", "mac,label\n,\n000413123456,a\n"),
        ("a MAC address in capitals with dashes", "mac,label\n00-04-13-12-34-56,a\n"),
    ])
    func `a table may be written in many ways`(name: String, text: String) {
        let read = read(text)
        #expect(read.problems == [])
        #expect(read.devices.mapValues(\.label) == ["00:04:13:12:34:56": "a"])
    }

    @Test func `quotes hold commas, line ends and quotes, and lines are counted through them`() {
        let read = read("mac,label\n000413123456,\"a, \"\"b\"\"\nc\"\nnonsense,d\n")
        #expect(read.devices["00:04:13:12:34:56"]?.label == "a, \"b\"\nc")
        #expect(read.problems == ["4: \"nonsense\" is not the MAC address of a device"])
    }

    @Test(arguments: [
        ("no column mac", "label,url\na,b\n", ["1: the first line must name the columns, one of them mac"]),
        ("no MAC address", "mac,label\n,a\n", ["2: \"\" is not the MAC address of a device"]),
        ("a MAC address too short", "mac\n0004131234\n", ["2: \"0004131234\" is not the MAC address of a device"]),
        ("a group's address", "mac\n01005e00014b\n", ["2: \"01005e00014b\" is not the MAC address of a device"]),
        (
            "no UUID", "mac,uuid\n000413123456,89fed27f\n",
            ["2: \"89fed27f\" is no UUID, such as 89fed27f-7c47-43f5-8347-cb854cedc538"]
        ),
        (
            "a UUID twice",
            "mac,uuid\n000413123456,89fed27f-7c47-43f5-8347-cb854cedc538\n000413123457,89FED27F-7C47-43F5-8347-CB854CEDC538\n",
            ["3: 89fed27f-7c47-43f5-8347-cb854cedc538 is 00:04:13:12:34:56's already"]
        ),
        (
            "an address twice", "mac,address\n000413123456,10.0.0.1\n000413123457,10.0.0.1\n",
            ["3: 10.0.0.1 is fixed for 00:04:13:12:34:56 already"]
        ),
        ("a device twice", "mac\n000413123456\n00:04:13:12:34:56\n", ["3: 00:04:13:12:34:56 stands here a second time"]),
        ("a password of nobody", "mac,sip-password\n000413123456,x\n", ["2: a sip-password needs a sip-user, whose it is"]),
        ("more values than headings", "mac,label\n000413123456,a,b\n", ["2: 3 values under 2 headings"]),
        (
            "an unknown vendor", "mac,vendor\n000413123456,snomm\n",
            ["2: \"snomm\" is neither a brand nor a family of the catalogue"]
        ),
        (
            "a URL of no scheme", "mac,url\n000413123456,x\n",
            ["2: \"x\" is no URL that phones understand; it must begin with http://, https://, tftp:// or ftp://"]
        ),
        (
            "the MAC in the URL's host", "mac,url\n000413123456,http://{mac}/\n",
            ["2: {mac} cannot stand in the host of a URL; only {server} or plain text can"]
        ),
        (
            "a quote without end", "mac,label\n000413123456,\"a\n000413123457,b\n",
            ["2: a quoted value that begins here never ends"]
        ),
    ])
    func `a mistake is told with its line`(name: String, text: String, expected: [String]) {
        #expect(read(text).problems == expected)
    }

    @Test(arguments: [
        (
            "a heading twice", "mac,label,label\n000413123456,a,b\n",
            ["1: the heading \"label\" stands here a second time; \(twice)"]
        ),
        ("a column of one's own twice", "mac,room, room\n", ["1: the heading \"room\" stands here a second time; \(twice)"]),
        (
            "a login in capitals", "mac,User,PASSWORD\n000413123456,a,b\n",
            [
                "1: the heading \"PASSWORD\" has no meaning in capitals; write password",
                "1: the heading \"User\" has no meaning in capitals; write user",
            ]
        ),
        (
            "no mac but MAC", "MAC,label\n",
            [
                "1: the heading \"MAC\" has no meaning in capitals; write mac",
                "1: the first line must name the columns, one of them mac",
            ]
        ),
        ("a column of one's own in capitals", "mac,Room\n000413123456,a\n", []),
        ("columns without a heading", "mac,label,,\n000413123456,a,,\n", []),
    ])
    func `a heading that would not count is a mistake`(name: String, text: String, expected: [String]) {
        #expect(Set(read(text).problems) == Set(expected))
        #expect(read(text).problems.count == expected.count)
    }

    private static let twice = "name one of them otherwise, or take it out"

    /// Windows-1252's `ü` is no UTF-8.
    @Test(arguments: [
        ("in a value", "mac,label\n000413123456,a\n000413123457,gr\u{fc}n\n000413123458,c\n", 3, 2),
        ("in quotes over lines", "mac,label\n000413123456,\"a\n\u{fc}\"\n000413123457,b\n", 2, 1),
        ("in a heading", "mac,gr\u{fc}n\n000413123456,a\n", 1, 0),
        ("at the very end", "mac,label\n000413123456,\u{fc}", 2, 0),
        ("in a value that nobody asked for", "mac\n000413123456,\u{fc}\n", 2, 0),
    ])
    func `letters in another encoding are a mistake with their line`(name: String, text: String, line: Int, devices: Int) {
        let problems = ConfigProblems()
        let bytes = text.unicodeScalars.map { UInt8($0.value) }
        let known = readKnownDevices(bytes, file: "devices.csv", vendors: [], problems)
        #expect(
            lines(problems) == [
                "\(line): a letter here is not in UTF-8; save the file as UTF-8, which spreadsheets call \"CSV UTF-8\""
            ])
        #expect(known.devices.count == devices)
    }

    @Test func `the headings, and whose UUID it is, are kept`() {
        let uuid = "89fed27f-7c47-43f5-8347-cb854cedc538"
        let known = readKnownDevices(
            "mac, uuid ,pass word\n0013d1123456,\(uuid.uppercased()),\n", file: "devices.csv", vendors: [], ConfigProblems())
        #expect(known.columns == ["mac", "uuid", "pass word"])
        #expect(known.byUUID == [uuid: MACAddress(bits: 0x0013_d112_3456)])
        #expect(known.devices.values.map(\.uuid) == [uuid])
        #expect(known.devices.values.map(\.place?.line) == [2])
    }

    @Test func `the file is devices csv beside the configuration where none is named, and may be absent`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/bellhop.yaml"
        func known() throws -> [String] { try Configuration.load(path: path).settings.devices.values.compactMap(\.label) }
        try folder.write("http: {port: 8080}\n", to: "bellhop.yaml")
        #expect(try known() == [])
        try folder.write("mac,label\n000413123456,Usual\n", to: "devices.csv")
        try folder.write("mac,label\n000413123456,Named\n", to: "named.csv")
        #expect(try known() == ["Usual"])
        try folder.write("devices: named.csv\n", to: "bellhop.yaml")
        #expect(try known() == ["Named"])
        try folder.write("devices: absent.csv\n", to: "bellhop.yaml")
        #expect(try known() == [])
    }

    @Test func `an empty file knows nobody`() {
        #expect(read("").devices.isEmpty)
        #expect(read("").problems == [])
        #expect(read("mac\n").devices.isEmpty)
    }
}
