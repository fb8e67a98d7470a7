import Packets
import Testing
import VendorCatalogue

@testable import Diagnosis
@testable import Provisioning

private func progress(_ events: [RecordedEvent], _ required: [String] = []) throws -> BootProgress? {
    let needs = FileNeeds(try family(needing: required), PhoneFacts(mac: phoneMAC, model: "D735"))
    var boot: BootProgress?
    for event in events {
        if boot == nil || boot?.isOver(at: event) == true { boot = BootProgress(at: event.time) }
        boot?.take(event, needs: needs)
    }
    return boot
}

@Suite struct `A boot's progress` {
    @Test(arguments: [
        ([event(0, "answer.not-sent")], Stage.seen),
        ([event(0, "ignored", ["kind": "dhcp-discover", "reason": "wants-lease"])], .asked),
        ([event(0, "ignored", ["kind": "other", "reason": "bad-frame"])], .seen),
        ([event(0, "pnp.answered")], .answered),
        ([event(0, "dhcp.answered"), event(1, "file.refused", ["name": "/a.cfg"])], .came),
        ([event(0, "dhcp.answered"), event(1, "file.broken-off", ["name": "/a.cfg"])], .came),
        ([event(0, "dhcp.answered"), event(6, "file.under-way", ["name": "a.cfg"])], .came),
        ([event(0, "dhcp.answered"), event(1, "file.served", ["name": "b.cfg"])], .fetched),
        ([event(0, "dhcp.answered"), event(1, "file.served", ["name": "lobby/a.cfg"])], .done),
        ([event(0, "dhcp.answered"), event(1, "file.served", ["name": "a.cfg.old"])], .fetched),
        ([event(0, "file.served", ["name": "a.cfg", "only": "head"])], .came),
        ([event(0, "file.served", ["name": "a.cfg", "only": "part"])], .came),
        ([event(0, "file.served", ["name": "a.cfg", "only": "part"]), event(1, "file.served", ["name": "a.cfg"])], .done),
        ([event(0, "file.served", ["name": "a.cfg"]), event(50, "file.served", ["name": "b.cfg"])], .done),
        ([event(0, "file.served", ["name": "a.cfg"]), event(3600, "file.served", ["name": "a.cfg"])], .polling),
    ])
    func `the farthest stage counts`(_ events: [RecordedEvent], _ stage: Stage) throws {
        #expect(try progress(events, ["a.cfg"])?.stage == stage)
    }

