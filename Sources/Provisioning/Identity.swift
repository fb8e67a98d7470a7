import Packets
import VendorCatalogue

/// Who is asking, and why that is believed. It never changes, and everything on the way of an answer shares it.
package final class Identity: Sendable {
    package let mac: MACAddress?
    /// `nil` while nothing, or nothing unambiguous, says which family it is.
    package let family: Family?
    /// The brand. Known without a family where families of one brand are equally likely.
    package let vendor: String?
    package let model: String?
    package let version: String?
    /// The user's own name for it, from `devices.csv`.
    package let label: String?
    /// From `devices.csv`, in lower case.
    package let uuid: String?
    package let evidence: [Evidence]
    /// What says which device it is, where a request leaves that open.
    package let macEvidence: [MACEvidence]
    /// Families of different brands that draw level: enough speaks for each, and nothing decides.
    package let drawn: [String]

    package init(
        mac: MACAddress? = nil, family: Family? = nil, vendor: String? = nil, model: String? = nil, version: String? = nil,
        label: String? = nil, uuid: String? = nil, evidence: [Evidence] = [], macEvidence: [MACEvidence] = [],
        drawn: [String] = []
    ) {
        self.mac = mac
        self.family = family
        self.vendor = vendor
        self.model = model
        self.version = version
        self.label = label
        self.uuid = uuid
        self.evidence = evidence
        self.macEvidence = macEvidence
        self.drawn = drawn
    }

    /// Enough speaks for one brand of phone.
    package var isRecognised: Bool { vendor != nil }

    package var facts: PhoneFacts {
        PhoneFacts(mac: mac, model: model, version: version, uuid: uuid)
    }
}

/// One thing that speaks for a family.
package struct Evidence: Hashable, Sendable {
    package enum Source: String, Sendable {
        case macPrefix = "mac-prefix"
        case sharedMACPrefix = "shared-mac-prefix"
        case vendorClass = "vendor-class"
        case parameterRequestList = "option-55"
        case eventVendor = "event-vendor"
        case eventModel = "event-model"
        case userAgent = "user-agent"
        case tftpOptions = "tftp-options"
        case fileName = "file-name"
        case learnt = "learnt"
        case knownDevice = "devices.csv"
    }

    /// What was seen, as it was seen: it is made printable when somebody looks.
    package enum Sign: Hashable, Sendable {
        case prefix(MACPrefix)
        case octets(ArraySlice<UInt8>)
        case codes(ArraySlice<UInt8>)
        case text(String)
    }

    package let source: Source
    package let sign: Sign
    /// The families that it speaks for.
    package let speaksFor: FamilySet
    package var weight: Int { EvidenceWeight.of(source) }

    /// Their ids.
    package var families: [String] { speaksFor.ids }

    /// What was seen, in printable ASCII.
    package var value: String {
        switch sign {
        case .prefix(let prefix): prefix.digits
        case .octets(let octets): printable(octets)
        case .codes(let codes): codes.map { String($0) }.joined(separator: ",")
        case .text(let text): printable(Array(text.utf8)[...])
        }
    }
}

/// What each kind of evidence weighs, and how much it takes.
package enum EvidenceWeight {
    /// The weight from which a phone counts as recognised.
    package static let enough = 35

    package static func of(_ source: Evidence.Source) -> Int {
        switch source {
        case .macPrefix: 40
        // Supports other evidence; recognises nothing alone, nor together with a bare file name.
        case .sharedMACPrefix: 15
        case .vendorClass, .userAgent, .tftpOptions, .knownDevice: 50
        case .eventVendor: 45
        case .eventModel: 20
        // Lists of option 55 come from a maker's DHCP client, which others use too.
        case .parameterRequestList: 20
        case .fileName: 35
        case .learnt: 35
        }
    }
}

/// All that one request, or several of one phone, showed.
package struct Observations: Sendable {
    package var mac: MACAddress?
    package var vendorClass: ArraySlice<UInt8>?
    package var parameterRequestList: ArraySlice<UInt8>?
    package var userAgent: ArraySlice<UInt8>?
    package var eventVendor: String?
    package var eventModel: String?
    package var eventVersion: String?
    package var told: SelfDescription?
    /// A file that was asked for, beneath the root.
    package var fileName: String?
    package var learnt: LearntDevice?
    package var known: KnownDevice?

    package init(mac: MACAddress? = nil) {
        self.mac = mac
    }
}

/// Who a phone says it is, in options of its own in a request to read a file by TFTP.
package struct SelfDescription: Hashable, Sendable {
    /// The brand whose options they are.
    package var vendor: String
    package var model: String?
    package var version: String?
    package var mac: MACAddress?

    package init(vendor: String, model: String? = nil, version: String? = nil, mac: MACAddress? = nil) {
        self.vendor = vendor
        self.model = model
        self.version = version
        self.mac = mac
    }
}

/// What earlier requests told of a device.
package struct LearntDevice: Hashable, Sendable {
    package var familyID: String?
    package var model: String?
    package var version: String?
    package var address: IPv4Address?
    package var interface: String?
    /// The rule that it was last answered by.
    package var rule: String?
    /// Where its SIP is heard, as the Contact of its SUBSCRIBE said.
    package var sipPort: UInt16?
    /// The tags that its frames bore when it was last heard as frames, outermost first; `nil` where it never was.
    package var tags: [VLANTag]?
    package var lastSeen: Moment

    package init(lastSeen: Moment) {
        self.lastSeen = lastSeen
    }
}
