import ConfigTree
import Foundation
import Packets
import Provisioning
import SIPMessages
import TestSupport
import Testing
import VendorCatalogue

/// Who is told what, and how each outcome is explained.
@Suite struct ResyncTests {
    private func seen(_ text: String, _ change: (inout LearntDevice) -> Void = { _ in }) throws -> SeenPhone {
        var learnt = LearntDevice(lastSeen: Moment(microseconds: 0))
        learnt.address = phoneAddress
        learnt.interface = "eth1"
        change(&learnt)
        return SeenPhone(mac: try mac(text), learnt: learnt)
    }

    private func recorded(
        _ text: String, family: String, model: String, _ address: IPv4Address, on interface: String? = nil
    ) -> RecordedDevice {
        let moment = Moment(microseconds: 0)
        var device = RecordedDevice(mac: MACAddress(text) ?? phoneMAC, firstSeen: moment, lastSeen: moment)
        device.family = family
        device.model = model
        device.address = address
        device.interface = interface
        return device
    }

    /// What each family is sent, to read its configuration again and to reboot; `nil` where no way is known.
    private static let forms: [(id: String, event: String, reboot: String?)] = [
        ("ale-dbid", "check-sync", "check-sync;reboot=true"), ("alcatel-ot4135", "check-sync", nil),
        ("audiocodes-4xxhd", "check-sync", nil), ("avaya-1200-sip", "check-sync", nil),
        ("fanvil", "check-sync", "check-sync;reboot=true"), ("gigaset-n510-n720", "check-sync;reboot=false", nil),
        ("gigaset-n870-maxwell-p", "check-sync;reboot=false", "check-sync;reboot=true"),
        ("grandstream", "resync", "check-sync;reboot=true"), ("panasonic-hdv-tgp", "check-sync", "check-sync;reboot=true"),
        ("polycom-ucs", "check-sync", nil), ("snom-dect", "check-sync;reboot=true", "check-sync;reboot=true"),
        ("snom-desk", "check-sync;reboot=false", "check-sync;reboot=true"), ("spectralink-ipdect", "check-sync", nil),
        ("yealink", "check-sync;reboot=false", "check-sync;reboot=true"),
        ("mitel-68xx-69xx", "check-sync", "check-sync;reboot=true"), ("htek", "check-sync", "check-sync;reboot=true"),
        ("sangoma-s", "check-sync", "check-sync;reboot=true"), ("algo", "check-sync", "check-sync;reboot=true"),
        ("avaya-j100-sip", "check-sync;reboot=false", "check-sync;reboot=true"), ("ale-myriad", "check-sync", nil),
        ("tiptel", "check-sync", nil), ("poly-edge", "check-sync", nil), ("digium", "check-sync", nil),
        ("cisco-spa", "check-sync", nil), ("linksys-sipura", "check-sync", nil), ("cisco-mpp", "check-sync", nil),
        ("cisco-enterprise", "check-sync", nil), ("patton-smartnode", "check-sync", nil), ("vtech-vsp", "check-sync", nil),
        ("escene", "check-sync", nil), ("flyingvoice", "check-sync", nil), ("atcom", "check-sync", nil),
        ("atcom-legacy", "check-sync", nil), ("mitel-53xx-sip", "check-sync", nil), ("akuvox", "check-sync", nil),
        ("zultys", "check-sync", nil),
    ]

    @Test(arguments: forms)
    func `S11 a family is sent the event that it wants`(id: String, event: String, reboot: String?) throws {
        let policy = try policy()
        let phone = try seen("02000000000a") { $0.familyID = id }
        let gentle = policy.resyncTarget(phone, reboot: false)
        #expect((gentle.event, gentle.reboot) == (event, .notAsked))
        let hard = policy.resyncTarget(phone, reboot: true)
        #expect((hard.event, hard.reboot) == (reboot ?? event, reboot == nil ? .unknown : .asked))
        #expect(gentle.vendor == shipped.family(id)?.vendor)
    }

    @Test func `every family that says how is in that table, and a stranger gets what most makers take`() throws {
        let saying = shipped.families.filter { $0.answer.resync != nil }.map(\.id)
        #expect(Set(saying).isSubset(of: ResyncTests.forms.map(\.id)))
        let policy = try policy()
        let stranger = try seen("02000000000b")
        #expect(policy.resyncTarget(stranger, reboot: false).event == "check-sync")
        #expect(policy.resyncTarget(stranger, reboot: true).event == "check-sync;reboot=true")
    }

