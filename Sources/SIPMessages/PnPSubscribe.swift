import Packets

/// A phone's question for its configuration: a SUBSCRIBE to the event package `ua-profile`, multicast to 224.0.1.75:5060.
///
/// The package's name is RFC 6080's, the rest is what snom began and others copied: the answer is 200 OK and a NOTIFY with a URL.
package struct PnPSubscribe: Equatable, Sendable {
    package static let eventPackage = "ua-profile"

    /// The message itself; a reply copies its headers from here.
    package private(set) var message: SIPMessage
    package let requestURI: SIPURI
    package let callID: String
    /// 0 to 2^31-1.
    package let cseq: UInt32
    package let from: SIPAddressHeader
    package let to: SIPAddressHeader
    /// The phone's own Via, or that of the last proxy.
    package let topVia: SIPVia
    /// In order, the first of them `topVia`.
    package let vias: [SIPVia]
    /// Where the phone wants the NOTIFY. Whoever sends there first compares it with the packet's source.
    package let contact: SIPURI
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
        guard case .request(let method, let uri) = message.start else { throw .isResponse }
        guard method != "ACK" else { throw .isACK }
        guard method == "SUBSCRIBE" else { throw .otherMethod(method) }
        self.message = message

        vias = try PnPSubscribe.vias(of: message)
        guard let topVia = vias.first else { throw .missing("Via") }
        self.topVia = topVia
        from = try PnPSubscribe.address("From", of: message)
        to = try PnPSubscribe.address("To", of: message)
        guard let callID = message.first("Call-ID"), !callID.isEmpty else { throw .missing("Call-ID") }
        self.callID = callID
        guard let cseqText = message.elements("CSeq").first else { throw .missing("CSeq") }
        // RFC 3261 §8.1.1.5: the method in CSeq "MUST match that of the request".
        guard let cseq = try? SIPCSeq(parsing: cseqText), cseq.method == method else { throw .malformed("CSeq") }
        self.cseq = cseq.number
        guard let requestURI = try? SIPURI(parsing: uri), requestURI.scheme == "sip" else { throw .malformed("Request-URI") }
        self.requestURI = requestURI

        let required = message.elements("Require").filter { !$0.isEmpty }
        guard required.allSatisfy(\.isToken) else { throw .malformed("Require") }
        guard required.isEmpty else { throw .requires(required.map(\.text)) }

        guard let eventText = message.elements("Event").first else { throw .missing("Event") }
        guard let event = try? SIPEventHeader(parsing: eventText) else { throw .malformed("Event") }
        guard event.isPackage(PnPSubscribe.eventPackage) else { throw .otherEvent(event.package) }
        self.event = event

        let contact = try PnPSubscribe.address("Contact", of: message).uri
        guard contact.scheme == "sip", !contact.host.isEmpty else { throw .malformed("Contact") }
        self.contact = contact
        macCandidates = PnPSubscribe.macs(
            in: [(.requestURI, requestURI), (.from, from.uri), (.to, to.uri), (.contact, contact)],
            userAgent: message.first("User-Agent"))

        let used = freedoms(eventText)
        guard leniency.isSuperset(of: used) else { throw .notAllowed(used.subtracting(leniency)) }
        self.message = message.reading(used)
    }

    private func freedoms(_ eventText: ArraySlice<UInt8>) -> SIPLeniency {
        var used: SIPLeniency = .none
        if [requestURI, from.uri, to.uri].contains(where: { $0.scheme == "sip" && $0.host.isEmpty }) {
            used.insert(.missingHost)
        }
        if event.package != PnPSubscribe.eventPackage || !SIPEventHeader.isTidy(eventText) { used.insert(.untidyEvent) }
        if event.parameters.value("vendor") == nil, event.parameters.value("vender") != nil { used.insert(.misspeltVendor) }
        if macCandidates.isEmpty { used.insert(.missingMAC) }
        return used
    }

    /// The Contact's host where it is an IPv4 address; a name is not looked up.
    package var contactAddress: IPv4Address? { IPv4Address(contact.host) }
    package var contactPort: UInt16 { contact.port ?? SIPURI.defaultPort }

    /// What the phone says of itself; `OEM` means: look elsewhere. Panasonic spells the name `vender`.
    package var vendor: String? { event.parameters.value("vendor") ?? event.parameters.value("vender") }
    package var model: String? { event.parameters.value("model") }
    package var version: String? { event.parameters.value("version") }
    /// `device`; AudioCodes say `application`.
    package var profileType: String? { event.parameters.value("profile-type") }
    package var eventID: String? { event.id }
    package var userAgent: String? { message.first("User-Agent") }
    /// Seconds; phones send 0, "tell me once". `nil` when not given.
    package var expires: UInt32? { message.elements("Expires").first.flatMap { SIPNumber($0).value } }

    /// Media types in lower case, without parameters; empty when the phone names none.
    package var accept: [String] {
        message.elements("Accept").map { $0.prefix { $0 != UInt8(ascii: ";") }.trimmed.text.lowercased() }.filter { !$0.isEmpty }
    }

    private static func vias(of message: SIPMessage) throws(PnPFault) -> [SIPVia] {
        var vias: [SIPVia] = []
        for element in message.elements("Via") {
            guard let via = try? SIPVia(parsing: element) else { throw .malformed("Via") }
            vias.append(via)
        }
        return vias
    }

    private static func address(_ name: String, of message: SIPMessage) throws(PnPFault) -> SIPAddressHeader {
        guard !message.headers(name).isEmpty else { throw .missing(name) }
        guard let address = message.address(name) else { throw .malformed(name) }
        return address
    }
}
