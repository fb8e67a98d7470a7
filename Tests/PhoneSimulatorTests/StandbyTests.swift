import SIPMessages
import Testing

@testable import PhoneSimulator

@Suite struct StandbyTests {
    @Test(
        arguments: [
            ("check-sync", .told(event: "check-sync")), ("check-sync;reboot=true", .told(event: "check-sync;reboot=true")),
            ("Check-Sync", .told(event: "Check-Sync")), ("resync", .told(event: "resync")), ("ua-profile", .refused(489)),
            ("", .refused(400)), (nil, .refused(400)),
        ] as [(String?, Standby.Verdict)])
    func `a phone comes again for check-sync and resync, and for nothing else`(event: String?, verdict: Standby.Verdict) {
        let headers = event.map { [SIPHeader("Event", $0)] } ?? []
        let notify = SIPMessage(start: .request(method: "NOTIFY", uri: "sip:a@b"), headers: headers)
        #expect(Standby.verdict(on: notify) == verdict)
    }
}
