import Ledger
import Packets
import Provisioning
import TestSupport
import Testing

@testable import StatusPage

/// What open pages are told of devices.
@Suite struct NewsTests {
    private static let second: Int64 = 1_000_000

    private func event(_ number: UInt64, at microseconds: Int64) -> Event {
        Event(
            time: Moment(microseconds: microseconds), mac: MACAddress(bits: 0x0004_1300_0000 + number), interface: "eth1",
            .offered(IPv4Address(10, 9, 0, UInt8(number))))
    }

    @Test func `a device whose time is to come, since the clock was set back, hides nobody`() throws {
        let folder = try TemporaryFolder()
        let noon: Int64 = 1_795_392_000 * NewsTests.second
        func tell(_ event: Event) throws -> Ledger {
            let ledger = try Ledger(folder: folder.path)
            ledger.record(event)
            ledger.stop()
            return ledger
        }
        var news = News(since: Moment(microseconds: noon))
        func told(_ ledger: Ledger, at time: Int64) throws -> [UInt64] {
            let devices = try news.newDevices(ledger.reader(), limit: 500, now: Moment(microseconds: time))
            return devices.map { $0.mac.bits & 0xff }
        }
        #expect(try told(tell(event(1, at: noon + 3600 * NewsTests.second)), at: noon + NewsTests.second) == [1])
        // Seconds later by a clock that is an hour behind the first one's.
        for number in 2...4 {
            let time = noon + Int64(number) * 10 * NewsTests.second
            #expect(try told(tell(event(UInt64(number), at: time)), at: time) == [UInt64(number)])
        }
        // The same where the clock is set back while somebody looks on.
        let before = noon - 3600 * NewsTests.second
        #expect(try told(tell(event(5, at: before)), at: before).contains(5))
        #expect(try told(tell(event(6, at: before + 20 * NewsTests.second)), at: before + 20 * NewsTests.second) == [6])
    }
}
