import SIPMessages
import Testing

@testable import PhoneSimulator

@Suite struct StandbyTests {
    @Test(arguments: [("sip:9997@192.0.2.20", .visits), ("sip:1@192.0.2.20", .refuses(404))] as [(String, Obedience)])
    func `a check-sync for a user that it does not have is for nobody`(uri: String, does: Obedience) throws {
        let config = """
            <config merge_type="merge"><provisioning><check><check_sync>update</check_sync></check>
            <users><check>true</check></users></provisioning></config>
            """
        var play = try Play(
            "spectralink-ipdect", mac: "0013d1800032",
            [
                "0013d1800032-config.xml": config,
                "0013d1800032-users.xml": "<users><user><username>9997</username></user></users>",
            ])
        _ = try play.visit()
        let text = """
            NOTIFY \(uri) SIP/2.0
            Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1
            From: <sip:s@192.0.2.1>;tag=1
            To: <\(uri)>
            Call-ID: 1
            CSeq: 1 NOTIFY
            Event: check-sync
            Content-Length: 0


            """.replacing("\n", with: "\r\n")
        #expect(try Standby.verdict(on: SIPMessage(parsing: Array(text.utf8)[...]), play.system) == does)
    }

    @Test(
        arguments: [
            ("check-sync", .restarts), ("check-sync;reboot=true", .restarts), ("Check-Sync", .restarts), ("resync", .restarts),
            ("ua-profile", .refuses(489)), ("", .refuses(400)),
        ] as [(String, Obedience)])
    func `a phone comes again for check-sync and resync, and for nothing else`(event: String, does: Obedience) {
        #expect(Standby.verdict(on: event) { _ in .restarts } == does)
    }
}
