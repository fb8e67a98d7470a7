import Foundation
import Packets
import Provisioning
import SIPMessages
import TestSupport
import Testing
import VendorCatalogue

/// One sample of one family of `conf/vendors`.
struct CatalogueSample: Sendable, CustomTestStringConvertible {
    let family: Family
    let sample: FamilySample

    var testDescription: String { "\(family.id).yaml:\(sample.line) \(sample.subject)" }

    static let all = shipped.families.flatMap { family in family.samples.map { CatalogueSample(family: family, sample: $0) } }

    /// An address of the family, where it has prefixes: what every request of a phone brings along.
    var address: MACAddress? { family.phone.map { MACAddress(bits: $0.macPrefix.bits | 0x12) } }

    /// What is seen of the sample alone.
    func observations() throws -> Observations {
        var seen = Observations()
        switch sample.subject {
        case .vendorClass(let text): seen.vendorClass = Array(text.utf8)[...]
        case .userAgent(let text): seen.userAgent = Array(text.utf8)[...]
        case .mac(let mac): seen.mac = mac
        case .parameterRequestList(let list): seen.parameterRequestList = list[...]
        case .event(let text):
            let event = try SIPEventHeader(parsing: text)
            seen.eventVendor = event.parameters.value("vendor") ?? event.parameters.value("vender")
            seen.eventModel = event.parameters.value("model")
            seen.eventVersion = event.parameters.value("version")
        case .file(let name):
            seen.fileName = name
            seen.mac = try policy().owners(of: name).macs.first
        }
        return seen
    }
}

/// `docs/catalogue.md`: the family that it writes down is one, and is known by what it says.
@Suite struct CataloguePageTests {
    private func page() throws -> String {
        try String(contentsOf: repository.appending(path: "docs/catalogue.md"), encoding: .utf8)
    }

    @Test func `the family on the page is read without a mistake, and each of its samples is its own`() throws {
        let block = try #require(
            try page().components(separatedBy: "```yaml\n").dropFirst().first?.components(separatedBy: "```").first)
        let acme = try family(block, isUsersOwn: true)
        let catalogue = Catalogue(shipped.families + [acme])
        for sample in acme.samples {
            let identity = catalogue.identify(try CatalogueSample(family: acme, sample: sample).observations())
            #expect(identity.family?.id == "acme-desk", "\(sample.subject)")
            #expect(identity.version == sample.version)
        }
        #expect(acme.samples.count == 4)
    }

    /// What a family's file may hold, as its reader has it; what its `phone` may hold is the simulator's.
    @Test func `every key of a family stands on the page`() throws {
        let readers = try ["Family", "Family+Reading"].map {
            try String(contentsOf: repository.appending(path: "Sources/VendorCatalogue/\($0).swift"), encoding: .utf8)
        }
        let keys = Set(readers.joined().matches(of: /[mM]ap\.[A-Za-z]+\(\s*"([a-z-]+)"/).map { String($0.1) })
        #expect(keys.count > 40)
        // The words of the page that are set as code.
        let code = try page().components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        let words = Set(code.flatMap { $0.split { !$0.isASCII || !($0.isLowercase || $0 == "-") } }.map(String.init))
        let wanted = keys.union(["macros", "model-lower", "model-number"])
        #expect(wanted.subtracting(words) == [])
    }
}

