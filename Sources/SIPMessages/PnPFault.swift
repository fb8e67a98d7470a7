/// Why a message is not a phone's question for its configuration.
package enum PnPFault: Error, Equatable {
    case isResponse
    /// Never answered, by whatever way it came (RFC 3261 §17).
    case isACK
    case otherMethod(String)
    /// The long name of a header that must be there.
    case missing(String)
    /// The long name of a header that is there and cannot be read, or `Request-URI`.
    case malformed(String)
    /// The extensions that the request insists on; there is none that we know.
    case requires([String])
    case otherEvent(String)
    case notAllowed(SIPLeniency)

    /// How a peer that asked us alone is told; to a multicast, and where this is `nil`, the answer is silence.
    package var refusal: PnPRefusal? {
        switch self {
        case .isResponse, .isACK: nil
        case .otherMethod: .methodNotAllowed
        case .missing("Event"), .otherEvent: .badEvent
        case .missing, .malformed, .notAllowed: .badRequest
        case .requires(let extensions): .badExtension(extensions)
        }
    }

    package var sentence: String {
        switch self {
        case .isResponse: "it is a response"
        case .isACK: "it is an ACK"
        case .otherMethod(let method): "it is \(method), not SUBSCRIBE"
        case .missing(let name): "it has no \(name)"
        case .malformed(let name): "its \(name) cannot be read"
        case .requires(let extensions): "it requires \(extensions.joined(separator: ", "))"
        case .otherEvent(let package): "it asks for the event package \(package), not \(PnPSubscribe.eventPackage)"
        case .notAllowed(let leniency): leniency.sentences.joined(separator: "; ")
        }
    }
}

/// The answers that are a no, each with what its status must bring along.
package enum PnPRefusal: Equatable, Sendable {
    /// 400
    case badRequest
    /// 405 with Allow (RFC 3261 §8.2.1)
    case methodNotAllowed
    /// 420 with Unsupported (RFC 3261 §8.2.2.3)
    case badExtension([String])
    /// 489 with Allow-Events (RFC 6665 §4.2.1.1)
    case badEvent
    /// 505 (RFC 3261 §21.5.6)
    case versionNotSupported

    package var status: UInt16 {
        switch self {
        case .badRequest: 400
        case .methodNotAllowed: 405
        case .badExtension: 420
        case .badEvent: 489
        case .versionNotSupported: 505
        }
    }

    var reason: String {
        switch self {
        case .badRequest: "Bad Request"
        case .methodNotAllowed: "Method Not Allowed"
        case .badExtension: "Bad Extension"
        case .badEvent: "Bad Event"
        case .versionNotSupported: "Version Not Supported"
        }
    }

    var header: SIPHeader? {
        switch self {
        case .badRequest, .versionNotSupported: nil
        case .methodNotAllowed: SIPHeader("Allow", "SUBSCRIBE")
        case .badExtension(let extensions): SIPHeader("Unsupported", extensions.joined(separator: ", "))
        case .badEvent: SIPHeader("Allow-Events", PnPSubscribe.eventPackage)
        }
    }
}
