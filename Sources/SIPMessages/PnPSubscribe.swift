import Packets

/// A phone's question for its configuration: a SUBSCRIBE to the event package `ua-profile`, multicast to 224.0.1.75:5060.
///
/// The package's name is RFC 6080's, the rest is what snom began and others copied: the answer is 200 OK and a NOTIFY with a URL.
package final class PnPSubscribe: Sendable {
    package static let eventPackage = "ua-profile"

    /// The message itself; a reply copies its headers from here.
    package let message: SIPMessage
    package let requestURI: SIPURI
    package let callIDBytes: ArraySlice<UInt8>
    /// 0 to 2^31-1.
    package let cseq: UInt32
    package let from: SIPAddressHeader
    package let to: SIPAddressHeader
    /// The phone's own Via, or that of the last proxy.
    package let topVia: SIPVia
    /// Where the phone wants the NOTIFY. Whoever sends there first compares it with the packet's source.
    package let contact: SIPURI
    /// The Contact's host where it is an IPv4 address; a name is not looked up.
    package let contactAddress: IPv4Address?
    package let event: SIPEventHeader
    /// Every MAC address that the message names, one for each place, in the order of `Place`.
    ///
    /// Empty for a phone that names none (AudioCodes): then the frame's source is all there is.
    package let macCandidates: [MACCandidate]

    /// Checks in the order of RFC 3261 §8.2: the method, the headers without which there is no answer, Require, then the event.
    ///
    /// - Parameter leniency: what is allowed of the forms that concern such a question alone; those of any message are
    ///   `SIPMessage`'s to judge.
    package init(_ message: SIPMessage, allowing leniency: SIPLeniency = .phones) throws(PnPFault) {
        guard let uri = message.uri else { throw .isResponse }
        guard message.methodBytes?.reads(.subscribe) == true else {
            throw message.isRequest("ACK") ? .isACK : .otherMethod(message.method ?? "")
        }

        topVia = try PnPSubscribe.topVia(of: message)
        from = try PnPSubscribe.address(.from, of: message)
        to = try PnPSubscribe.address(.to, of: message)
        guard let callID = message.first(.callID), !callID.isEmpty else { throw .missing("Call-ID") }
        callIDBytes = callID
        guard let cseqText = message.first(.cseq) else { throw .missing("CSeq") }
        // RFC 3261 §8.1.1.5: the method in CSeq "MUST match that of the request".
        guard let cseq = try? SIPCSeq(parsing: cseqText), cseq.methodBytes.reads(.subscribe) else { throw .malformed("CSeq") }
        self.cseq = cseq.number
        guard let requestURI = try? SIPURI(parsing: uri), requestURI.isSIP else { throw .malformed("Request-URI") }
        self.requestURI = requestURI

        let required = message.elements(.require).filter { !$0.isEmpty }
        guard required.allSatisfy(\.isToken) else { throw .malformed("Require") }
        guard required.isEmpty else { throw .requires(required.map(\.text)) }

        guard let eventText = message.first(.event) else { throw .missing("Event") }
        guard let event = try? SIPEventHeader(parsing: eventText) else { throw .malformed("Event") }
        guard event.packageBytes.isNamed(.userAgentProfile) else { throw .otherEvent(event.package) }
        self.event = event

        let contact = try PnPSubscribe.address(.contact, of: message).uri
        guard contact.isSIP, !contact.hostBytes.isEmpty else { throw .malformed("Contact") }
        self.contact = contact
        contactAddress = contact.address
        macCandidates = PnPSubscribe.macs(
            in: [(.requestURI, requestURI), (.from, from.uri), (.to, to.uri), (.contact, contact)],
            userAgent: message.first(.userAgent))

        var used: SIPLeniency = .none
        if requestURI.lacksHost || from.uri.lacksHost || to.uri.lacksHost { used.insert(.missingHost) }
        if !event.packageBytes.reads(.userAgentProfile) || !event.isTidy { used.insert(.untidyEvent) }
        if event.parameters.bytes(.vendor) == nil, event.parameters.bytes(.vender) != nil { used.insert(.misspeltVendor) }
        if macCandidates.isEmpty { used.insert(.missingMAC) }
        guard leniency.isSuperset(of: used) else { throw .notAllowed(used.subtracting(leniency)) }
        self.message = message.reading(used)
    }

    /// In order, the first of them `topVia`.
    package var vias: [SIPVia] { message.elements(.via).compactMap { try? SIPVia(parsing: $0) } }
    package var callID: String { callIDBytes.text }
    package var contactPort: UInt16 { contact.port ?? SIPURI.defaultPort }
    package var transactionKey: SIPTransactionKey { SIPTransactionKey(self) }

    /// What the phone says of itself; `OEM` means: look elsewhere. Panasonic spells the name `vender`.
    package var vendor: String? { event.parameters.bytes(.vendor)?.text ?? event.parameters.bytes(.vender)?.text }
    package var model: String? { event.parameters.bytes(.model)?.text }
    package var version: String? { event.parameters.bytes(.versionName)?.text }
    /// `device`; AudioCodes say `application`.
    package var profileType: String? { event.parameters.bytes(.profileType)?.text }
    package var eventID: String? { event.id }
    package var userAgent: String? { userAgentBytes?.text }
    package var userAgentBytes: ArraySlice<UInt8>? { message.first(.userAgent) }
    /// Seconds; phones send 0, "tell me once". `nil` when not given.
    package var expires: UInt32? { message.first(.expires).flatMap { SIPNumber($0).value } }

    /// Media types in lower case, without parameters; empty when the phone names none.
    package var accept: [String] {
        message.elements(.accept).map { $0.prefix { $0 != UInt8(ascii: ";") }.trimmed.text.lowercased() }.filter { !$0.isEmpty }
    }

    /// - Throws: also where a Via below it cannot be read.
    private static func topVia(of message: SIPMessage) throws(PnPFault) -> SIPVia {
        guard let top = message.topVia else { throw message.field(.via) == nil ? .missing("Via") : .malformed("Via") }
        guard message.hasOneVia || message.elements(.via).allSatisfy({ (try? SIPVia(parsing: $0)) != nil }) else {
            throw .malformed("Via")
        }
        return top
    }

    private static func address(_ name: SIPHeaderName, of message: SIPMessage) throws(PnPFault) -> SIPAddressHeader {
        if name == .from, let from = message.from { return from }
        guard let address = message.address(name) else {
            throw message.field(name) == nil ? .missing(name.text) : .malformed(name.text)
        }
        return address
    }
}

extension SIPURI {
    fileprivate var lacksHost: Bool { isSIP && hostBytes.isEmpty }
}
