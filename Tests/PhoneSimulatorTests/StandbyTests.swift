import Testing

@testable import PhoneSimulator

@Suite struct StandbyTests {
    @Test(
        arguments: [
            ("check-sync", .restarts), ("check-sync;reboot=true", .restarts), ("Check-Sync", .restarts), ("resync", .restarts),
            ("ua-profile", .refuses(489)), ("", .refuses(400)),
        ] as [(String, Obedience)])
    func `a phone comes again for check-sync and resync, and for nothing else`(event: String, does: Obedience) {
        #expect(Standby.verdict(on: event) { _ in .restarts } == does)
    }
}
