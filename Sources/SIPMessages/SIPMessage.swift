/// A SIP request or response (RFC 3261 §7): its bytes in one piece, and where each header stands in them. Values are made of what
/// somebody asks for, and of nothing else.
package struct SIPMessage: Sendable {
    package enum Start: Equatable, Sendable {
        /// The method is a token, case-sensitive; the Request-URI stands as sent.
        case request(method: String, uri: String)
        /// 100 to 699, and the reason as sent, which may be empty.
        case response(status: UInt16, reason: String)
    }

    /// The same by place.
    enum Line: Sendable {
        case request(method: Range<Int>, uri: Range<Int>)
        case response(status: UInt16, reason: Range<Int>)
    }

    /// More than ten times what a phone's SUBSCRIBE takes; longer ones are fragments in disguise.
    package static let mostBytes = 8192
    package static let mostHeaders = 64
    /// A line without its end, and a header with all its folded lines.
    package static let mostBytesInLine = 2048

    /// Shared by all copies of the message.
    final class Parts: Sendable {
        let bytes: [UInt8]
        let line: Line
        /// In the order of the wire.
        let fields: [SIPField]
        let body: Range<Int>
        /// Of a message that was read: it is asked for several times.
        let topVia: SIPVia?
        /// Of a request that was read.
        let from: SIPAddressHeader?
        let hasOneVia: Bool
        /// `bytes` are the message as it goes on the wire.
        let isWritten: Bool

        init(_ bytes: [UInt8], _ line: Line, _ fields: [SIPField], body: Range<Int>, isWritten: Bool = false) {
            self.bytes = bytes
            self.line = line
            self.fields = fields
            self.body = body
            self.isWritten = isWritten
            hasOneVia = !isWritten && SIPMessage.hasOneVia(bytes, fields)
            topVia = isWritten ? nil : SIPMessage.topVia(bytes, fields)
            if case .request = line, !isWritten { from = SIPMessage.address(.from, bytes, fields) } else { from = nil }
        }
    }

    let parts: Parts
    /// What of `SIPLeniency` the message needed to be read. No part of equality: it tells how a message was written, not what it
    /// says.
    package internal(set) var leniencies: SIPLeniency

    init(_ parts: Parts, leniencies: SIPLeniency = .none) {
        self.parts = parts
        self.leniencies = leniencies
    }

    /// The same message, for which that much more leniency was needed.
    func reading(_ more: SIPLeniency) -> SIPMessage {
        SIPMessage(parts, leniencies: leniencies.union(more))
    }

    package var start: Start {
        switch parts.line {
        case .request(let method, let uri): .request(method: parts.bytes[method].text, uri: parts.bytes[uri].text)
        case .response(let status, let reason): .response(status: status, reason: parts.bytes[reason].text)
        }
    }

    package var isRequest: Bool { methodBytes != nil }

    /// The method of a request; `nil` for a response.
    package var method: String? { methodBytes?.text }

    package func isRequest(_ method: String) -> Bool { methodBytes.map { $0.reads(SIPWord(method)) } == true }

    var methodBytes: ArraySlice<UInt8>? {
        guard case .request(let method, _) = parts.line else { return nil }
        return parts.bytes[method]
    }

    /// Of a request.
    var uri: ArraySlice<UInt8>? {
        guard case .request(_, let uri) = parts.line else { return nil }
        return parts.bytes[uri]
    }

    /// The status of a response, 100 to 699; `nil` for a request.
    package var status: UInt16? {
        guard case .response(let status, _) = parts.line else { return nil }
        return status
    }

    package var hasBody: Bool { !parts.body.isEmpty }
    package var body: [UInt8] { Array(parts.bytes[parts.body]) }

    /// Every header in the order of the wire.
    package var headers: [SIPHeader] { parts.fields.map(header) }

    /// Every header of this name in order, whatever its case and whether long or compact.
    package func headers(_ name: String) -> [SIPHeader] { fields(name).map(header) }

    /// The first header of this name, and of a list its first element; `nil` when there is none.
    package func first(_ name: String) -> String? {
        fields(name).first.map { firstElement(of: $0).text }
    }

    package func first(_ name: SIPHeaderName) -> ArraySlice<UInt8>? {
        field(name).map(firstElement)
    }

    /// The values of every header of this name in order, comma-separated lists taken apart (RFC 3261 §7.3.1).
    package func all(_ name: String) -> [String] {
        fields(name).flatMap(elements).map(\.text)
    }

    /// What `all` gives, as bytes.
    func elements(_ name: SIPHeaderName) -> [ArraySlice<UInt8>] {
        var all: [ArraySlice<UInt8>] = []
        for field in parts.fields where field.key == name { all += elements(of: field) }
        return all
    }

    /// Nobody stands between the sender and us.
    var hasOneVia: Bool { parts.hasOneVia || parts.isWritten && SIPMessage.hasOneVia(parts.bytes, parts.fields) }

    func field(_ name: SIPHeaderName) -> SIPField? {
        for field in parts.fields where field.key == name { return field }
        return nil
    }

    func value(of field: SIPField) -> ArraySlice<UInt8> { parts.bytes[field.value] }

    private func header(_ field: SIPField) -> SIPHeader {
        SIPHeader(parts.bytes[field.name].text, bytes: value(of: field))
    }

    private func fields(_ name: String) -> [SIPField] {
        let key = SIPHeaderName(Array(name.utf8)[...])
        return parts.fields.filter { $0.key == key && (key != .other || parts.bytes[$0.name].isNamed(SIPWord(name))) }
    }

    private func firstElement(of field: SIPField) -> ArraySlice<UInt8> {
        field.key.isList ? firstSIPElement(value(of: field)) : value(of: field)
    }

    private func elements(of field: SIPField) -> [ArraySlice<UInt8>] {
        field.key.isList ? sipElements(value(of: field)) : [value(of: field)]
    }
}

extension SIPMessage {
    /// The Via that the last sender wrote; `nil` when there is none or it cannot be read.
    package var topVia: SIPVia? { parts.topVia ?? SIPMessage.topVia(parts.bytes, parts.fields) }

    /// `nil` when there is none or it cannot be read.
    package var from: SIPAddressHeader? { parts.from ?? address(.from) }

    /// `nil` when there is none or it cannot be read.
    package var to: SIPAddressHeader? { address(.to) }

    func address(_ name: SIPHeaderName) -> SIPAddressHeader? { SIPMessage.address(name, parts.bytes, parts.fields) }

    private static func hasOneVia(_ bytes: [UInt8], _ fields: [SIPField]) -> Bool {
        var count = 0
        for field in fields where field.key == .via { count += endOfSIPElement(bytes[field.value]) == nil ? 1 : 2 }
        return count == 1
    }

    private static func topVia(_ bytes: [UInt8], _ fields: [SIPField]) -> SIPVia? {
        for field in fields where field.key == .via { return try? SIPVia(parsing: firstSIPElement(bytes[field.value])) }
        return nil
    }

    private static func address(_ name: SIPHeaderName, _ bytes: [UInt8], _ fields: [SIPField]) -> SIPAddressHeader? {
        for field in fields where field.key == name {
            let value = bytes[field.value]
            return try? SIPAddressHeader(parsing: name.isList ? firstSIPElement(value) : value)
        }
        return nil
    }
}

extension SIPMessage: Equatable {
    package static func == (left: SIPMessage, right: SIPMessage) -> Bool {
        left.start == right.start && left.headers == right.headers && left.body == right.body
    }
}
