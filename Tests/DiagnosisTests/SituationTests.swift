import Diagnosis
import Packets
import Provisioning
import Testing

/// What bellhop itself has to do with it, and what it does not remember any more.
@Suite struct `Where a phone cannot be followed` {
    @Test func `whatever holds a phone back, a bellhop that does not run comes first`() throws {
        func findings(_ events: [RecordedEvent], at second: Int64, family: String = "snom-desk") throws -> [Finding] {
            let phone = try phone(events, at: second, family: family) {
                ($0.isRunning, $0.startCommand) = (false, "systemctl start bellhop")
            }
            return Verdict(of: phone).findings
        }
        let waiting = try findings([told(0)], at: 600)
        #expect(waiting.map(\.cause) == [.notRunning, .notCome])
        #expect(waiting.first?.sentence == "bellhop is not running")
        #expect(waiting.first?.advice == "start it: systemctl start bellhop")
        let underWay = event(7, "file.under-way", ["name": "fw.bin", "bytes": "1", "size": "9", "after-ms": "5000.0"])
        #expect(try findings([told(0), underWay], at: 600).map(\.cause) == [.notRunning, .stoppedFetching])
        let polls = stride(from: Int64(0), through: 1800, by: 600).map { served($0, "a") }
        #expect(try findings(polls, at: 4000).map(\.cause) == [.notRunning, .pollOverdue])
        #expect(try findings(polls, at: 1900).map(\.cause) == [.waitsForPoll])
        #expect(try findings([told(0), served(1, "a")], at: 4000).map(\.cause) == [.done])
    }

    @Test func `a phone whose events are gone is not one that was never heard`() throws {
        func verdict(_ stage: String?) throws -> Verdict {
            var device = RecordedDevice(
                mac: phoneMAC, firstSeen: Moment(microseconds: 0), lastSeen: Moment(microseconds: 9_000_000))
            device.stage = stage
            return Verdict(of: try phone([], at: 600, device: device))
        }
        let told = try verdict("answered")
        #expect(told.main.cause == .forgotten && told.stage == .answered)
        #expect(told.main.sentence == "it was last heard at second 9; its events are forgotten by now")
        #expect(try verdict(nil).stage == .seen)
        let done = try verdict("polling")
        #expect(done.isDone && done.stage == .polling)
        #expect(done.main.sentence.hasSuffix("had fetched everything that it needs; its events are forgotten by now"))
    }

    @Test func `where the reason says what to do, so does the finding`() throws {
        for (reason, kind, advice) in [
            ("not-proven", "dhcp-inform", "files.trust"), ("disk-is-behind", "dhcp-request", "look at the disk"),
            ("answer-too-long", "pnp-subscribe", "shorter URL"), ("fixed-address-in-use", "dhcp-discover", "devices.csv"),
        ] {
            let main = Verdict(of: try phone([ignored(0, kind, reason)], at: 41)).main
            #expect(main.cause == .otherReason && main.advice?.contains(advice) == true, "\(main)")
        }
        let unknown = Verdict(of: try phone([ignored(0, "dhcp-inform", "of-a-later-version", "it is new")], at: 41)).main
        #expect(unknown.cause == .otherReason && unknown.sentence == "it is new")
    }

    @Test(arguments: [("ACK", "gave it an address"), ("OFFER", "offered it an address"), ("NAK", "refused it an address")])
    func `what another server did is said by its message`(_ type: String, _ says: String) throws {
        let other = event(1, "server.heard", ["server": "10.0.0.1", "type": type])
        let main = Verdict(of: try phone([ignored(0, "dhcp-discover", "wants-lease"), other], at: 41)).main
        #expect(main.cause == .leasedElsewhere)
        #expect(main.sentence.hasSuffix("another server, 10.0.0.1, \(says)"), "\(main.sentence)")
    }
}