    @Test func `each stage has the time at which it was reached first`() throws {
        let boot = try #require(
            try progress([
                event(1, "ignored", ["kind": "dhcp-discover", "reason": "wants-lease"]), event(2, "dhcp.answered"),
                event(3, "dhcp.answered"), event(5, "file.served", ["name": "a.cfg"]),
            ]))
        #expect(boot.askedBy == "dhcp-discover")
        let times = Stage.allCases.map { boot.time(of: $0)?.microseconds }
        #expect(times == [1_000_000, 1_000_000, 2_000_000, 5_000_000, 5_000_000, 5_000_000, nil])
    }

    @Test func `a phone that asks after it came for files, or after a long silence, has started anew`() throws {
        let again = [event(0, "dhcp.answered"), event(1, "file.served", ["name": "a"]), event(30, "dhcp.answered")]
        #expect(try progress(again)?.stage == .answered)
        #expect(try progress(again)?.begun.microseconds == 30_000_000)
        #expect(try progress([event(0, "dhcp.answered"), event(60, "pnp.answered")])?.begun.microseconds == 0)
        #expect(try progress([event(0, "dhcp.answered"), event(301, "pnp.answered")])?.begun.microseconds == 301_000_000)
    }

    @Test func `a phone that renews its lease is where it was, and polls as before`() throws {
        let boot = [event(0, "lease.given", ["url": "http://h/"]), event(1, "file.served", ["name": "a.cfg"])]
        let renewal = event(1801, "lease.given", ["url": "http://h/", "renewed": "true"])
        let renewed = try #require(try progress(boot + [renewal], ["a.cfg"]))
        #expect(renewed.stage == .done && renewed.begun.microseconds == 0)
        #expect(try progress(boot + [renewal, event(3600, "file.served", ["name": "a.cfg"])], ["a.cfg"])?.stage == .polling)
        let verdict = Verdict(of: try phone(boot + [renewal], at: 2000))
        #expect(verdict.isDone && verdict.main.cause == .done)
    }

    @Test func `a renewal tells a phone that has not come nothing anew`() throws {
        let told = event(0, "lease.given", ["url": "http://192.168.50.1/"])
        let renewal = event(1800, "lease.given", ["url": "http://192.168.50.1/", "renewed": "true"])
        let main = Verdict(of: try phone([told, renewal], at: 1810)).main
        #expect(main.cause == .notCome && main.sentence.contains("30 min ago"), "\(main.sentence)")
    }

    @Test func `what other servers say is no sign of the phone`() throws {
        #expect(
            try progress([event(0, "pnp.answered"), event(900, "server.heard"), event(901, "file.served", ["name": "a"])])?.stage
                == .done)
    }

    @Test func `a name that holds something unknown is met by any of its shape, and by no other phone's`() throws {
        let needs = FileNeeds(try family(needing: ["{model}SIP.cfg", "SIP{MAC}.cfg"]), PhoneFacts(mac: phoneMAC))
        #expect(needs.missing(from: []) == ["{model}SIP.cfg", "SIP000413123456.cfg"])
        #expect(needs.missing(from: ["1230SIP.cfg", "SIP000413123457.cfg"]) == ["SIP000413123456.cfg"])
        #expect(needs.missing(from: ["1230SIP.cfg", "x/SIP000413123456.cfg"]).isEmpty)
    }

    @Test(arguments: [
        ("a 96x0 with H.323", "avaya-96x1-46xx", "96xxupgrade.txt"),
        ("an N870 that was given a folder", "gigaset-n870-maxwell-p", "provisioning.xml"),
        ("an N510 that was given a folder", "gigaset-n510-n720", "42/2/master.bin"),
    ])
    func `a phone that fetched what its kind asks for needs no other kind's files`(name: String, id: String, file: String) throws
    {
        let family = catalogue.family(id)
        #expect(family != nil && FileNeeds(family, PhoneFacts(mac: phoneMAC)).areMet(by: [file]))
    }

    @Test func `a phone that mirrors a whole tree takes no more memory than one that boots`() throws {
        let boot = try #require(try progress((0..<1000).map { event($0, "file.served", ["name": "file\($0)"]) }))
        #expect(boot.served.count <= 64)
    }

    @Test func `an event says the same of a boot before and after it is written down`() {
        let address = IPv4Address(10, 0, 0, 7)
        let told = Event.DHCPAnswered(url: "http://h/", address: address, options: [])
        let pnp = Event.PnPAnswered(body: "http://h/", address: address, isRepeated: false)
        var again = pnp
        again.isRepeated = true
        let given = Event.Leased(address: address, seconds: 1)
        var renewed = given
        renewed.isRenewal = true
        let file = Event.FileServed(name: "a.cfg", path: "a.cfg", bytes: 1, address: address, vendor: nil, userAgent: nil)
        var part = file
        part.isComplete = false
        var head = file
        head.only = .head
        let whats: [Event.What] = [
            .dhcpAnswered(told), .dhcpObserved(told), .pnpAnswered(pnp), .pnpAnswered(again), .pnpObserved(pnp),
            .notifySent(attempt: 1, to: address),
            .notifyAnswered(status: 200, after: .zero), .notifyUnanswered(sends: 3), .notSent("x"), .optionsLeftOut([66]),
            .optionsNotTold([]),
            .ignored(.dhcp(.discover), .notAPhone), .ignored(.dhcp(.inform), .notAPhone), .ignored(.pnpSubscribe, .notAPhone),
            .ignored(.dhcp(.release), .notAPhone), .ignored(.other, .ownFrame), .offered(address), .refusedLease("x"),
            .leased(given), .leased(renewed), .released(address), .declined(address),
            .addressInUse(address, by: phoneMAC), .leasing(began: true, server: nil), .leasing(began: false, server: address),
            .fileServed(file), .fileServed(part), .fileServed(head), .fileUnderWay(part, of: 9),
            .fileRefused(Event.FileRefused(transport: .http, name: "a", status: 404, reason: "x", address: address)),
            .fileUploaded(Event.FileUploaded(transport: .http, name: "a", path: "a", bytes: 1, address: address)),
            .prober(Event.Prober(address: address, phones: 9, seconds: 9)),
            .resyncSent(event: "check-sync", attempt: 1, to: address, port: 5060), .resyncUnanswered(sends: 3),
            .otherResponder(OtherResponder(address: address, mac: nil, phone: address, sign: .answered(200))),
            .resyncAnswered(.answered(status: 200), status: 200, after: .zero),
        ]
        for what in whats {
            let event = Event(time: Moment(microseconds: 0), mac: phoneMAC, interface: "eth1", what)
            #expect(BootSign(event) == BootSign(RecordedEvent(event)), "\(event.name)")
        }
    }
}
