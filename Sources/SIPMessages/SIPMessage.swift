/// A SIP request or response (RFC 3261 §7).
package struct SIPMessage: Sendable {
    package enum Start: Equatable, Sendable {
        /// The method is a token, case-sensitive; the Request-URI stands as sent.
        case request(method: String, uri: String)
        /// 100 to 699, and the reason as sent, which may be empty.
        case response(status: UInt16, reason: String)
    }

    /// More than ten times what a phone's SUBSCRIBE takes; longer ones are fragments in disguise.
    package static let mostBytes = 8192
    package static let mostHeaders = 64
    /// A line without its end, and a header with all its folded lines.
    package static let mostBytesInLine = 2048

    package let start: Start
    /// In the order of the wire.
    package let headers: [SIPHeader]
    package let body: [UInt8]
    /// What of `SIPLeniency` the message needed to be read. No part of equality: it tells how a message was written, not what it
    /// says.
    package let leniencies: SIPLeniency

    package init(start: Start, headers: [SIPHeader], body: [UInt8] = [], leniencies: SIPLeniency = .none) {
        self.start = start
        self.headers = headers
        self.body = body
        self.leniencies = leniencies
    }

    /// The same message, for which that much more leniency was needed.
    func reading(_ more: SIPLeniency) -> SIPMessage {
        SIPMessage(start: start, headers: headers, body: body, leniencies: leniencies.union(more))
    }

    /// The method of a request; `nil` for a response.
    package var method: String? {
        guard case .request(let method, _) = start else { return nil }
        return method
    }

    /// The status of a response, 100 to 699; `nil` for a request.
    package var status: UInt16? {
        guard case .response(let status, _) = start else { return nil }
        return status
    }

    /// Every header of this name in order, whatever its case and whether long or compact.
    package func headers(_ name: String) -> [SIPHeader] {
        let key = SIPHeader.key(of: name)
        return headers.filter { $0.key == key }
    }

    /// The first header of this name, and of a list its first element; `nil` when there is none.
    package func first(_ name: String) -> String? {
        let key = SIPHeader.key(of: name)
        return headers.first { $0.key == key }?.elements.first?.text
    }

    /// The values of every header of this name in order, comma-separated lists taken apart (RFC 3261 §7.3.1).
    package func all(_ name: String) -> [String] {
        elements(name).map(\.text)
    }

    /// What `all` gives, as bytes.
    func elements(_ name: String) -> [ArraySlice<UInt8>] {
        let key = SIPHeader.key(of: name)
        var elements: [ArraySlice<UInt8>] = []
        for header in headers where header.key == key { elements += header.elements }
        return elements
    }
}

extension SIPMessage: Equatable {
    package static func == (left: SIPMessage, right: SIPMessage) -> Bool {
        left.start == right.start && left.headers == right.headers && left.body == right.body
    }
}