    /// The bytes of each form, in files of their own.
    @Test(
        arguments: [
            ("plain", "check-sync", nil, nil), ("not-rebooting", "check-sync;reboot=false", nil, nil),
            ("rebooting", "check-sync;reboot=true", nil, nil), ("grandstream", "resync", nil, nil),
            ("to-an-account", "check-sync", "200", nil),
            (
                "with-credentials", "check-sync;reboot=false", "200",
                #"Digest realm="phone", nonce="47364c23432d2e131a5fb210812c", qop="auth""#
            ),
        ] as [(String, String, String?, String?)])
    func `S11 check-sync goes out in these bytes`(row: (name: String, event: String, user: String?, challenge: String?)) throws {
        var notify = CheckSync(
            to: phoneAddress, port: 5060, user: row.user, event: row.event, contact: ourAddress, contactPort: 5060,
            callID: "6f1e2d3c4b5a6978@192.168.50.1", fromTag: "1a2b3c4d5e6f7081", branch: "z9hG4bK0123456789abcdef", cseq: 1)
        if let challenge = row.challenge {
            // MD5 is the phone's part here: a hash of its own shows where the answer stands.
            notify.authorization = DigestChallenge(parsing: Array(challenge.utf8)[...])?.answer(
                user: "200", password: "secret", method: "NOTIFY", uri: notify.uri, clientNonce: "0a4f113b",
                hash: { _, _ in [0xab] })
            notify.cseq = 2
        }
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Samples/check-sync/\(row.name).sip")
        let expected = Array(try Data(contentsOf: file))
        #expect(text(notify.message.encoded()) == text(expected))
        // And they are a SIP message without any leniency.
        #expect(try SIPMessage(parsing: expected[...], allowing: .none) == notify.message)
    }

    @Test func `an account's name cannot leave its place in the URI`() {
        let notify = CheckSync(
            to: phoneAddress, port: 5080, user: "a b@c:d\r\n>", event: "check-sync", contact: ourAddress, contactPort: 5061,
            callID: "c", fromTag: "t", branch: "z9hG4bKb", cseq: 1)
        #expect(notify.uri == "sip:a%20b%40c%3ad%0d%0a%3e@192.168.50.31:5080")
    }

    @Test func `what a frame showed goes before the record, and that before the operator's list`() throws {
        let policy = try policy(
            "", devices: "mac,label,address,sip-user\n000413123456,Lobby,192.168.50.99,101\n000413123457,Hall,192.168.50.98,\n")
        let record = recorded("000413123456", family: "snom-desk", model: "D785", IPv4Address(192, 168, 50, 32), on: "eth2")
        var phone = try seen("000413123456") {
            $0.sipPort = 5080
            $0.tags = [VLANTag(control: 20)]
        }
        phone.recorded = record
        phone.recorded?.sipPort = 5062
        phone.recorded?.tags = [VLANTag(control: 30)]
        let target = policy.resyncTarget(phone, reboot: false)
        #expect((target.address, target.interface, target.ports) == (phoneAddress, "eth1", [5080, 5060]))
        #expect((target.label, target.user, target.tags) == ("Lobby", "101", [VLANTag(control: 20)]))
        phone.learnt = nil
        let remembered = policy.resyncTarget(phone, reboot: false)
        #expect((remembered.address, remembered.interface, remembered.ports) == (record.address, "eth2", [5062, 5060]))
        #expect(remembered.tags == [VLANTag(control: 30)])
        #expect((remembered.vendor, remembered.model, remembered.wasSeen) == ("snom", "D785", true))
        let listed = policy.resyncTarget(SeenPhone(mac: try mac("000413123457")), reboot: false)
        #expect((listed.address, listed.wasSeen) == (IPv4Address(192, 168, 50, 98), false))
        #expect(policy.resyncTarget(SeenPhone(mac: try mac("000413123458")), reboot: false).address == nil)
    }

    @Test func `the record's family counts for a phone that no prefix tells`() throws {
        let policy = try policy()
        let phone = SeenPhone(
            mac: try mac("02000000000c"),
            recorded: recorded("02000000000c", family: "audiocodes-4xxhd", model: "440HD", phoneAddress))
        #expect(policy.resyncTarget(phone, reboot: false).vendor == "audiocodes")
        #expect(policy.isOurs(phone))
    }

    @Test func `credentials are the device's, else the first matching rule's, else everybody's`() throws {
        let policy = try policy(
            """
            resync: {user: all, password: "1"}
            rules:
              - match: {mac: "00:04:13:12"}
                resync: {user: rule, password: "2"}
              - match: {vendor: snom}
                resync: {user: later, password: "3"}
              - match: {vlan: 20}
                resync: {user: voice, password: "4"}
            """, devices: "mac,sip-user,sip-password\n000413123456,own,5\n000413123457,account,\n")
        func user(_ text: String, tags: [VLANTag] = []) throws -> String? {
            policy.resyncTarget(try seen(text) { $0.tags = tags }, reboot: false).credentials?.user
        }
        #expect(try user("000413123456") == "own")
        #expect(try user("000413123457") == "rule", "an account without a password is no proof")
        #expect(try user("000413aa0001") == "later")
        #expect(try user("02000000000d") == "all")
        #expect(try user("02000000000d", tags: [VLANTag(control: 20)]) == "voice")
    }

