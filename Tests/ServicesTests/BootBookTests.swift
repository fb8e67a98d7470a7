import ConfigFiles
import ConfigTree
import Diagnosis
import Foundation
import Packets
import TestSupport
import Testing
import VendorCatalogue

@testable import Daemon
@testable import Ledger
@testable import Provisioning

/// What the ledger has of a phone, kept by one daemon after the other.
@Suite struct `How far phones got` {
    private let folder: TemporaryFolder
    private let catalogue: Catalogue
    private let phone = MACAddress(bits: 0x0004_1312_3456)
    private let address = IPv4Address(10, 0, 0, 7)

    /// A family that needs two files.
    private static let family = "id: two\nvendor: two\nfiles: [{name: a.cfg, optional: false}, {name: b.cfg, optional: false}]\n"

    init() throws {
        folder = try TemporaryFolder()
        let problems = ConfigProblems()
        let text = Array(`How far phones got`.family.utf8)
        let family = Family(try YAMLDocument.parse(text, file: "x.yaml"), isUsersOwn: false, problems)
        catalogue = Catalogue([try #require(family)])
        #expect(problems.isEmpty)
    }

    /// A daemon's life: it hears this, and ends.
    private func daemon(_ events: Event...) throws {
        let book = BootBook(catalogue)
        let ledger = try Ledger(folder: folder.path) { book.take($0, $1, $2) }
        for event in events {
            ledger.record(event)
            // Each on disk before the next.
            while ledger.statistics.eventsWaiting > 0 || ledger.statistics.eventsHeld > 0 { usleep(1000) }
        }
        ledger.stop()
    }

    private func stage() throws -> Stage? { try row().stage.flatMap { Stage(rawValue: $0) } }

    private func row() throws -> RecordedDevice { try #require(try LedgerReader(folder: folder.path).device(phone)) }

    private func event(_ second: Int64, _ what: Event.What) -> Event {
        Event(time: Moment(microseconds: second * 1_000_000), mac: phone, interface: "eth1", what)
    }

    private func told(_ second: Int64) -> Event {
        var answer = Event.DHCPAnswered(url: "http://h/", address: address, options: [])
        (answer.vendor, answer.family) = ("two", "two")
        return event(second, .dhcpAnswered(answer))
    }

    private func served(_ second: Int64, _ name: String) -> Event {
        var file = Event.FileServed(name: name, path: name, bytes: 1, address: address, vendor: "two", userAgent: nil)
        file.family = "two"
        return event(second, .fileServed(file))
    }

    private func refused(_ second: Int64) -> Event {
        event(second, .fileRefused(Event.FileRefused(transport: .http, name: "x.log", status: 405, reason: "", address: address)))
    }

    private func asks(_ second: Int64) -> Event { event(second, .ignored(.dhcp(.inform), .nothingToServe("http://h/"))) }

    private func damaged(_ second: Int64) -> Event { event(second, .ignored(.other, .frame(.truncatedEthernet))) }

    private func uploaded(_ second: Int64) -> Event {
        event(second, .fileUploaded(Event.FileUploaded(transport: .http, name: "l", path: "l", bytes: 1, address: address)))
    }

    private func renewed(_ second: Int64) -> Event {
        event(second, .leased(Event.Leased(address: address, seconds: 3600, isRenewal: true)))
    }

    @Test func `a phone that is done stays so after a restart, whatever it does but ask anew`() throws {
        try daemon(told(0), served(1, "a.cfg"), served(2, "b.cfg"))
        let done = try row()
        #expect(done.stage == "done")
        for event in [
            uploaded(1800), damaged(1802), renewed(1803),
            self.event(1804, .resyncAnswered(.answered(status: 200), status: 200, after: .zero)),
        ] {
            try daemon(event)
            #expect(try row().stage == "done" && row().stageSince == done.stageSince, "\(event.name)")
        }
        try daemon(refused(3600))
        #expect(try stage() == .polling)
        try daemon(uploaded(3700), told(7200))
        #expect(try stage() == .answered)
        #expect(try row().stageSince?.microseconds == 7_200_000_000)
    }

    @Test func `a boot that goes on after a restart has the files from before, as why has them`() throws {
        try daemon(told(0), served(1, "a.cfg"))
        #expect(try stage() == .fetched)
        try daemon(served(20, "b.cfg"))
        #expect(try stage() == .done)
        let events = try LedgerReader(folder: folder.path).timeline(of: phone, limit: 9)
        let family = catalogue.families(named: "two").first
        let again = BootProgress(newestOf: events, needs: FileNeeds(family, PhoneFacts(mac: phone)))
        #expect(again?.stage == .done)
    }

    @Test func `a phone that was told before the restart goes on from there, or anew after a long silence`() throws {
        try daemon(told(0))
        try daemon(asks(100))
        #expect(try stage() == .answered)
        try daemon(asks(500))
        #expect(try stage() == .asked)
    }

    @Test func `a phone that only asks asks since it began, whatever else of it is heard`() throws {
        try daemon(asks(10), damaged(20), asks(100))
        #expect(try row().stage == "asked" && row().stageSince?.microseconds == 10_000_000)
        try daemon(damaged(110), asks(150))
        #expect(try row().stage == "asked" && row().stageSince?.microseconds == 10_000_000)
    }

    @Test func `a phone that renews its lease stays done`() throws {
        try daemon(told(0), served(1, "a.cfg"), served(2, "b.cfg"), renewed(1800), renewed(3600))
        #expect(try row().stage == "done" && row().stageSince?.microseconds == 2_000_000)
    }
}
