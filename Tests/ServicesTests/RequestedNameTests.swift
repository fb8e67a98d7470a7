import Packets
import Provisioning
import Testing

@testable import FileServing

@Suite struct `The name in a request` {
    @Test(arguments: [
        ("/snomD735.htm", "snomD735.htm"), ("/", ""), ("/a/b.cfg", "a/b.cfg"), ("//a///b.cfg", "a/b.cfg"),
        ("/a%20b.cfg", "a b.cfg"),
        ("/a%2520b", "a%20b"), ("/x.htm?mac=1", "x.htm"), ("/..a/b..", "..a/b.."), ("/caf%C3%A9.xml", "café.xml"),
    ])
    func `is decoded once and its empty steps dropped`(raw: String, name: String) {
        #expect(RequestedName(raw) == .name(name))
    }

    @Test(arguments: [
        "/../etc/passwd", "/a/../../b", "/%2e%2e/x", "/a/%2e%2e%2fb", "/..", "/a/./b", "/a%00b", "/a%2fb", "/a%5cb", "/a\\b",
        "/%", "/%4", "/%zz",
        "/%ff", "/a%0ab", "/a%7f", "*", "", "x", "/" + String(repeating: "a", count: 1024),
    ])
    func `T7: leads nowhere outside the tree`(raw: String) {
        guard case .unfit = RequestedName(raw) else {
            Issue.record("\(raw) was taken as \(RequestedName(raw))")
            return
        }
    }

    @Test(arguments: [
        ("cfg000b82123456.xml", "00:0b:82:12:34:56"), ("SEP001122AABBCC.cnf.xml", "00:11:22:aa:bb:cc"),
        ("snomD735-000413123456.htm", "00:04:13:12:34:56"), ("a/00-04-13-12-34-56.cfg", "00:04:13:12:34:56"),
        ("config.3C28A6200088.xml", "3c:28:a6:20:00:88"), ("00:04:13:12:34:56", "00:04:13:12:34:56"),
    ])
    func `shows a MAC address`(name: String, mac: String) {
        #expect(firstMAC(in: name)?.colons == mac)
    }

    @Test(arguments: [
        "000000000000.cfg", "0123456789abcdef", "snomD735.htm", "ffffffffffff.cfg",
        "89fed27f-7c47-43f5-8347-cb854cedc53-config.xml",
    ])
    func `shows none where there is none of a station`(name: String) {
        #expect(firstMAC(in: name) == nil)
    }
}