/// Every real string in the catalogue is read as what the catalogue says it is.
@Suite struct CatalogueSampleTests {
    @Test(arguments: CatalogueSample.all)
    func `a sample is known as its family's and no other brand's`(_ row: CatalogueSample) throws {
        var seen = try row.observations()
        var identity = shipped.identify(seen)
        var passedOver: Set<Evidence.Source> = [.sharedMACPrefix]
        let isWeakAlone: Bool =
            switch row.sample.subject {
            // What other makers' phones send as well supports other evidence.
            case .parameterRequestList: true
            // A model without a maker: AudioCodes.
            case .event: seen.eventVendor == nil
            case .mac(let mac): !row.family.recognition.prefixes.contains { $0.contains(mac) }
            default: false
            }
        if isWeakAlone {
            #expect(identity.family == nil && identity.vendor == nil)
            #expect(identity.evidence.contains { $0.families.contains(row.family.id) })
            if case .mac = row.sample.subject { return }
            seen.mac = row.address
            identity = shipped.identify(seen)
            // Of a list that several brands' phones send, the address decides.
            passedOver.insert(.parameterRequestList)
        }
        #expect(identity.family?.id == row.family.id)
        #expect(identity.vendor == row.family.vendor)
        #expect(identity.model == row.sample.model)
        #expect(identity.version == row.sample.version)
        let evidence = identity.evidence.filter { !passedOver.contains($0.source) }
        let brands = Set(evidence.flatMap(\.families).compactMap { shipped.family($0)?.vendor })
        #expect(brands.isSubset(of: [row.family.vendor]))
        #expect(isWeakAlone || brands == [row.family.vendor])
    }

    @Test func `at least forty families are known, and each has samples, sources, models and notes`() {
        #expect(shipped.families.count >= 40)
        for family in shipped.families {
            #expect(!family.samples.isEmpty, "\(family.id)")
            #expect(!family.sources.isEmpty && family.sources.allSatisfy { $0.count > 10 }, "\(family.id)")
            #expect(!family.models.isEmpty && family.notes != nil, "\(family.id)")
        }
        #expect(CatalogueSample.all.count > 200)
    }

    /// Of what nobody says, the notes say so.
    @Test(arguments: shipped.families.filter { $0.confidence == .code || $0.confidence == .inferred }.map(\.id))
    func `what no manual says is marked as such`(id: String) throws {
        let notes = try #require(shipped.family(id)?.notes)
        let words = [
            "was not found", "not known", "inferred", "unconfirmed", "third party", "reported", "by code", "Wazo", "FusionPBX",
        ]
        #expect(words.contains { notes.contains($0) })
    }

    /// What the simulator sends is what the real phone sends: it must be known by that.
    @Test(arguments: shipped.families.map(\.id))
    func `a family's phone is known by each thing that it says of itself`(id: String) throws {
        let family = try #require(shipped.family(id))
        // Nothing is known of how some are told: those are not played.
        guard let phone = family.phone else {
            #expect(family.answer.options == nil || family.files.isEmpty)
            return
        }
        let mac = MACAddress(bits: phone.macPrefix.bits | 0x12)
        let facts = PhoneFacts(
            mac: mac, model: phone.model, version: phone.version,
            more: ["ip": "192.168.50.31", "port": "5060", "tag": "t", "call-id": "c", "branch": "b"])
        if let vendorClass = phone.vendorClass?.filled(with: facts) {
            var seen = Observations()
            seen.vendorClass = Array(vendorClass.utf8)[...]
            #expect(shipped.identify(seen).family?.id == id)
        }
        if !family.recognition.userAgents.isEmpty {
            let userAgent = try #require(phone.userAgent?.filled(with: facts))
            var seen = Observations()
            seen.userAgent = Array(userAgent.utf8)[...]
            #expect(shipped.identify(seen).family?.id == id)
        }
        if let subscribe = phone.subscribe?.filled(with: facts) {
            let files = ["x.cfg"] + family.files.compactMap { $0.name.name(for: facts) }
            let heard = HeardSubscribe(text: subscribe, sourceMAC: mac)
            let decision = try heard.decision(policy(files: files))
            #expect(decision.identity.family?.id == id)
            #expect(decision.identity.mac == mac)
            #expect(decision.answer != nil, "\(decision.silence?.sentence ?? "")")
        }
    }

    @Test func `no prefix is two brands' own`() {
        var owners: [MACPrefix: Set<String>] = [:]
        for family in shipped.families {
            for prefix in family.recognition.prefixes { owners[prefix, default: []].insert(family.vendor) }
        }
        #expect(owners.filter { $0.value.count > 1 }.isEmpty)
    }
}
