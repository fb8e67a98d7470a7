import Diagnosis
import Foundation
import Packets
import Provisioning
import Testing

/// One cause: the events that show it, and events that are as near to them as can be and do not.
struct Row: Sendable, CustomTestStringConvertible {
    let cause: Cause
    let says: String
    let events: [RecordedEvent]
    let near: [RecordedEvent]
    var at: Int64 = 41
    var family = "snom-desk"
    var files: [String] = []

    var testDescription: String { cause.rawValue }
}

private let discover = ignored(0, "dhcp-discover", "wants-lease")
private let otherServer = event(1, "server.heard", ["server": "10.0.0.1", "type": "ACK", "option-66": "http://10.0.0.9/"])
private let underWay = event(
    7, "file.under-way", ["name": "fw.bin", "bytes": "2560", "size": "1048576", "after-ms": "5000.12"])
private let subscribed = event(0, "pnp.answered", ["body": "http://192.168.50.1/"])

private let rows = [
    Row(cause: .quiet, says: "asked for nothing", events: [ignored(0, "other", "own")], near: [told(0)]),
    Row(
        cause: .unknownPrefix, says: "its prefix 00:04:13 is unknown", events: [ignored(0, "dhcp-inform", "not-a-phone")],
        near: [ignored(0, "dhcp-inform", "not-a-phone"), told(1)]),
    Row(
        cause: .unknownPrefix, says: "because", events: [ignored(0, "pnp-subscribe", "unknown-phone")],
        near: [ignored(0, "pnp-subscribe", "unknown-phone"), subscribed]),
    Row(
        cause: .notTold, says: "because", events: [ignored(0, "dhcp-inform", "not-told")],
        near: [ignored(0, "dhcp-inform", "not-told"), told(1)]),
    Row(
        cause: .ambiguous, says: "because", events: [ignored(0, "dhcp-inform", "ambiguous")],
        near: [ignored(0, "dhcp-inform", "ambiguous"), told(1)]),
    Row(cause: .ruleIgnores, says: "because", events: [ignored(0, "dhcp-inform", "rule-ignores")], near: [told(0)]),
    Row(
        cause: .asksForOtherOption, says: "because", events: [ignored(0, "dhcp-inform", "asks-for-nothing-offered")],
        near: [ignored(0, "dhcp-inform", "asks-for-nothing-offered"), subscribed]),
    Row(
        cause: .urlDoesNotFit, says: "because", events: [ignored(0, "dhcp-inform", "url-does-not-fit")],
        near: [ignored(0, "dhcp-inform", "url-does-not-fit"), subscribed]),
    Row(
        cause: .neverInforms, says: "DISCOVER but never INFORM", events: [discover],
        near: [discover, ignored(1, "dhcp-inform", "not-a-phone")]),
    Row(
        cause: .leasedElsewhere, says: "another server, 10.0.0.1, gave it an address with 66=http://10.0.0.9/",
        events: [discover, otherServer], near: [discover]),
    Row(
        cause: .nothingToServe, says: "because", events: [ignored(0, "pnp-subscribe", "nothing-to-serve")],
        near: [ignored(0, "pnp-subscribe", "nothing-to-serve"), told(3)]),
    Row(cause: .unknownVariable, says: "because", events: [ignored(0, "dhcp-inform", "unknown-variable")], near: [told(0)]),
    Row(cause: .schemeNotServed, says: "because", events: [ignored(0, "dhcp-inform", "scheme-not-served")], near: [told(0)]),
    Row(
        cause: .switchedOff, says: "because", events: [ignored(0, "pnp-subscribe", "pnp-off")],
        near: [ignored(0, "pnp-subscribe", "pnp-off"), told(1)]),
    Row(cause: .onlyObserved, says: "because", events: [ignored(0, "dhcp-inform", "observing")], near: [told(0)]),
    Row(
        cause: .relayNotConfigured, says: "because", events: [ignored(0, "dhcp-inform", "relay-not-configured")], near: [told(0)]),
    Row(cause: .wrongNetwork, says: "because", events: [ignored(0, "dhcp-inform", "not-on-link")], near: [told(0)]),
    Row(cause: .addressDoesNotFit, says: "because", events: [ignored(0, "pnp-subscribe", "contact-elsewhere")], near: [told(0)]),
    Row(
        cause: .damagedRequest, says: "cannot be answered: because", events: [ignored(0, "dhcp-inform", "bad-dhcp")],
        near: [told(0)]),
    Row(
        cause: .poolEmpty, says: "because", events: [ignored(0, "dhcp-discover", "pool-is-empty")],
        near: [ignored(0, "dhcp-discover", "pool-is-empty"), told(1)]),
    Row(cause: .notLeasing, says: "because", events: [ignored(0, "dhcp-discover", "not-leasing-here")], near: [told(0)]),
    Row(
        cause: .offerNotTaken, says: "was offered 10.9.0.7 41 s ago",
        events: [event(0, "lease.offered", ["address": "10.9.0.7"])],
        near: [event(0, "lease.offered", ["address": "10.9.0.7"]), event(1, "lease.given", ["url": "http://192.168.50.1/"])]),
    Row(
        cause: .leaseRefused, says: "because", events: [event(0, "lease.refused", ["text": "because"])],
        near: [event(0, "lease.given")]),
    Row(
        cause: .notSent, says: "could not be sent", events: [event(0, "answer.not-sent", ["text": "no buffer"])],
        near: [event(0, "answer.not-sent"), told(1)]),
    Row(
        cause: .otherServer, says: "another server, 10.0.0.1, answered too with 66=http://10.0.0.9/",
        events: [told(0), otherServer], near: [told(0), event(1, "server.heard", ["server": "10.0.0.1"])]),
    Row(
        cause: .notifyUnanswered, says: "NOTIFY was not answered, though it was sent 3 times",
        events: [subscribed, event(2, "pnp.notify-unanswered", ["sends": "3"])],
        near: [subscribed, event(2, "pnp.notify-answered", ["status": "200"])]),
    Row(
        cause: .notifyRefused, says: "refused the NOTIFY with 481",
        events: [subscribed, event(2, "pnp.notify-answered", ["status": "481"])],
        near: [subscribed, event(2, "pnp.notify-answered", ["status": "202"])]),
    Row(
        cause: .otherResponder, says: "another PnP responder, 10.0.0.5, answered it as well",
        events: [subscribed, event(1, "pnp.other-responder", ["responder": "10.0.0.5", "address": "192.168.50.7"])],
        near: [subscribed, event(1, "pnp.notify-answered", ["status": "200"])]),
    Row(
        cause: .tooMany, says: "because", events: [ignored(0, "dhcp-inform", "asks-too-often")],
        near: [ignored(0, "dhcp-inform", "asks-too-often"), told(1)]),
    Row(
        cause: .otherReason, says: "because", events: [ignored(0, "dhcp-request", "disk-is-behind")],
        near: [ignored(0, "dhcp-request", "disk-is-behind"), told(1)]),
    Row(
        cause: .notCome, says: "was told http://192.168.50.1/ 41 s ago and has not come; can it reach 192.168.50.1?",
        events: [told(0)], near: [told(30)]),
    Row(cause: .mayComeYet, says: "expected to come", events: [told(30)], near: [told(0)]),
    Row(
        cause: .toldElsewhere, says: "what it does at 10.7.7.7 is not seen", events: [told(0, "http://10.7.7.7/")],
        near: [told(0, "http://10.8.0.1/")]),
    Row(
        cause: .nameDiffers, says: "asked for Snom-D735.htm and got 404; the tree has snomD735.htm",
        events: [told(0), refused(1, "/Snom-D735.htm", 404)], near: [told(0), refused(1, "/entirely.else", 404)],
        files: ["snomD735.htm"]),
    Row(
        cause: .fileThereNow, says: "asked for a.cfg and got 404 at second 1; the tree has it now",
        events: [told(0), refused(1, "/a.cfg", 404)], near: [told(0), refused(1, "/b.xml", 404)], files: ["snom/a.cfg"]),
    Row(
        cause: .fileMissing, says: "asked for a.cfg and got 404; the tree has no such file",
        events: [told(0), refused(1, "/a.cfg", 404)], near: [told(0), refused(1, "/a.cfg", 404), served(2, "a.cfg")]),
    Row(
        cause: .fileForbidden, says: "a.cfg is there, but", events: [told(0), refused(1, "/a.cfg", 403)],
        near: [told(0), refused(1, "/a.cfg", 404)]),
    Row(
        cause: .fileRefused, says: "wanted to leave app.log here",
        events: [told(0), refused(1, "/app.log", 403, why: "not-taken")],
        near: [
            told(0), refused(1, "/app.log", 403, why: "not-taken"),
            event(2, "file.uploaded", ["name": "/app.log", "bytes": "5", "by": "http"]),
        ]),
    Row(
        cause: .wrongPassword, says: "without the right user", events: [told(0), refused(1, "/a.cfg", 401)],
        near: [told(0), refused(1, "/a.cfg", 401), served(2, "a.cfg")]),
    Row(
        cause: .fileNotItsOwn, says: "not its own", events: [told(0), refused(1, "/a.cfg", 404, why: "not-yours")],
        near: [told(0), refused(1, "/a.cfg", 404)]),
    Row(
        cause: .templateFails, says: "cannot be made for it: because",
        events: [told(0), refused(1, "/a.cfg", 500, why: "template")], near: [told(0), refused(1, "/a.cfg", 404)]),
    Row(
        cause: .fileUnreadable, says: "a.cfg is there and could not be read: because",
        events: [told(0), refused(1, "/a.cfg", 503, why: "unreadable")], near: [told(0), refused(1, "/a.cfg", 503)]),
    Row(
        cause: .unfitName, says: "a name that no tree holds, ../a: because",
        events: [told(0), refused(1, "/../a", 400, why: "unfit-name")],
        near: [told(0), refused(1, "/../a", 400, why: "unfit-name"), served(2, "a"), refused(3, "/b", 404)]),
    Row(
        cause: .notServed, says: "wanted of a.log what bellhop does not do: because",
        events: [told(0), refused(1, "/a.log", 405, why: "not-served")],
        near: [told(0), refused(1, "/a.log", 405, why: "not-served"), refused(2, "/b", 404)]),
    Row(
        cause: .shutOut,
        says: "its address 10.0.0.7 asked for the files of 8 phones that it is not, and gets none before second 61",
        events: [told(0), event(1, "file.prober", ["address": "10.0.0.7", "phones": "8", "seconds": "60"])],
        near: [told(0), event(1, "file.prober", ["address": "10.0.0.7", "phones": "8", "seconds": "30"])]),
    Row(
        cause: .stoppedFetching, says: "it has other.cfg, and has not asked for", events: [told(0), served(1, "other.cfg")],
        near: [told(0), served(30, "other.cfg")], family: "avaya-1200-sip"),
    Row(
        cause: .fileBrokenOff, says: "a.cfg broke off after 512 bytes: it went away",
        events: [told(0), event(1, "file.broken-off", ["name": "a.cfg", "bytes": "512", "text": "it went away"])],
        near: [told(0), event(1, "file.broken-off", ["name": "a.cfg", "bytes": "512"]), served(2, "a.cfg")]),
    Row(
        cause: .fileRefused, says: "got 503", events: [told(0), refused(1, "/a.cfg", 503)], near: [told(0), served(1, "a.cfg")]),
    Row(
        cause: .stillFetching, says: "it is fetching: other.cfg", events: [told(0), served(30, "other.cfg")],
        near: [told(0), served(1, "other.cfg")], family: "avaya-1200-sip"),
    Row(
        cause: .stillFetching, says: "it is fetching fw.bin since second 2: 2560 of 1048576 octets in the first 5 s",
        events: [told(0), served(1, "other.cfg"), underWay], near: [told(0), underWay, served(900, "fw.bin")], at: 1000,
        family: "avaya-1200-sip"),
    Row(
        cause: .fileBrokenOff, says: "fw.bin broke off: it went away",
        events: [told(0), event(1, "file.broken-off", ["name": "fw.bin", "text": "it went away"])],
        near: [told(0), event(1, "file.broken-off", ["name": "fw.bin"]), served(2, "fw.bin")]),
    Row(
        cause: .fileBrokenOff, says: "fw.bin broke off after 4096 bytes",
        events: [told(0), underWay, event(9, "file.broken-off", ["name": "fw.bin", "bytes": "4096"])],
        near: [told(0), event(1, "file.broken-off", ["name": "fw.bin", "bytes": "512"]), underWay], at: 10),
    Row(
        cause: .done, says: "fetched everything that it needs, at second 1", events: [told(0), served(1, "a.cfg")],
        near: [told(0), refused(1, "/a.cfg", 404)]),
    Row(
        cause: .pollOverdue, says: "was due at second 800 and has not come since second 600",
        events: [told(0), served(1, "a"), served(200, "a"), served(400, "a"), served(600, "a")].dropFirst(1).map { $0 },
        near: [told(0), served(1, "a"), served(600, "a"), served(1140, "a")], at: 2000),
    Row(
        cause: .waitsForPoll, says: "waiting for its next poll at second 800",
        events: [served(0, "a"), served(200, "a"), served(400, "a"), served(600, "a")],
        near: [served(200, "a"), served(400, "a"), served(600, "a")], at: 650),
]

