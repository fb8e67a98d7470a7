import Diagnosis
import LinuxSystem
import Packets
import Provisioning
import Testing
import VendorCatalogue

@testable import CommandLine

/// What `why` prints, and which devices `devices` lists.
@Suite struct `What commands say of a phone` {
    private static let mac = MACAddress(bits: 0x0004_1312_3456)
    private static let day: Int64 = 86_400_000_000
    /// In the middle of a day of this machine's clock, whatever its zone.
    private static let now = Moment(microseconds: 1_795_000_000_000_000)

    private func text(_ events: [RecordedEvent]) -> String {
        let site = Site(Policy(settings: Settings(), catalogue: Catalogue([]), tree: TreeSnapshot()))
        let phone = PhoneCase(
            Self.mac, device: nil, events: events, site: site, now: Self.now, clockText: shortClock)
        return WhyCommand.text(Verdict(of: phone), phone, label: nil)
    }

    private func event(_ time: Int64, _ name: String, _ details: KeyValuePairs<String, String>) -> RecordedEvent {
        RecordedEvent(
            time: Moment(microseconds: time), mac: Self.mac, name: name, details: details.map { EventDetail($0.key, $0.value) })
    }

    @Test func `a sentence that asks ends in its question mark alone`() {
        let told = event(Self.now.microseconds - 600_000_000, "dhcp.answered", ["url": "http://192.168.50.1/"])
        #expect(text([told]).contains("has not come; can it reach 192.168.50.1?\n"))
    }

    @Test func `a time of another day has its date`() {
        let then = Self.now.microseconds - 20 * Self.day
        let date = date(Moment(microseconds: then))
        let minute = LocalTime(WallTime(microsecondsSince1970: then)).time.prefix(5)
        let old = text([event(then, "file.served", ["name": "a.cfg"])])
        #expect(old.contains("needs, at \(date) \(minute).\n") && old.contains("seen \(date) \(minute):"), "\(old)")
        let new = text([event(Self.now.microseconds, "file.served", ["name": "a.cfg"])])
        #expect(!new.contains("-") && new.contains("needs, at "), "\(new)")
    }

    @Test func `a device without a stage was heard, and is listed so`() {
        let device = RecordedDevice(mac: Self.mac, firstSeen: Self.now, lastSeen: Self.now)
        #expect(DevicesCommand.isAt(.seen, device) && DevicesCommand.isAt(nil, device) && !DevicesCommand.isAt(.done, device))
        #expect(DevicesCommand.lines([device], [nil], now: Self.now).last?.contains(" seen ") == true)
    }
}