    @Test func `all are the phones that are known, and that no rule leaves to somebody else`() throws {
        let policy = try policy(
            "rules: [{match: {vendor: polycom-ucs}, answer: ignore}]", devices: "mac,label\n02000000000e,mine\n")
        #expect(policy.isOurs(try seen("000413123456")))
        #expect(policy.isOurs(try seen("02000000000e")))
        #expect(!policy.isOurs(try seen("52540000000f")))
        #expect(!policy.isOurs(try seen("0004f2000001")))
        #expect(policy.isOurs(try seen("000413123456"), vendor: "snom"))
        #expect(policy.isOurs(try seen("000413123456"), vendor: "snom-desk"))
        #expect(!policy.isOurs(try seen("000413123456"), vendor: "yealink"))
        #expect(!policy.isOurs(try seen("0004f2000001"), vendor: "polycom"))
    }

    @Test(
        arguments: [
            (.answered(status: 200), "took", "took it"), (.answered(status: 202), "took", "took it (202)"),
            (
                .answered(status: 403), "refused",
                "refused it (403): this phone obeys only its registrar; such a phone needs a setting"
            ),
            (.answered(status: 404), "refused", "does not know the account \"101\" (404): set its sip-user"),
            (.answered(status: 405), "refused", "takes no NOTIFY (405); such a phone needs a setting"),
            (
                .answered(status: 481), "refused",
                "does not know check-sync outside a subscription (481); such a phone needs a setting"
            ),
            (
                .answered(status: 489), "refused",
                "does not know check-sync outside a subscription (489); such a phone needs a setting"
            ),
            (.answered(status: 486), "refused", "cannot do it now (486): try again later"),
            (.answered(status: 503), "refused", "cannot do it now (503): try again later"),
            (.answered(status: 302), "refused", "refused it (302)"), (.answered(status: 699), "refused", "refused it (699)"),
            (.wantsCredentials(status: 401), "wants-credentials", "asks for credentials (401): set sip-user and sip-password"),
            (.wantsCredentials(status: 407), "wants-credentials", "asks for credentials (407): set sip-user and sip-password"),
            (.wrongCredentials(status: 401), "wrong-credentials", "does not take the password of \"phone\" (401)"),
            (
                .unknownChallenge(status: 401), "unknown-challenge",
                "asks for credentials in a way that bellhop does not know (401)"
            ),
            (
                .unanswered(sends: 3), "unanswered",
                "did not answer 3 times of asking at 192.168.50.31:5080 and 5060: either it is not there any more, or this phone obeys "
                    + "only its registrar; such a phone needs a setting"
            ),
            (.notSent("the cable"), "not-sent", "could not be asked: the cable"),
            (
                .noInterface, "no-interface",
                "could not be asked: no interface that is served leads to 192.168.50.31:5080 and 5060"
            ),
            (.neverSeen, "never-seen", "has never been seen"), (.noAddress, "no-address", "was seen, but not the address"),
            (.tooSoon(seconds: 12), "too-soon", "was asked a moment ago: try again in 12 s"),
        ] as [(ResyncOutcome, String, String)])
    func `each outcome is told in a sentence and by a name`(outcome: ResyncOutcome, name: String, words: String) {
        var target = ResyncTarget(mac: phoneMAC, event: "check-sync")
        target.address = phoneAddress
        target.ports = [5080, 5060]
        target.user = "101"
        target.credentials = SIPCredentials(user: "phone", password: Secret("not to be told"))
        target.needs = "a setting"
        let sentence = outcome.sentence(for: target)
        #expect(sentence.hasPrefix(words), "\(sentence)")
        #expect(outcome.name == name)
        #expect(outcome.isTaken == (name == "took"))
        #expect(!sentence.contains("not to be told"))
        target.needs = nil
        #expect(!outcome.sentence(for: target).contains("needs a"))
    }

    @Test func `a phone that no event makes reboot is said to have been asked for less`() {
        var target = ResyncTarget(mac: phoneMAC, event: "check-sync")
        target.reboot = .unknown
        #expect(ResyncOutcome.answered(status: 200).sentence(for: target).hasPrefix("took it, but no way is known to make"))
        #expect(ResyncOutcome.answered(status: 403).sentence(for: target).hasPrefix("refused it (403)"))
    }
}
