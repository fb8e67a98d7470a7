import FileServing
import Packets
import Testing

@testable import Provisioning

@Suite struct `T9 who may fetch what` {
    private let agent = "Mozilla/4.0 (compatible; snomD735-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413123456 SXM:0 UXM:0)"
    private let files = [
        "common.cfg": "root", "snom/common.cfg": "snom", "devices/000413123456/common.cfg": "own",
        "000413123456.cfg": "first", "000413123457.cfg": "second", "snom/row.xml.tmpl": "<a>{{password}}</a>",
        "snom/mac.xml.tmpl": "<a>{{mac}}</a>",
    ]
    private let devices = "mac,label,password\n000413123456,Lobby,s3<cret\n000413123457,,\n"

    @Test func `a phone gets its own, and another what is everybody's`() throws {
        let lab = try Desk(files)
        let desk = try lab.desk(devices: devices)
        #expect(try Desk.answer(desk, "/000413123456.cfg", from: Desk.phone.address).body == "first")
        #expect(try Desk.answer(desk, "/common.cfg", from: Desk.phone.address).body == "own")
        #expect(try Desk.answer(desk, "/row.xml", from: Desk.phone.address).body == "<a>s3&lt;cret</a>")
        #expect(try Desk.answer(desk, "/common.cfg", from: Desk.other.address).body == "snom")
        #expect(try Desk.answer(desk, "/common.cfg", from: Desk.laptop.address, agent: agent).body == "snom")
        #expect(try Desk.answer(desk, "/mac.xml", from: Desk.other.address).body == "<a>000413123457</a>")
    }

    @Test func `another's name, an unknown one, no proof and what is made of another's row are one answer, byte by byte`() throws
    {
        let lab = try Desk(files)
        let desk = try lab.desk(devices: devices)
        let absent = try Desk.answer(desk, "/nothing.cfg", from: Desk.phone.address)
        #expect(absent.status == 404)
        for (path, peer) in [
            ("/000413123457.cfg", Desk.phone.address), ("/000413123456.cfg", Desk.other.address),
            ("/000413123456.cfg", Desk.laptop.address), ("/000413123456.cfg", Desk.router),
            ("/0004130000ff.cfg", Desk.phone.address),
            ("/0a0b0c0d0e0f.cfg", Desk.laptop.address), ("/devices/000413123456/common.cfg", Desk.laptop.address),
            ("/devices/0004130000ff/common.cfg", Desk.laptop.address), ("/00-04-13-12-34-56.cfg", Desk.router),
            ("/row.xml", Desk.router),
        ] {
            #expect(try Desk.answer(desk, path, from: peer, agent: agent).whole == absent.whole, "\(path) \(peer)")
        }
        #expect(!lab.events.withLock { "\($0)" }.contains("s3<cret"))
    }

