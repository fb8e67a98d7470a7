import Packets
import SIPMessages

/// One thing that says which device sent a SUBSCRIBE. A phone may write any address into it, and some write none.
package struct MACEvidence: Hashable, Sendable {
    package enum Source: String, Sendable {
        case requestURI = "request-uri"
        case from, to, contact
        case userAgent = "user-agent"
        /// The source of the frame, where the phone is on this link: behind a router it would be the router's.
        case frame
        /// This machine gave the phone's IP address to it.
        case lease
        /// It was met at that IP address before, in a frame of its own.
        case met
        /// The kernel's ARP table has it for that IP address.
        case neighbour
    }

    package let source: Source
    package let mac: MACAddress

    package init(_ source: Source, _ mac: MACAddress) {
        self.source = source
        self.mac = mac
    }

    package var weight: Int {
        switch source {
        // What the phone calls itself, wherever that is all that the place is for.
        case .requestURI, .from, .userAgent: 40
        // A proxy in between has a frame of its own; else the two say the same.
        case .frame: 35
        case .to, .contact, .lease: 30
        case .met: 25
        // Filled by whoever answers ARP, and old for minutes.
        case .neighbour: 20
        }
    }

    /// The address that most speaks for; of two that draw level the one that was named first.
    static func heaviest(_ evidence: [MACEvidence]) -> MACAddress? {
        var best: (mac: MACAddress, weight: Int)?
        for one in evidence where one.mac != best?.mac {
            var weight = 0
            for other in evidence where other.mac == one.mac { weight += other.weight }
            if best.map({ weight > $0.weight }) ?? true { best = (one.mac, weight) }
        }
        return best?.mac
    }
}

extension MACEvidence.Source {
    init(_ place: PnPSubscribe.MACCandidate.Place) {
        self =
            switch place {
            case .requestURI: .requestURI
            case .from: .from
            case .to: .to
            case .contact: .contact
            case .userAgent: .userAgent
            }
    }
}

extension Request {
    /// All that says which device sent a SUBSCRIBE, heaviest of its kind first; empty for other requests.
    ///
    /// - Parameter link: where it was heard; `nil` where that is not known, and then the frame's source counts.
    package func macEvidence(on link: Link?) -> [MACEvidence] {
        guard case .subscribe(let subscribe) = content else { return [] }
        var evidence: [MACEvidence] = []
        evidence.reserveCapacity(subscribe.macCandidates.count + 1 + known.count)
        for candidate in subscribe.macCandidates { evidence.append(MACEvidence(.init(candidate.place), candidate.mac)) }
        if frame.sourceMAC.isStation, link?.isOnLink(frame.source) != false { evidence.append(.init(.frame, frame.sourceMAC)) }
        evidence += known
        return evidence
    }

    /// A SUBSCRIBE that names no device: then it is worth asking who has its IP address.
    package var namesNobody: Bool {
        guard case .subscribe(let subscribe) = content else { return false }
        return subscribe.macCandidates.isEmpty
    }

    /// The device that asks: the hardware address in a DHCP message, what most speaks for in a SUBSCRIBE, else the frame's source.
    package func mac(on link: Link?) -> MACAddress? {
        switch content {
        case .dhcp: client
        case .subscribe: MACEvidence.heaviest(macEvidence(on: link))
        // A socket that gave the request does not tell the frame's source.
        case .otherSIP: frame.sourceMAC.isStation ? frame.sourceMAC : nil
        }
    }
}
