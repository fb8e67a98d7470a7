import Glibc
import Ledger
import Packets
import Provisioning
import TestSupport
import Testing

@testable import Daemon
@testable import LinuxSystem
@testable import StatusPage

extension Event {
    /// As it stands in the log.
    fileprivate var line: String {
        var lines = LogText(.keyValue)
        write(to: &lines, EventText(self))
        return String(decoding: lines.bytes.dropLast(), as: UTF8.self)
    }
}

@Suite struct `Events as log lines` {
    private func ignored(_ mac: String, _ silence: Silence, at second: Int64) -> Event {
        Event(
            time: Moment(microseconds: second * 1_000_000, steady: UInt64(second) * 1_000_000_000), mac: MACAddress(mac),
            interface: "eth0",
            .ignored(.dhcp(.discover), silence))
    }

    @Test func `the same silence about the same device is said once a minute, with how often it was kept back`() {
        var folding = RepeatFolding()
        #expect(folding.admit(ignored("02:00:00:00:00:01", .notAPhone, at: 0)) == 0)
        #expect(folding.admit(ignored("02:00:00:00:00:01", .notAPhone, at: 1)) == nil)
        #expect(folding.admit(ignored("02:00:00:00:00:01", .notAPhone, at: 59)) == nil)
        #expect(folding.admit(ignored("02:00:00:00:00:01", .notAPhone, at: 60)) == 2)
        #expect(folding.admit(ignored("02:00:00:00:00:01", .notAPhone, at: 61)) == nil)
    }

    @Test(arguments: [-3600, 3600] as [Int64])
    func `T16 a clock that is set makes it neither silent for longer nor said more often`(jump: Int64) {
        var folding = RepeatFolding()
        func admitted(at second: Int64, jump: Int64 = 0) -> Int? {
            var event = ignored("02:00:00:00:00:01", .notAPhone, at: second)
            event.time = Moment(microseconds: (second + jump) * 1_000_000, steady: event.time.steady)
            return folding.admit(event)
        }
        #expect(admitted(at: 0) == 0)
        #expect(admitted(at: 59, jump: jump) == nil)
        #expect(admitted(at: 60, jump: jump) == 1)
    }

    @Test func `what is counted where it happens is not folded a second time`() {
        var folding = RepeatFolding()
        for second in Int64(0)...3 {
            #expect(folding.admit(ignored("02:00:00:00:00:01", .tooManyStrangers(refused: 7), at: second)) == 0)
            #expect(folding.admit(ignored("02:00:00:00:00:01", .asksTooOften(refused: 7), at: second)) == 0)
        }
    }

    @Test func `that the pool is empty is said once a minute, whoever finds it so`() {
        var folding = RepeatFolding()
        #expect(folding.admit(ignored("02:00:00:00:00:01", .noLease(.poolIsEmpty), at: 0)) == 0)
        #expect(folding.admit(ignored("02:00:00:00:00:02", .noLease(.poolIsEmpty), at: 1)) == nil)
        #expect(folding.admit(ignored("02:00:00:00:00:02", .noLease(.unknownClient), at: 2)) == 0)
        #expect(folding.admit(ignored("02:00:00:00:00:03", .noLease(.poolIsEmpty), at: 60)) == 1)
    }

    @Test func `another device or another reason is said at once`() {
        var folding = RepeatFolding()
        #expect(folding.admit(ignored("02:00:00:00:00:01", .notAPhone, at: 0)) == 0)
        #expect(folding.admit(ignored("02:00:00:00:00:02", .notAPhone, at: 0)) == 0)
        #expect(folding.admit(ignored("02:00:00:00:00:01", .dhcpOff, at: 0)) == 0)
    }

    @Test func `what others say to each other is overheard, not news`() {
        for silence in [
            Silence.ownFrame, .addressedElsewhere, .portNotServed(1900), .dhcpReply(.offer), .answeredOnOtherInterface("br0"),
        ] {
            #expect(ignored("02:00:00:00:00:01", silence, at: 0).isOverheard)
            #expect(ignored("02:00:00:00:00:01", silence, at: 0).level == .debug)
        }
        #expect(!ignored("02:00:00:00:00:01", .notAPhone, at: 0).isOverheard)
        #expect(ignored("02:00:00:00:00:01", .notAPhone, at: 0).level == .info)
    }

    @Test func `that events about devices nobody knows are dropped is said with their number, every ten seconds at most`() {
        var news = StrangerNews()
        func told(_ dropped: Int, at second: UInt64) -> String? {
            news.line(dropped, at: second * 1_000_000_000)?.text
        }
        #expect(told(0, at: 1) == nil)
        #expect(told(7, at: 2)?.contains("event=events.dropped count=7 ") == true)
        #expect(told(9, at: 11) == nil)
        #expect(told(10, at: 12)?.contains(" count=3 ") == true)
        #expect(told(10, at: 99) == nil)
    }

    @Test func `answers are never folded`() {
        var folding = RepeatFolding()
        let event = Event(time: Moment(microseconds: 0), mac: nil, interface: "eth0", .notifySent(attempt: 1, to: .any))
        #expect(folding.admit(event) == 0)
        #expect(folding.admit(event) == 0)
    }

    @Test func `a line has the device first, the event's name, and the reason as name and sentence`() {
        let line = ignored("00:04:13:12:34:56", .wantsLease(.discover), at: 0).line
        #expect(
            line.hasPrefix(
                "mac=00:04:13:12:34:56 event=ignored interface=eth0 kind=dhcp-discover reason=wants-lease text=\"DISCOVER is about"
            ))
    }

    @Test func `T12: what a phone sent cannot begin a line of its own`() {
        let file = Event.FileServed(
            name: "a\r\nevent=forged", path: "a", bytes: 1, address: .any, vendor: nil, userAgent: "x\u{1b}[2J\u{202e}\"y")
        let line = Event(time: Moment(microseconds: 0), mac: nil, interface: nil, .fileServed(file)).line
        #expect(!line.contains("\n") && !line.contains("\r") && !line.contains("\u{1b}") && !line.contains("\u{202e}"))
        #expect(line.contains("name=\"a\\x0d\\x0aevent=forged\""))
    }

    @Test func `what was taken goes into log, counters and the ledger of its time, and nothing is lost at the end`() throws {
        let folder = try TemporaryFolder()
        let output = Descriptor(owning: open("\(folder.path)/log", O_WRONLY | O_CREAT, 0o600))
        let logger = try Logger(output: output.number)
        let counters = EventCounters()
        let events = try EventLog(logger, counters)
        let ledgers = [try Ledger(folder: "\(folder.path)/one"), try Ledger(folder: "\(folder.path)/two")]
        for ledger in ledgers {
            events.pass(to: ledger)
            for number in 0..<500 {
                events.take(
                    Event(
                        time: Moment(microseconds: 0), mac: MACAddress(bits: UInt64(number + 1)), interface: "eth0",
                        .released(IPv4Address(bits: UInt32(number)))))
                events.take(ignored("02:00:00:00:00:01", .ownFrame, at: 0))
            }
        }
        events.stop()
        for ledger in ledgers {
            ledger.stop()
            #expect(try ledger.reader().counts().events == 500)
        }
        logger.stop()
        let lines = try String(decoding: readWholeFile("\(folder.path)/log", limit: 1 << 20), as: UTF8.self).split(
            separator: "\n")
        #expect(
            lines.count == 1000 && lines[499] == "mac=00:00:00:00:01:f4 event=lease.released interface=eth0 address=0.0.1.243")
        #expect(counters.all == ["lease.released": 1000, "ignored": 1000])
    }
}
