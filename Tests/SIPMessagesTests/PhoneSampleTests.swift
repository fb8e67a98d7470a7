import Packets
import SIPMessages
import Testing

/// What `PnPSubscribe` must make of one sample, compared field by field.
struct Reading: Sendable, CustomTestStringConvertible {
    var sample: String
    var mac: String? = nil
    var places: [PnPSubscribe.MACCandidate.Place] = []
    var vendor: String? = nil
    var model: String? = nil
    var version: String? = nil
    var profileType: String? = "device"
    var contact: String
    var cseq: UInt32 = 1
    var fromTag: String? = nil
    var userAgent: String? = nil
    var branch: String? = nil
    var leniencies: SIPLeniency = .none

    var testDescription: String { sample }

    static let all: [Reading] = [
        Reading(
            sample: "snom-720", mac: "00041300aa01", places: [.requestURI, .from, .to], vendor: "snom", model: "snom720",
            version: "8.7.5.35", contact: "192.168.0.10:5060", fromTag: "1410166744",
            leniencies: [.missingBranch, .missingMaxForwards]),
        Reading(
            sample: "gigaset-n510", mac: "7c2f80123456", places: [.requestURI, .from, .to], vendor: "OEM", model: "OEM",
            version: "7.1.19", contact: "192.168.0.21:5060", fromTag: "2861", userAgent: "N510 IP PRO/42.248.00.000.000",
            leniencies: [.missingBranch, .missingMaxForwards]),
        Reading(
            sample: "vtech-oem", mac: "0012a7c0ffee", places: [.requestURI, .from, .to], vendor: "OEM", model: "OEM",
            contact: "192.168.0.22:5060", fromTag: "77aa", leniencies: [.missingBranch, .missingMaxForwards]),
        Reading(
            sample: "yealink-w52p", mac: "0015654f2a10", places: [.requestURI, .from, .to, .contact], vendor: "Yealink",
            model: "W52P",
            version: "25.81.0.10", contact: "192.168.0.31:5059", fromTag: "1928301774", userAgent: "Yealink W52P 25.81.0.10",
            branch: "z9hG4bK2104881741"),
        Reading(
            sample: "yealink-t53w", mac: "805ec0112233", places: [.requestURI, .from, .to, .contact], vendor: "Yealink",
            model: "T53W",
            version: "96.87.0.16", contact: "192.168.0.32:5060", fromTag: "3620135", userAgent: "Yealink SIP-T53W 96.87.0.16",
            branch: "z9hG4bK3620135011"),
        Reading(
            sample: "grandstream-grp2612w", mac: "c074ad0a0b0c", places: [.requestURI, .from, .to, .contact],
            vendor: "Grandstream",
            model: "GRP2612W", version: "1.0.5.67", contact: "192.168.0.40:5080", cseq: 20000, fromTag: "1517232834",
            userAgent: "Grandstream GRP2612W 1.0.5.67", branch: "z9hG4bK1517232834"),
        Reading(
            sample: "fanvil-x4", mac: "0c383e334455", places: [.requestURI, .from, .to, .contact], vendor: "Fanvil",
            model: "VOIP PHONE", version: "2.12.1", contact: "192.168.0.50:5060", userAgent: "Fanvil X4 2.12.1",
            branch: "z9hG4bK1041216125", leniencies: [.missingFromTag, .noBlankAfterColon]),
        Reading(
            sample: "planet-vip2140pt", mac: "00304fa99948", places: [.requestURI, .from, .to, .contact], vendor: "PLANET",
            model: "VIP-2140PT", version: "2.0.3.2991", contact: "192.168.1.51:5060", userAgent: "PLANET VIP-2140PT 2.0.3.2991",
            branch: "z9hG4bK99948", leniencies: [.missingFromTag, .noBlankAfterColon]),
        Reading(
            sample: "audiocodes-440hd", model: "440HD", version: "2.2.2", profileType: "application", contact: "10.13.4.30:5060",
            fromTag: "49d8f1", userAgent: "AUDC-IPPhone/2.2.2 (440HD)", branch: "z9hG4bK1a2b3c4d",
            leniencies: .missingMAC),
        Reading(
            sample: "panasonic-hdv", mac: "0080f0abcdef", places: [.requestURI, .from, .to, .userAgent], vendor: "Panasonic",
            model: "KX-HDV130", version: "08.100", contact: "192.168.0.60:5060", fromTag: "p1",
            userAgent: "Panasonic_KX-HDV130/08.100 (0080f0abcdef)", branch: "z9hG4bKpana1",
            leniencies: .misspeltVendor),
        Reading(
            sample: "snompnpd-hostless", mac: "000413261234", places: [.requestURI, .from, .to], vendor: "snom", model: "snom360",
            version: "7.1.19", contact: "172.16.18.40:2048", fromTag: "e8bm5g", leniencies: [.missingBranch, .missingHost]),
        Reading(
            sample: "compact-and-folded", mac: "00041300aa02", places: [.requestURI, .from, .to], vendor: "s\"n;om",
            model: "two words", contact: "192.168.0.11:5060", cseq: 7, fromTag: "f1", branch: "z9hG4bKone",
            leniencies: [.foldedLines, .blankBeforeColon, .compactNames, .oddSpacing, .missingMaxForwards, .untidyEvent]),
    ]
}

struct PhoneSampleTests {
    @Test(arguments: Reading.all)
    func `what a phone sends is read as it is meant`(_ expected: Reading) throws {
        let subscribe = try Sample("phones/\(expected.sample)").subscribe()
        let mac = expected.mac.flatMap { MACAddress($0) }
        #expect(subscribe.macCandidates == expected.places.compactMap { place in mac.map { .init(mac: $0, place: place) } })
        #expect(subscribe.vendor == expected.vendor)
        #expect(subscribe.model == expected.model)
        #expect(subscribe.version == expected.version)
        #expect(subscribe.profileType == expected.profileType)
        #expect(subscribe.contactAddress.map { "\($0):\(subscribe.contactPort)" } == expected.contact)
        #expect(subscribe.cseq == expected.cseq)
        #expect(subscribe.from.tag == expected.fromTag)
        #expect(subscribe.to.tag == nil)
        #expect(subscribe.userAgent == expected.userAgent)
        #expect(subscribe.topVia.branch == expected.branch)
        #expect(subscribe.expires == 0)
        #expect(subscribe.accept.first == "application/url")
        #expect(subscribe.message.leniencies == expected.leniencies)
    }

    @Test func `every phone's sample has a reading`() throws {
        #expect(try Sample.names(in: "phones") == Reading.all.map(\.sample).sorted())
    }

    @Test func `compact names, folded lines, lists and quotes are read`() throws {
        let subscribe = try Sample("phones/compact-and-folded").subscribe()
        let message = subscribe.message
        #expect(message.all("Via").count == 2)
        #expect(subscribe.vias.map(\.branch) == ["z9hG4bKone", "z9hG4bKtwo"])
        #expect(subscribe.topVia.port == 5060)
        #expect(subscribe.topVia.wantsPort)
        #expect(!subscribe.vias[1].wantsPort)
        #expect(subscribe.from.displayName == "A \"phone\", new")
        #expect(subscribe.eventID == "7")
        #expect(subscribe.accept == ["application/url", "text/plain"])
        #expect(subscribe.contact.parameters.value("Transport") == "udp")
        #expect(message.first("CALL-ID") == "compact@192.168.0.11")
        #expect(message.headers("Event").first?.name == "o")
    }
}
