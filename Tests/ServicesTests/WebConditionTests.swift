import Foundation
import Packets
import Testing
import WebServer

@Suite struct `Versions of files over HTTP` {
    static let long = String(repeating: "0123456789", count: 10_000)

    private let scene: WebScene

    init() throws {
        scene = try WebScene(files: [
            "a.cfg": "hello", "long.bin": Self.long, "empty.cfg": "", "devices/000413123456/own.xml": "<own/>",
            "cfg000413123456.xml": "<secret/>",
        ])
        // Long past, so that tags are strong and dates can be relied on.
        for file in ["a.cfg", "long.bin", "empty.cfg"] { try age(file) }
    }

    /// Sets the time of the last change of the content to ten minutes ago; that of the inode cannot be set.
    private func age(_ file: String, seconds: Double = 600) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: scene.folder + "/tree/" + file)
    }

    @Test func `H7 a file comes with its kind, its version, its date, and nothing for browsers to guess`() throws {
        let answer = try scene.ask("/a.cfg")
        #expect(answer.status == 200)
        #expect(answer["Content-Type"] == "text/plain; charset=utf-8")
        #expect(answer["X-Content-Type-Options"] == "nosniff")
        #expect(answer["Accept-Ranges"] == "bytes")
        #expect(answer["Cache-Control"] == "no-cache")
        #expect(answer["ETag"]?.hasPrefix("\"") == true)
        #expect(answer["Last-Modified"]?.hasSuffix(" GMT") == true)
    }

    @Test func `H7 no cache may keep what is meant for one phone`() throws {
        scene.meet(MACAddress(bits: 0x0004_1312_3456), at: WebScene.peer)
        let agent = [("User-Agent", "Mozilla/4.0 (compatible; snomD735-SIP 10.1.33.33 2010.12 000413123456 SXM:0 UXM:0)")]
        #expect(try scene.ask("/own.xml", agent)["Cache-Control"] == "no-store")
        #expect(try scene.ask("/cfg000413123456.xml")["Cache-Control"] == "no-store")
        #expect(try scene.ask("/CFG000413123456.xml").status == 404)
        let tag = try #require(try scene.ask("/cfg000413123456.xml")["ETag"])
        #expect(try scene.ask("/cfg000413123456.xml", [("If-None-Match", tag)])["Cache-Control"] == "no-store")
    }

    @Test(arguments: ["a.cfg", "long.bin", "empty.cfg"])
    func `H5 who has this version gets 304 with its tag, and who has another gets the file`(name: String) throws {
        let whole = try scene.ask("/\(name)")
        // The long one's is weak as long as the file is new.
        let tag = try #require(whole["ETag"]).replacing("W/", with: "")
        let date = try #require(whole["Last-Modified"])
        for condition in [
            ("If-None-Match", tag), ("If-None-Match", "W/\(tag)"), ("If-None-Match", "*"), ("If-Modified-Since", date),
        ] {
            let answer = try scene.ask("/\(name)", [condition])
            #expect(answer.status == 304, "\(condition)")
            #expect(answer["ETag"]?.hasSuffix(tag) == true)
            #expect(answer["Cache-Control"] == "no-cache")
            #expect(answer["Content-Type"] == nil)
        }
        for condition in [("If-None-Match", "\"other\""), ("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")] {
            #expect(try scene.ask("/\(name)", [condition]).status == 200, "\(condition)")
        }
        let failed = try scene.ask("/\(name)", [("If-Match", "\"other\"")])
        #expect(failed.status == 412)
        #expect(try scene.ask("/\(name)", [("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")]).status == 412)
    }

    @Test func `H5 another content is another version, and the same content written anew is the same`() throws {
        let first = try scene.ask("/a.cfg")["ETag"]
        try scene.put("a.cfg", "hullo")
        try age("a.cfg")
        #expect(try scene.ask("/a.cfg")["ETag"] != first)
        try scene.put("a.cfg", "hello")
        #expect(try scene.ask("/a.cfg")["ETag"] == first)
    }

    @Test func `H5 a long file that has just changed has a weak tag, by which nothing is resumed`() throws {
        // Its time lies ahead of the service's clock, however long the test takes.
        let scene = try WebScene(files: ["long.bin": Self.long], later: -3600)
        let answer = try scene.ask("/long.bin")
        let tag = try #require(answer["ETag"])
        #expect(tag.hasPrefix("W/"))
        #expect(try scene.ask("/long.bin", [("Range", "bytes=5-"), ("If-Range", tag)]).status == 200)
        #expect(try scene.ask("/long.bin", [("If-None-Match", tag)]).status == 304)
    }

    @Test func `H5 a made file has no date, so who asks by one gets it as it is made now, whatever it is made of`() throws {
        let phone = MACAddress(bits: 0x0004_1312_3456)
        let scene = try WebScene(
            devices: "mac,label,name\n\(phone),,one\n", files: ["made.cfg.tmpl": "name={{name}}"], later: 600)
        scene.meet(phone, at: WebScene.peer)
        let first = try scene.ask("/made.cfg")
        #expect(first.text == "name=one")
        #expect(first["Last-Modified"] == nil)
        let tag = try #require(first["ETag"])
        #expect(!tag.hasPrefix("W/"))
        // Nothing on the disk changes.
        scene.policy.update { policy in
            var settings = policy.settings
            settings.devices[phone]?.more["name"] = "two"
            return policy.with(settings, policy.catalogue)
        }
        let second = try scene.ask("/made.cfg", [("If-Modified-Since", "Sun, 06 Nov 2044 08:49:37 GMT")])
        #expect(second.status == 200)
        #expect(second.text == "name=two")
        #expect(try scene.ask("/made.cfg", [("If-None-Match", tag)]).status == 200)
        #expect(try scene.ask("/made.cfg", [("If-None-Match", try #require(second["ETag"]))]).status == 304)
    }

    @Test func `H5 a file of tomorrow is of today`() throws {
        try age("a.cfg", seconds: -86_400)
        let date = try #require(try scene.ask("/a.cfg")["Last-Modified"])
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        #expect(try #require(formatter.date(from: date)) < Date(timeIntervalSinceNow: 60))
    }

    @Test(arguments: [("a.cfg", "hello"), ("long.bin", long)])
    func `H6 a part of a file is the part, and says where it lies`(name: String, text: String) throws {
        let whole = text.utf8.count
        let cases: [(String, Int, String, String?)] = [
            ("bytes=1-3", 206, String(text.dropFirst().prefix(3)), "bytes 1-3/\(whole)"),
            ("bytes=-2", 206, String(text.suffix(2)), "bytes \(whole - 2)-\(whole - 1)/\(whole)"),
            ("bytes=2-", 206, String(text.dropFirst(2)), "bytes 2-\(whole - 1)/\(whole)"),
            ("bytes=\(whole)-", 416, "the file has \(whole) octets\n", "bytes */\(whole)"),
            ("bytes=0-0,2-2", 200, text, nil), ("lines=1-2", 200, text, nil),
        ]
        for (range, status, part, place) in cases {
            let answer = try scene.ask("/\(name)", [("Range", range)])
            #expect(answer.status == status, "\(range)")
            #expect(answer.text == part, "\(range)")
            #expect(answer["Content-Range"] == place, "\(range)")
        }
        #expect(try scene.ask("/\(name)", method: "HEAD", [("Range", "bytes=1-3")]).status == 200)
    }

    @Test func `a client that only looks, or fetches a part before the end, has not got the file, and its event says so`() throws
    {
        let requests: [(method: String, range: String?, only: String?)] = [
            ("HEAD", nil, "head"), ("GET", "bytes=0-0", "part"), ("GET", "bytes=0-3", "part"), ("GET", "bytes=4-", nil),
            ("GET", "bytes=0-4", nil), ("GET", nil, nil),
        ]
        for (method, range, _) in requests { _ = try scene.ask("/a.cfg", method: method, range.map { [("Range", $0)] } ?? []) }
        let told = scene.events.list.map { event in event.details.first { $0.name == "only" }?.text }
        #expect(told == requests.map(\.only))
        #expect(scene.events.list.allSatisfy { $0.name == "file.served" })
    }

    @Test func `H6 of an empty file there is no part`() throws {
        let answer = try scene.ask("/empty.cfg", [("Range", "bytes=0-")])
        #expect(answer.status == 416)
        #expect(answer["Content-Range"] == "bytes */0")
        #expect(try scene.ask("/empty.cfg", [("Range", "bytes=-5")]).status == 200)
    }

    @Test func `H4 HEAD is told what GET is told, and OPTIONS what there is`() throws {
        let get = try scene.ask("/a.cfg")
        let head = try scene.ask("/a.cfg", method: "HEAD")
        #expect(head.status == get.status)
        #expect(head.headers.map { "\($0)" } == get.headers.map { "\($0)" })
        let options = try scene.ask("*", method: "OPTIONS")
        #expect(options.status == 204)
        #expect(options["Allow"] == "GET, HEAD, OPTIONS")
        #expect(try scene.ask("/a.cfg", method: "TRACE").status == 405)
    }

    @Test func `the timeline tells a copy that the phone had from one that it got`() throws {
        let tag = try #require(try scene.ask("/a.cfg")["ETag"])
        _ = try scene.ask("/a.cfg", [("If-None-Match", tag)])
        _ = try scene.ask("/a.cfg", [("Range", "bytes=1-2")])
        let lines = scene.events.texts
        #expect(lines.map { $0.contains("unchanged=true") } == [false, true, false])
        #expect(zip(lines, ["bytes=5 ", "bytes=0 ", "bytes=2 "]).map { $0.contains($1) } == [true, true, true])
    }

    @Test(arguments: [
        ("/a.cfg?x=/../y", 200), ("/a.cfg;v=1", 404), ("/%61.cfg", 200), ("/a%2ecfg", 200), ("/a%252ecfg", 404),
        ("/a%00.cfg", 400),
        ("/devices%2f000413123456%2fown.xml", 400), ("/a.cfg%", 400), ("/%c0%ae%c0%ae/x", 400), ("/\u{ff0e}\u{ff0e}/a.cfg", 404),
    ])
    func `H11 a path is decoded once, and query and parameters are kept out of it`(path: String, status: Int) throws {
        #expect(try scene.ask(path).status == status)
    }

    @Test func `H5 H7 a file made for a phone has a strong tag from its content, and is kept by nobody`() throws {
        let rows = { (password: String) in "mac,secret\n000413123456,\(password)\n000413123457,other\n" }
        let agents = ["000413123456", "000413123457"].map {
            [("User-Agent", "Mozilla/4.0 (compatible; snomD735-SIP 10.1.33.33 2010.12 \($0) SXM:0 UXM:0)")]
        }
        let files = ["snom/phone.xml.tmpl": "<p>{{secret}}</p>", "snom/all.xml.tmpl": "<m>{{model}}</m>"]
        let everyone = "files: {secrets: anyone}"
        let scene = try WebScene(everyone, devices: rows("one"), files: files, later: 3600)
        for _ in 0..<2 {
            let made = try scene.ask("/phone.xml", agents[0])
            #expect((made.status, made.text) == (200, "<p>one</p>"))
            #expect(made["Content-Type"] == "application/xml")
            #expect(made["Cache-Control"] == "no-store")
            let tag = try #require(made["ETag"])
            #expect(tag.hasPrefix("\""))
            let again = try scene.ask("/phone.xml", agents[0] + [("If-None-Match", tag)])
            #expect((again.status, again["Cache-Control"]) == (304, "no-store"))
            let part = try scene.ask("/phone.xml", agents[0] + [("Range", "bytes=3-5"), ("If-Range", tag)])
            #expect((part.status, part.text) == (206, "one"))
            let others = try scene.ask("/phone.xml", agents[1] + [("If-None-Match", tag)])
            #expect((others.status, others.text) == (200, "<p>other</p>"))
        }
        let tag = try scene.ask("/phone.xml", agents[0])["ETag"]
        #expect(try WebScene(everyone, devices: rows("two"), files: files).ask("/phone.xml", agents[0])["ETag"] != tag)
        #expect(try WebScene(everyone, devices: rows("one"), files: files).ask("/phone.xml", agents[0])["ETag"] == tag)
        #expect(try scene.ask("/all.xml", agents[0])["Cache-Control"] == "no-cache")
    }

    @Test func `a short file that is kept in memory is another one as soon as the disk has another`() throws {
        let scene = try WebScene(files: ["a.cfg": "0"], later: 3600)
        var tags: Set<String> = []
        for size in 1...50 {
            let text = String(repeating: "x", count: size)
            try scene.put("a.cfg", text)
            for _ in 0..<2 {
                let answer = try scene.ask("/a.cfg")
                #expect(answer.text == text)
                tags.insert(answer["ETag"] ?? "")
            }
            #expect(try scene.ask("/a.cfg", [("If-None-Match", tags.joined(separator: ", "))]).status == 304)
        }
        #expect(tags.count == 50)
        try FileManager.default.removeItem(atPath: scene.folder + "/tree/a.cfg")
        #expect(try scene.ask("/a.cfg").status == 404)
    }

    @Test func `a file that changes twice within one tick of the kernel's clock is never an old one`() throws {
        for number in 1000..<2000 {
            try scene.put("a.cfg", "\(number)")
            #expect(try scene.ask("/a.cfg").text == "\(number)")
        }
    }

    @Test func `of two names of one file each is told with its own kind, and a secret one is kept by no cache`() throws {
        let scene = try WebScene(files: ["a.xml": "same", "devices/000413123456/x": ""], later: 3600)
        for name in ["b.txt", "devices/000413123456/c.xml"] {
            try scene.put(name, "")
            try FileManager.default.removeItem(atPath: scene.folder + "/tree/" + name)
            try FileManager.default.linkItem(atPath: scene.folder + "/tree/a.xml", toPath: scene.folder + "/tree/" + name)
        }
        scene.meet(MACAddress(bits: 0x0004_1312_3456), at: WebScene.peer)
        for _ in 0..<2 {
            #expect(try scene.ask("/a.xml")["Content-Type"] == "application/xml")
            #expect(try scene.ask("/b.txt")["Content-Type"] == "text/plain; charset=utf-8")
            #expect(try scene.ask("/a.xml")["Cache-Control"] == "no-cache")
            #expect(try scene.ask("/c.xml")["Cache-Control"] == "no-store")
        }
    }
}
