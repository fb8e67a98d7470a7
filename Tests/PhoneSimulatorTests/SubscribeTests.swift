import Packets
import SIPMessages
import Testing

@testable import PhoneSimulator

@Suite struct SubscribeTests {
    @Test func `there are families with PnP to test`() {
        #expect(withPnP.count >= 8)
    }

    @Test(arguments: withPnP)
    func `the SUBSCRIBE of every family can be read and names the phone`(id: String) throws {
        let phone = try phone(id)
        let text = try #require(SubscribeText(phone, identifiers))
        let port = text.literalPort ?? 5062
        let bytes = text.filled(port: port)
        let request = try PnPSubscribe(SIPMessage(parsing: bytes[...]))
        let macs = Set(request.macCandidates.map(\.mac))
        // AudioCodes names none in PnP.
        #expect(macs == (id == "audiocodes-4xxhd" ? [] : [phone.mac]))
        #expect(request.contactAddress == phoneAddress)
        #expect(request.contactPort == port)
        #expect(request.callID == "c0ffee")
        #expect(request.accept == ["application/url"])
        #expect(!String(decoding: bytes, as: UTF8.self).contains("{"))
    }

    @Test(arguments: withPnP)
    func `every line ends in CRLF and a blank one ends the message`(id: String) throws {
        let bytes = try #require(SubscribeText(phone(id), identifiers)).filled(port: 5060)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasSuffix("\r\n\r\n"))
        #expect(!text.hasSuffix("\r\n\r\n\r\n"))
        #expect(bytes.count { $0 == 0x0a } == bytes.count { $0 == 0x0d })
        #expect(
            try SIPMessage(parsing: bytes[...]).leniencies.isDisjoint(with: [.bareLF, .missingBlankLine, .missingContentLength]))
    }

    @Test func `a Grandstream asks from port 5080 and a snom from any`() throws {
        #expect(try #require(SubscribeText(phone("grandstream"), identifiers)).literalPort == 5080)
        #expect(try #require(SubscribeText(phone("snom-desk"), identifiers)).literalPort == nil)
    }

    @Test func `the branch has its magic cookie once`() throws {
        let bytes = try #require(SubscribeText(phone("yealink"), identifiers)).filled(port: 5060)
        #expect(SubscribeText.parsed(bytes)?.topVia.branch == "z9hG4bKb1")
    }

    @Test func `a family without PnP has no SUBSCRIBE`() throws {
        #expect(try SubscribeText(phone("polycom-ucs"), identifiers) == nil)
    }

    @Test func `a phone with no other way left asks eleven times in 32 seconds, as timers E and F have it`() {
        var schedule = RetrySchedule(waits: SubscribeExchange.waits, limit: nil, start: 0)
        var story: [UInt64] = []
        while case .send = schedule.due(at: schedule.next) { story.append(schedule.elapsed(at: schedule.next)) }
        // Each send is due when the one before it has waited.
        #expect(schedule.sends == 11 && schedule.next == 32_000_000_000)
        #expect(story == [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500, 32_000])
    }
}