    @Test func `credentials prove it where no frame does, and only for their own phone`() throws {
        let lab = try Desk(files)
        let desk = try lab.desk(devices: devices)
        func find(_ name: String, provenMAC: MACAddress?) throws(FileRefusal) -> FoundFile {
            try desk.find(
                FileRequest(.https, rawName: name, name: .name(name), peer: Desk.router, provenMAC: provenMAC))
        }
        let found = try find("000413123456.cfg", provenMAC: Desk.phone.mac)
        #expect(found.isSecret && found.content.size == 5)
        #expect(try find("row.xml", provenMAC: Desk.phone.mac).isSecret)
        #expect(try find("common.cfg", provenMAC: Desk.phone.mac).receipt.path == "devices/000413123456/common.cfg")
        #expect(try !find("mac.xml", provenMAC: Desk.phone.mac).isSecret)
        for mac in [nil, Desk.other.mac] {
            let refusal = #expect(throws: FileRefusal.self) { try find("000413123456.cfg", provenMAC: mac) }
            #expect(refusal == FileRefusal(.notYours, FileRefusal.noFile))
            for transport in FileTransport.allCases {
                #expect(
                    refusal?.status(in: transport) == FileRefusal(.notFound, FileRefusal.noFile).status(in: transport))
            }
        }
        #expect(lab.memory.device(at: Desk.router) == nil, "many phones may be behind one address")
    }

    @Test func `the phone met at an address is whom the timeline means there, and has nothing of it`() throws {
        let lab = try Desk(files)
        let desk = try lab.desk()
        func find(_ name: String) throws -> FoundFile {
            try desk.find(FileRequest(.http, rawName: name, name: .name(name), peer: Desk.laptop.address))
        }
        #expect(try find("common.cfg").receipt.mac == Desk.laptop.mac)
        lab.memory.learn(
            Identity(mac: Desk.phone.mac), address: Desk.laptop.address, interface: "eth0", at: Moment(microseconds: 0))
        #expect(try find("common.cfg").receipt.mac == Desk.phone.mac)
        #expect(try find("common.cfg").receipt.path == "snom/common.cfg", "not the one in its own folder")
        #expect(throws: FileRefusal.self) { try find("000413123456.cfg") }
    }

    @Test func `a phone that gets none of its files is somebody all the same, and a stranger says nothing of whose name it uses`()
        throws
    {
        let desk = try Desk([:])
        let files = try desk.desk()
        func make(_ path: String, from peer: IPv4Address, agent: String? = nil) throws -> DeviceMake? {
            #expect(try Desk.answer(files, path, from: peer, agent: agent).status == 404)
            let event = try #require(desk.told("file.refused").last)
            return event.make
        }
        #expect(
            try make("/snomD735.htm", from: Desk.phone.address) == DeviceMake(vendor: "snom", family: "snom-desk", model: "D735"))
        let agent = "Mozilla/4.0 (compatible; snomD785-SIP 10.1.54.13 000413123456)"
        #expect(try make("/000413123456.xml", from: Desk.router, agent: agent) == nil)
    }

    @Test func `a frame of its own proves it where the kernel knows no neighbour, and the kernel overrules it`() throws {
        let lab = try Desk(files)
        let desk = try lab.desk()
        let identity = Identity(mac: Desk.phone.mac, vendor: "snom", model: "D735")
        for address in [Desk.router, Desk.laptop.address] {
            lab.memory.learn(identity, address: address, interface: "eth0", at: Moment(microseconds: 0))
            let status = try Desk.answer(desk, "/000413123456.cfg", from: address).status
            #expect(status == (address == Desk.router ? 200 : 404))
        }
    }

    @Test func `who is trusted, or everybody, is believed`() throws {
        let lab = try Desk(files)
        for yaml in ["files: {trust: 10.9.9.0/24}", "files: {secrets: anyone}"] {
            let desk = try lab.desk(yaml, devices: devices)
            #expect(try Desk.answer(desk, "/000413123456.cfg", from: Desk.router).body == "first")
            #expect(try Desk.answer(desk, "/row.xml", from: Desk.router, agent: agent).body == "<a>s3&lt;cret</a>")
            #expect(try Desk.answer(desk, "/common.cfg", from: Desk.router, agent: agent).body == "own")
        }
        let desk = try lab.desk("files: {trust: 10.9.9.0/24}", devices: devices)
        #expect(try Desk.answer(desk, "/000413123456.cfg", from: Desk.laptop.address).status == 404)
    }

    @Test func `a phone that fetches behind a router, and whose word counts there, is not any more where its frames were met`()
        throws
    {
        let lab = try Desk(files)
        let desk = try lab.desk("files: {trust: 10.9.9.0/24}")
        let identity = Identity(mac: Desk.phone.mac, vendor: "snom", model: "D735")
        func meet() {
            lab.memory.learn(
                identity, address: Desk.phone.address, interface: "eth0", tags: [VLANTag(control: 20)],
                at: Moment(microseconds: 0))
        }
        func isKnownWhereItWas() -> Bool {
            let device = lab.memory.device(Desk.phone.mac)
            return device?.address == Desk.phone.address && device?.tags == [VLANTag(control: 20)]
                && lab.memory.mac(at: Desk.phone.address) == Desk.phone.mac
        }
        meet()
        _ = try Desk.answer(desk, "/000413123456.cfg", from: Desk.phone.address)
        #expect(isKnownWhereItWas())
        // Others may use its name.
        _ = try Desk.answer(desk, "/000413123456.cfg", from: Desk.laptop.address)
        #expect(isKnownWhereItWas())
        #expect(try Desk.answer(desk, "/000413123456.cfg", from: Desk.router).status == 200)
        let device = try #require(lab.memory.device(Desk.phone.mac))
        #expect(device.address == nil && device.tags == nil && device.model == "D735")
        #expect(lab.memory.mac(at: Desk.phone.address) == nil)
        // The same with a password.
        meet()
        _ = try? desk.find(
            FileRequest(.http, rawName: "common.cfg", name: .name("common.cfg"), peer: Desk.router, provenMAC: Desk.phone.mac))
        #expect(lab.memory.device(Desk.phone.mac)?.address == nil)
    }

    @Test func `the operator hears why and what to do, on the timeline of who asked, or may have`() throws {
        let lab = try Desk(files)
        let desk = try lab.desk()
        _ = try Desk.answer(desk, "/000413123456.cfg", from: Desk.router)
        _ = try Desk.answer(desk, "/000413123456.cfg", from: Desk.laptop.address)
        let told = lab.told("file.refused")
        #expect(told.map(\.mac) == [Desk.phone.mac, Desk.laptop.mac])
        #expect(told.allSatisfy { $0.details.contains { $0.name == "why" && $0.text == "not-yours" } })
        let texts = told.map { event in event.details.first { $0.name == "text" }?.text ?? "" }
        #expect(texts[0].contains("00:04:13:12:34:56") && texts[0].contains("files.trust"))
        #expect(texts[1].contains("00:04:13:12:34:56") && texts[1].contains("52:54:00:00:00:07"))
        let identity = Identity(mac: Desk.phone.mac, vendor: "snom")
        lab.memory.learn(identity, address: Desk.phone.address, interface: "eth0", at: Moment(microseconds: 0))
        _ = try Desk.answer(desk, "/000413123456.cfg", from: Desk.router)
        #expect(lab.told("file.refused").last?.mac == nil, "the phone is elsewhere")
    }

    @Test func `who asks for twenty phones is shut out and shown, and a phone in whose name others asked is not`() throws {
        let lab = try Desk(files)
        let desk = try lab.desk(devices: devices)
        let absent = try Desk.answer(desk, "/nothing.cfg", from: Desk.phone.address).whole
        for peer in [Desk.laptop.address, Desk.phone.address] {
            for number in 0..<20 {
                #expect(try Desk.answer(desk, "/00041300\(1000 + number).cfg", from: peer).whole == absent)
            }
        }
        let told = lab.told("file.prober")
        #expect(told.map(\.mac) == [Desk.laptop.mac, Desk.phone.mac])
        #expect(told.first?.details.first { $0.name == "address" }?.text == "10.0.0.66")
        #expect(try Desk.answer(desk, "/common.cfg", from: Desk.laptop.address).whole == absent)
        #expect(try Desk.answer(desk, "/common.cfg", from: Desk.laptop.address, agent: agent).whole == absent)
        #expect(try Desk.answer(desk, "/000413123456.cfg", from: Desk.phone.address).body == "first")
        #expect(try Desk.answer(desk, "/common.cfg", from: Desk.other.address).body == "snom")
        let before = lab.events.withLock { $0.count }
        _ = try Desk.answer(desk, "/000413000001.cfg", from: Desk.laptop.address)
        #expect(lab.events.withLock { $0.count } == before, "what one that is shut out asks for fills no timeline")
        lab.seconds.withLock { $0 = 601 }
        #expect(try Desk.answer(desk, "/common.cfg", from: Desk.laptop.address).body == "root")
    }

    @Test func `where anyone gets everything, names of phones that there are not are what a prober asks for`() throws {
        let lab = try Desk(files)
        let desk = try lab.desk("files: {secrets: anyone}")
        for number in 0..<20 { _ = try Desk.answer(desk, "/0a0b0c00\(1000 + number).cfg", from: Desk.router) }
        #expect(lab.told("file.prober").count == 1)
        #expect(try Desk.answer(desk, "/000413123456.cfg", from: Desk.router).status == 404)
        let trusting = try lab.desk("files: {secrets: anyone, trust: 10.9.9.9}")
        for number in 0..<20 { _ = try Desk.answer(trusting, "/0a0b0c00\(1000 + number).cfg", from: Desk.router) }
        #expect(try Desk.answer(trusting, "/000413123456.cfg", from: Desk.router).body == "first")
    }
}