@Suite struct `Why a phone is stuck` {
    @Test(arguments: rows)
    func `the cause is found where it is, and not beside it`(_ row: Row) throws {
        let verdict = Verdict(of: try phone(row.events, at: row.at, family: row.family, files: row.files))
        #expect(verdict.main.cause == row.cause, "\(verdict.main)")
        #expect(verdict.main.sentence.contains(row.says), "\(verdict.main.sentence)")
        #expect(!verdict.main.sentence.hasSuffix("."))
        let near = Verdict(of: try phone(row.near, at: row.at, family: row.family, files: row.files))
        #expect(near.main.cause != row.cause, "\(near.main)")
        #expect(verdict.isDone == (row.cause == .done || row.cause == .waitsForPoll))
    }

    @Test func `every cause has a row, or a test of its own`() {
        let own: Set<Cause> = [.unheard, .notRunning, .otherInterface, .forgotten]
        #expect(Set(rows.map(\.cause)).union(own) == Set(Cause.allCases))
    }

    @Test func `a phone of which nothing was heard may be on another interface, or bellhop is not running`() throws {
        #expect(Verdict(of: try phone([], at: 0)).main.cause == .unheard)
        let elsewhere = Verdict(of: try phone([], at: 0) { $0.neighbourOn = "eth0" }).main
        #expect(elsewhere.cause == .otherInterface)
        #expect(elsewhere.sentence == "it is there on eth0, but bellhop serves only eth1")
        #expect(Verdict(of: try phone([], at: 0) { $0.neighbourOn = "eth1" }).main.cause == .unheard)
        let verdict = Verdict(of: try phone([], at: 0) { ($0.isRunning, $0.startCommand) = (false, "systemctl start bellhop") })
        #expect(verdict.main.cause == .notRunning && verdict.main.advice == "start it: systemctl start bellhop")
    }

