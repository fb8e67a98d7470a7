import Packets
import VendorCatalogue

extension Catalogue {
    /// Weighs everything that was seen. No single thing decides against the others: the family with the most weight wins where that
    /// is enough, and where brands draw level nobody is recognised.
    ///
    /// - Parameter macEvidence: what says which device it is, where that is not plain.
    package func identify(_ seen: Observations, macEvidence: [MACEvidence] = []) -> Identity {
        var weighing = Weighing(catalogue: self)
        if let mac = seen.mac { weighing.weighPrefix(of: mac) }
        if let vendorClass = seen.vendorClass {
            weighing.weigh(.vendorClass, trimmed(vendorClass), vendorClasses)
        }
        if let userAgent = seen.userAgent {
            weighing.weigh(.userAgent, userAgent, userAgents)
        }
        if let told = seen.told { weighing.weigh(told) }
        // "OEM" is what a phone says that was not told its maker (snom's own documentation shows it).
        if let vendor = seen.eventVendor, vendor.uppercased() != "OEM" {
            weighing.weigh(.eventVendor, Array(vendor.utf8)[...], eventVendors)
        }
        if let model = seen.eventModel, model.uppercased() != "OEM" {
            weighing.weigh(.eventModel, Array(model.utf8)[...], eventModels)
            weighing.model = weighing.model ?? safeName(model)
        }
        weighing.version = weighing.version ?? seen.eventVersion.flatMap(safeName)
        if let list = seen.parameterRequestList { weighing.weighFingerprint(list) }
        if let name = seen.fileName { weighing.weighFileName(name) }
        if let learnt = seen.learnt { weighing.weigh(learnt) }
        if let known = seen.known { weighing.weigh(known) }
        return weighing.identity(mac: seen.mac ?? weighing.mac, macEvidence)
    }

    private func trimmed(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var value = value
        while value.last == 0 { value.removeLast() }
        return value
    }
}

private struct Weighing {
    let catalogue: Catalogue
    var scores: [(family: Int, weight: Int)] = []
    var evidence: [Evidence] = []
    var model: String?
    var version: String?
    var mac: MACAddress?
    var label: String?
    var uuid: String?

    init(catalogue: Catalogue) {
        self.catalogue = catalogue
        scores.reserveCapacity(8)
        evidence.reserveCapacity(4)
    }

    mutating func weighPrefix(of mac: MACAddress) {
        guard let owners = catalogue.longestPrefix(of: mac) else { return }
        add(.macPrefix, .prefix(owners.prefix), owners.alone)
        add(.sharedMACPrefix, .prefix(owners.prefix), owners.shared)
    }

    /// Families whose patterns match.
    mutating func weigh(_ source: Evidence.Source, _ value: ArraySlice<UInt8>, _ index: PatternIndex) {
        let matched = index.mostParticular(for: value)
        for match in matched.matches { take(match) }
        add(source, .octets(value), matched.families)
    }

    private mutating func take(_ match: ShapePattern.Match) {
        model = model ?? match.model
        version = version ?? match.version
        mac = mac ?? match.mac
    }

    mutating func weighFingerprint(_ list: ArraySlice<UInt8>) {
        add(.parameterRequestList, .codes(list), catalogue.asking(for: list))
    }

    /// A name counts where only one brand asks for such names: `{mac}.cfg` is everybody's.
    mutating func weighFileName(_ name: String) {
        let bytes = Array(name.utf8)[...]
        var matched: [(family: Int, match: ShapePattern.Match)] = []
        for entry in catalogue.fileNames.candidates(for: bytes) {
            guard let match = entry.pattern.match(bytes) else { continue }
            // `snom{model}.htm` reads the address in `snomD735-000413123456.htm` as part of the model; the name with an address knows better.
            if matched.last?.family != entry.family {
                matched.append((entry.family, match))
            } else if matched.last?.match.mac == nil, match.mac != nil {
                matched[matched.count - 1].match = match
            }
        }
        let families = FamilySet(matched.map(\.family), of: catalogue.families)
        let isOneBrands = Set(families.places.map { catalogue.families[$0].vendor }).count == 1
        // What one brand reads as a model in `cfg0010.xml` is another's number.
        let isModel = isOneBrands || matched.allSatisfy { $0.match.model != nil }
        for var (_, match) in matched {
            if !isModel { match.model = nil }
            take(match)
        }
        guard isOneBrands else { return }
        add(.fileName, .text(name), families)
    }

    mutating func weigh(_ told: SelfDescription) {
        model = model ?? told.model.flatMap(safeName)
        version = version ?? told.version.flatMap(safeName)
        mac = mac ?? told.mac
        let sign = [told.vendor, told.model, told.version].compactMap { $0 }.joined(separator: " ")
        add(.tftpOptions, .text(sign), catalogue.set(named: told.vendor))
    }

    mutating func weigh(_ learnt: LearntDevice) {
        model = model ?? learnt.model
        version = version ?? learnt.version
        guard let id = learnt.familyID, let family = catalogue.set(ofID: id) else { return }
        add(.learnt, .text("an earlier request of this phone"), family)
    }

    mutating func weigh(_ known: KnownDevice) {
        label = known.label
        uuid = known.uuid
        model = known.model ?? model
        guard let vendor = known.vendor else { return }
        add(.knownDevice, .text(vendor), catalogue.set(named: vendor))
    }

    private mutating func add(_ source: Evidence.Source, _ sign: Evidence.Sign, _ families: FamilySet) {
        guard !families.isEmpty else { return }
        let weight = EvidenceWeight.of(source)
        evidence.append(Evidence(source: source, sign: sign, speaksFor: families))
        for family in families.places {
            if let place = scores.firstIndex(where: { $0.family == family }) {
                scores[place].weight += weight
            } else {
                scores.append((family, weight))
            }
        }
    }

    func identity(mac: MACAddress?, _ macEvidence: [MACEvidence]) -> Identity {
        var (family, drawn): (Family?, [String]) = (nil, [])
        var most = EvidenceWeight.enough
        for (place, weight) in scores where weight >= most {
            let other = catalogue.families[place]
            if let best = family, weight == most {
                if best.vendor != other.vendor { drawn = [best.id] }
                // Families of one brand that draw level: the one that is known best stands for them.
                if other.isKnownBetter(than: best) { family = other }
            } else {
                (family, drawn) = (other, [])
            }
            most = weight
        }
        if !drawn.isEmpty {
            family = nil
            drawn = scores.filter { $0.weight == most }.map { catalogue.families[$0.family].id }.sorted()
        }
        return Identity(
            mac: mac, family: family, vendor: family?.vendor, model: model, version: version, label: label, uuid: uuid,
            evidence: evidence, macEvidence: macEvidence, drawn: drawn)
    }
}

extension Family {
    fileprivate func isKnownBetter(than other: Family) -> Bool {
        (confidence.rank, id) < (other.confidence.rank, other.id)
    }
}

extension Confidence {
    fileprivate var rank: Int {
        switch self {
        case .manual: 0
        case .documented: 1
        case .code: 2
        case .inferred: 3
        }
    }
}

/// Printable ASCII kept, everything else as `\xNN`, cut at 200 characters.
package func printable(_ bytes: ArraySlice<UInt8>) -> String {
    var text = ""
    for byte in bytes.prefix(200) {
        if (0x20...0x7e).contains(byte) && byte != UInt8(ascii: "\\") {
            text.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
            text += "\\x" + hexText(byte)
        }
    }
    return text
}
