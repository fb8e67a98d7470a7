/// The ways in which a message may be less tidy than one written by the book and still be read, each with its name.
///
/// The strict and the lax parser are one parser: what is not allowed is refused as `SIPFault.notAllowed` or
/// `PnPFault.notAllowed`, and what was used is remembered in `SIPMessage.leniencies`, so that a person can be told what a phone
/// does.
package struct SIPLeniency: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    // Permitted by the RFC, written by few.

    /// A header that goes on in lines that begin with a blank (RFC 3261 §7.3.1).
    package static let foldedLines = SIPLeniency(rawValue: 1 << 0)
    /// `Event : ua-profile` (RFC 3261 §7.3.1).
    package static let blankBeforeColon = SIPLeniency(rawValue: 1 << 1)
    /// `Event:ua-profile`, as Fanvil and PLANET have it (RFC 3261 §7.3.1).
    package static let noBlankAfterColon = SIPLeniency(rawValue: 1 << 2)
    /// `v:` for Via and the like (RFC 3261 §7.3.3).
    package static let compactNames = SIPLeniency(rawValue: 1 << 3)
    /// Blanks around `/`, `:`, `;` and `=`, several in a row, or a tab, in a header that an answer copies (RFC 4475 §3.1.1.1).
    package static let oddSpacing = SIPLeniency(rawValue: 1 << 4)
    /// No Content-Length: the body is the rest of the datagram (RFC 3261 §18.3).
    package static let missingContentLength = SIPLeniency(rawValue: 1 << 5)
    /// Content-Length leaves bytes of the datagram over; they are cut (RFC 3261 §18.3).
    package static let bytesAfterBody = SIPLeniency(rawValue: 1 << 6)

    // Against the RFC, and sent all the same.

    /// Lines that end in LF alone.
    package static let bareLF = SIPLeniency(rawValue: 1 << 7)
    /// A top Via without a branch, as RFC 2543 had it: snom, Gigaset, VTech.
    package static let missingBranch = SIPLeniency(rawValue: 1 << 8)
    /// A From without a tag: Fanvil, PLANET.
    package static let missingFromTag = SIPLeniency(rawValue: 1 << 9)
    /// A request without Max-Forwards: snom, Gigaset, VTech.
    package static let missingMaxForwards = SIPLeniency(rawValue: 1 << 10)
    /// The datagram ends after the last header's line, without the blank line: several PnP responders.
    package static let missingBlankLine = SIPLeniency(rawValue: 1 << 11)
    /// `SIP/2.0 200` without the blank and the reason.
    package static let missingReason = SIPLeniency(rawValue: 1 << 12)

    // Of a phone's question for its configuration.

    /// A Request-URI, From or To without a host, `sip:MAC%3a000413261234`: the sample that comes with snompnpd.
    package static let missingHost = SIPLeniency(rawValue: 1 << 13)
    /// An Event with blanks in a value, empty parameters, one name twice, or the package in capitals.
    package static let untidyEvent = SIPLeniency(rawValue: 1 << 14)
    /// `vender="Panasonic"`
    package static let misspeltVendor = SIPLeniency(rawValue: 1 << 15)
    /// No MAC address anywhere in it: AudioCodes.
    package static let missingMAC = SIPLeniency(rawValue: 1 << 16)

    /// Nothing but the tidy form.
    package static let none: SIPLeniency = []
    /// All that RFC 3261 permits.
    package static let rfc3261: SIPLeniency = [
        .foldedLines, .blankBeforeColon, .noBlankAfterColon, .compactNames, .oddSpacing, .missingContentLength, .bytesAfterBody,
    ]
    /// What real phones send: everything here.
    package static let phones: SIPLeniency = [
        .rfc3261, .bareLF, .missingBranch, .missingFromTag, .missingMaxForwards, .missingBlankLine, .missingReason, .missingHost,
        .untidyEvent, .misspeltVendor, .missingMAC,
    ]

    private static let sentences: [(SIPLeniency, String)] = [
        (.foldedLines, "a header is folded over several lines"),
        (.blankBeforeColon, "a blank stands before a header's colon"),
        (.noBlankAfterColon, "no blank stands behind a header's colon"),
        (.compactNames, "a header has its compact name"),
        (.oddSpacing, "blanks stand where hardly anyone puts them"),
        (.missingContentLength, "there is no Content-Length"),
        (.bytesAfterBody, "bytes follow the body that Content-Length measures"),
        (.bareLF, "a line ends in LF alone"),
        (.missingBranch, "the top Via has no branch"),
        (.missingFromTag, "the From has no tag"),
        (.missingMaxForwards, "there is no Max-Forwards"),
        (.missingBlankLine, "the blank line after the headers is missing"),
        (.missingReason, "the status line ends after the status"),
        (.missingHost, "an address has no host"),
        (.untidyEvent, "the parameters of the Event are untidy"),
        (.misspeltVendor, "the Event says vender"),
        (.missingMAC, "it names no MAC address"),
    ]

    /// One sentence for each member, without a full stop.
    package var sentences: [String] {
        SIPLeniency.sentences.filter { contains($0.0) }.map(\.1)
    }
}