    @Test func `every kind of refusal that events give has a cause`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources").standardized
        /// What a file names in quotes.
        func names(_ path: String, _ part: Regex<Substring>) throws -> Set<String> {
            let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
            let searched = try #require(text.firstMatch(of: part)).output
            return Set(searched.matches(of: /"([a-z]+(?:-[a-z]+)*)"/).map { String($0.1) })
        }
        // Raw values are written out only where they differ from the case's own name.
        let file = try String(contentsOf: root.appending(path: "FileServing/FileRefusal.swift"), encoding: .utf8)
        let plain = Set(file.matches(of: /\n        case ([a-z]+)\n/).map { String($0.1) })
        #expect(plain.isSuperset(of: ["forbidden", "unreadable"]))
        let kinds = try names("FileServing/FileRefusal.swift", /enum Kind: String(?s:.)*?\n    }/).union(plain)
        let told = try names("Diagnosis/WhileFetching.swift", /switch \(event\["why"\](?s:.)*?default:/)
        #expect(kinds.isSubset(of: told), "\(kinds.subtracting(told))")
    }

    @Test func `a phone that is held back alike in two ways hears it once`() throws {
        let both = [ignored(0, "pnp-subscribe", "nothing-to-serve"), ignored(1, "dhcp-inform", "nothing-to-serve")]
        #expect(Verdict(of: try phone(both, at: 41)).findings.map(\.cause) == [.nothingToServe])
        let different = [ignored(0, "pnp-subscribe", "pnp-off", "PnP is off"), ignored(1, "dhcp-inform", "nothing-to-serve")]
        #expect(Verdict(of: try phone(different, at: 41)).findings.map(\.cause) == [.nothingToServe, .switchedOff])
    }

    @Test(arguments: [
        ("snom/SnomD735.htm", "rename snom/SnomD735.htm to snomD735.htm"),
        ("snomD735.html", "rename snomD735.html to snomD735.htm"),
        ("snom/d735/snomD735.HTM.tmpl", "rename snom/d735/snomD735.HTM.tmpl to snomD735.htm.tmpl"),
        // Another model's, another phone's, another brand's.
        ("snomD765.htm", nil), ("snomD735-000413123457.htm", nil), ("yealink/SnomD735.htm", nil), ("index.html", nil),
    ])
    func `where a file is nearly right for which a phone is not answered, it is named`(_ file: String, _ advice: String?) throws {
        let events = [ignored(0, "dhcp-inform", "nothing-to-serve", "bellhop has no file for it")]
        let main = Verdict(of: try phone(events, at: 41, files: [file])).main
        #expect(main.cause == .nothingToServe)
        #expect(main.sentence == "bellhop has no file for it" + (advice == nil ? "" : "; the tree has \(file)"))
        #expect(main.advice?.hasPrefix(advice ?? "put one of these into") == true, "\(main.advice ?? "")")
    }

    @Test func `an address that was refused matters until another is given`() throws {
        let refusal = event(0, "lease.refused", ["text": "it is of another network"])
        let given = event(3, "lease.given", ["address": "10.9.0.7"])
        let later = Verdict(of: try phone([refusal, event(2, "lease.offered", ["address": "10.9.0.7"]), given], at: 41)).main
        #expect(later.cause == .nothingToServe)
        #expect(later.sentence.contains("given the address 10.9.0.7"))
        var again = refusal
        (again.repeats, again.lastTime) = (1, Moment(microseconds: 9_000_000))
        #expect(Verdict(of: try phone([again, given], at: 41)).main.cause == .leaseRefused)
    }

    @Test func `what mattered in an earlier boot does not matter in this one`() throws {
        let verdict = Verdict(of: try phone([told(0), refused(1, "/a.cfg", 404), told(20), served(21, "b.cfg")], at: 41))
        #expect(verdict.main.cause == .done)
    }

    @Test func `a file that a phone only asks about is not missing any more, and it has not got it`() throws {
        func head(_ second: Int64, _ name: String) -> RecordedEvent {
            event(second, "file.served", ["name": name, "only": "head"])
        }
        func causes(_ events: [RecordedEvent]) throws -> [Cause] {
            Verdict(of: try phone([told(0)] + events, at: 9)).findings.map(\.cause)
        }
        #expect(try causes([head(1, "a.cfg")]) == [.stillFetching])
        #expect(try causes([refused(1, "/a.cfg", 404), head(2, "a.cfg")]) == [.stillFetching])
        let brokenOff = event(1, "file.broken-off", ["name": "a.cfg", "bytes": "5"])
        #expect(try causes([brokenOff, head(2, "a.cfg")]).contains(.fileBrokenOff))
        #expect(try !causes([brokenOff, served(2, "a.cfg")]).contains(.fileBrokenOff))
    }

    @Test func `a repeated event counts by when it happened last`() throws {
        let had = [told(0), again(served(1, "a.cfg"), 9), refused(5, "/a.cfg", 404)]
        #expect(!Verdict(of: try phone(had, at: 41)).findings.contains { $0.cause == .fileMissing })
        let lost = [told(0), again(refused(1, "/a.cfg", 404), 9), served(5, "a.cfg")]
        #expect(Verdict(of: try phone(lost, at: 41)).findings.contains { $0.cause == .fileMissing })
        let taken = event(1, "pnp.notify-answered", ["status": "200"])
        let refusal = event(3, "pnp.notify-answered", ["status": "481"])
        let subscribed = event(0, "pnp.answered", ["body": "http://192.168.50.1/"])
        let refusedThen = Verdict(of: try phone([again(subscribed, 4), again(taken, 5), refusal], at: 6))
        #expect(refusedThen.main.cause == .mayComeYet)
        let refusedNow = Verdict(of: try phone([again(subscribed, 2), taken, refusal], at: 6))
        #expect(refusedNow.main.cause == .notifyRefused)
    }
}
