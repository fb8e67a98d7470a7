import Packets

/// Writes a message front to back into one buffer, and notes where each header stands.
///
/// What comes as text has its control characters replaced by blanks. What comes as bytes is a part of a message that was read, whose
/// lines hold none. So nothing that is copied from a phone into a reply can begin a header of its own.
struct SIPWriter {
    private var bytes: [UInt8] = []
    private let line: SIPMessage.Line
    private var fields: [SIPField] = []
    private var name = 0..<0
    private var key = SIPHeaderName.other

    private init(_ line: (inout [UInt8]) -> SIPMessage.Line) {
        bytes.reserveCapacity(1024)
        fields.reserveCapacity(16)
        self.line = line(&bytes)
        bytes += SIPWord.lineEnd.text
    }

    init(status: UInt16, reason: String) {
        self.init { bytes in
            bytes += "SIP/2.0 ".utf8
            bytes.append(decimal: UInt32(status))
            bytes.append(UInt8(ascii: " "))
            let start = bytes.count
            bytes += reason.utf8.lazy.filter { !$0.isForbiddenControl }
            return .response(status: status, reason: start..<bytes.count)
        }
    }

    /// A blank or a line end would break the start line in two, and is left out.
    init(method: String, uri: ArraySlice<UInt8>) {
        func isKept(_ byte: UInt8) -> Bool { !byte.isForbiddenControl && !byte.isBlank }
        self.init { bytes in
            bytes += method.utf8.lazy.filter(isKept)
            let end = bytes.count
            bytes.append(UInt8(ascii: " "))
            let start = bytes.count
            for byte in uri where isKept(byte) { bytes.append(byte) }
            let uri = start..<bytes.count
            bytes += " SIP/2.0".utf8
            return .request(method: 0..<end, uri: uri)
        }
    }

    // MARK: A header, by its parts

    mutating func begin(_ key: SIPHeaderName) { begin(key, line: key.lineStart) }

    /// - Parameter line: its beginning, with the colon and the blank.
    private mutating func begin(_ key: SIPHeaderName, line: [UInt8]) {
        (self.key, name) = (key, bytes.count..<(bytes.count + line.count - 2))
        bytes += line
    }

    mutating func end() {
        fields.append(SIPField(key: key, name: name, value: (name.upperBound + 2)..<bytes.count))
        bytes += SIPWord.lineEnd.text
    }

    mutating func write(_ text: String) {
        let start = bytes.count
        bytes += text.utf8
        for at in start..<bytes.count where bytes[at].isForbiddenControl { bytes[at] = UInt8(ascii: " ") }
    }

    mutating func write(_ word: SIPWord) { bytes += word.text }

    mutating func write(_ part: ArraySlice<UInt8>) { bytes += part }
    mutating func write(_ byte: UInt8) { bytes.append(byte) }
    mutating func write(decimal number: UInt32) { bytes.append(decimal: number) }

    mutating func write(_ address: IPv4Address) { address.write(to: &bytes) }

    /// `192.168.0.1:5060`
    mutating func write(_ address: IPv4Address, port: UInt16) {
        write(address)
        bytes.append(UInt8(ascii: ":"))
        write(decimal: UInt32(port))
    }

    /// `;name=value`, the value in quotes where it is more than a word.
    mutating func writeParameter(_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>?) {
        bytes.append(UInt8(ascii: ";"))
        bytes += name
        guard let value else { return }
        bytes.append(UInt8(ascii: "="))
        guard !value.allSatisfy(SIPParameters.isPlain) else { return write(value) }
        bytes.append(UInt8(ascii: "\""))
        for byte in value {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    // MARK: A header at once

    mutating func header(_ key: SIPHeaderName, _ value: String) {
        begin(key)
        write(value)
        end()
    }

    /// Under its own name.
    mutating func header(_ header: SIPHeader) {
        begin(header.key, line: Array("\(header.name): ".utf8))
        bytes += header.bytes
        end()
    }

    /// Every header of a name with its bytes untouched, under the long one, and a tag where one is to be added.
    mutating func copy(_ name: SIPHeaderName, of message: SIPMessage, as newName: SIPHeaderName? = nil, tag: String? = nil) {
        for field in message.parts.fields where field.key == name {
            begin(newName ?? name)
            bytes += message.value(of: field)
            if let tag {
                write(.semicolonTag)
                write(tag)
            }
            end()
        }
    }

    /// The length of the body, in its place.
    mutating func contentLength(_ body: [UInt8], line: [UInt8] = SIPHeaderName.contentLength.lineStart) {
        begin(.contentLength, line: line)
        write(decimal: UInt32(truncatingIfNeeded: body.count))
        end()
    }

    /// The message: Content-Length comes last where it did not before, a blank line ends the headers, and the body follows.
    mutating func message(_ body: [UInt8] = []) -> SIPMessage {
        if !fields.contains(where: { $0.key == .contentLength }) { contentLength(body) }
        bytes += SIPWord.lineEnd.text
        let start = bytes.count
        bytes += body
        return SIPMessage(SIPMessage.Parts(bytes, line, fields, body: start..<bytes.count, isWritten: true))
    }
}

extension SIPMessage {
    /// A message of these headers. Its Content-Length is the body's length whatever they say, in its old place or last.
    package init(start: Start, headers: [SIPHeader], body: [UInt8] = []) {
        var writer =
            switch start {
            case .request(let method, let uri): SIPWriter(method: method, uri: Array(uri.utf8)[...])
            case .response(let status, let reason): SIPWriter(status: status, reason: reason)
            }
        var hasLength = false
        for header in headers {
            guard header.key == .contentLength else {
                writer.header(header)
                continue
            }
            if !hasLength { writer.contentLength(body, line: Array("\(header.name): ".utf8)) }
            hasLength = true
        }
        self = writer.message(body)
    }

    /// The message as it goes on the wire: every line ends in CRLF, a blank line ends the headers, and Content-Length is right.
    package func encoded() -> [UInt8] {
        parts.isWritten ? parts.bytes : SIPMessage(start: start, headers: headers, body: body).parts.bytes
    }
}
