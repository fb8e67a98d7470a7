/// A header by its name, whatever its case and whether long or compact (RFC 3261 §7.3.1, §7.3.3). Those that mean something here have
/// a case of their own.
package enum SIPHeaderName: UInt8, CaseIterable, Sendable {
    case via, from, to, callID, cseq, contact, event, contentLength, contentType, maxForwards, expires, subscriptionState
    case require, accept, userAgent, allow, allowEvents, unsupported
    case route, recordRoute, acceptEncoding, acceptLanguage, proxyRequire, supported, contentEncoding, contentLanguage
    case inReplyTo, warning, subject, referTo, referredBy, sessionExpires
    case other

    init(_ name: ArraySlice<UInt8>) {
        if name.count == 1, let letter = name.first?.lowercased {
            self = SIPHeaderName.compact.first { $0.letter == letter }?.name ?? .other
            return
        }
        guard name.count < SIPHeaderName.byLength.count else {
            self = .other
            return
        }
        for candidate in SIPHeaderName.byLength[name.count] where name.isNamed(candidate.word) {
            self = candidate.name
            return
        }
        self = .other
    }

    /// The long name.
    package var text: String {
        switch self {
        case .via: "Via"
        case .from: "From"
        case .to: "To"
        case .callID: "Call-ID"
        case .cseq: "CSeq"
        case .contact: "Contact"
        case .event: "Event"
        case .contentLength: "Content-Length"
        case .contentType: "Content-Type"
        case .maxForwards: "Max-Forwards"
        case .expires: "Expires"
        case .subscriptionState: "Subscription-State"
        case .require: "Require"
        case .accept: "Accept"
        case .userAgent: "User-Agent"
        case .allow: "Allow"
        case .allowEvents: "Allow-Events"
        case .unsupported: "Unsupported"
        case .route: "Route"
        case .recordRoute: "Record-Route"
        case .acceptEncoding: "Accept-Encoding"
        case .acceptLanguage: "Accept-Language"
        case .proxyRequire: "Proxy-Require"
        case .supported: "Supported"
        case .contentEncoding: "Content-Encoding"
        case .contentLanguage: "Content-Language"
        case .inReplyTo: "In-Reply-To"
        case .warning: "Warning"
        case .subject: "Subject"
        case .referTo: "Refer-To"
        case .referredBy: "Referred-By"
        case .sessionExpires: "Session-Expires"
        case .other: ""
        }
    }

    /// One of those that an answer copies or is aimed by.
    var isCopied: Bool {
        switch self {
        case .via, .from, .to, .callID, .cseq, .contact, .event: true
        default: false
        }
    }

    /// A comma separates elements. In the others (User-Agent, Call-ID, dates) it means nothing.
    var isList: Bool {
        switch self {
        case .via, .contact, .route, .recordRoute, .accept, .acceptEncoding, .acceptLanguage, .allow, .allowEvents, .require,
            .proxyRequire, .supported, .unsupported, .contentEncoding, .contentLanguage, .inReplyTo, .warning:
            true
        default: false
        }
    }

    /// Headers that a message holds once at the most (RFC 3261 §7.3.1, table 2).
    var isOnce: Bool {
        switch self {
        case .from, .to, .callID, .cseq, .contentLength, .contentType, .maxForwards, .event, .expires, .subscriptionState: true
        default: false
        }
    }

    /// In a set of names.
    var bit: UInt64 { 1 << UInt64(rawValue) }

    /// Headers whose value is one number, and the most that it may be (RFC 3261 §20.22: Max-Forwards is 0 to 255).
    static let numbers: [(name: SIPHeaderName, most: UInt32)] = [
        (.contentLength, SIPNumber.most), (.expires, SIPNumber.most), (.maxForwards, 255),
    ]

    /// RFC 3261 §20, RFC 6665 §8.2 (`o`, `u`), RFC 3515 (`r`), RFC 3892 (`b`), RFC 4028 (`x`).
    private static let compact: [(letter: UInt8, name: SIPHeaderName)] = [
        (UInt8(ascii: "v"), .via), (UInt8(ascii: "f"), .from), (UInt8(ascii: "t"), .to), (UInt8(ascii: "i"), .callID),
        (UInt8(ascii: "m"), .contact), (UInt8(ascii: "l"), .contentLength), (UInt8(ascii: "c"), .contentType),
        (UInt8(ascii: "o"), .event), (UInt8(ascii: "u"), .allowEvents), (UInt8(ascii: "s"), .subject),
        (UInt8(ascii: "k"), .supported), (UInt8(ascii: "e"), .contentEncoding), (UInt8(ascii: "r"), .referTo),
        (UInt8(ascii: "b"), .referredBy), (UInt8(ascii: "x"), .sessionExpires),
    ]

    /// The names of so many characters.
    private static let byLength: [[(name: SIPHeaderName, word: SIPWord)]] = {
        let all = allCases.filter { $0 != .other }.map { (name: $0, word: SIPWord($0.text)) }
        let longest = all.map(\.word.text.count).max() ?? 0
        return (0...longest).map { length in all.filter { $0.word.text.count == length } }
    }()

    /// How a line of this header begins.
    var lineStart: [UInt8] { SIPHeaderName.lineStarts[Int(rawValue)] }
    private static let lineStarts = allCases.map { Array("\($0.text): ".utf8) }
}
