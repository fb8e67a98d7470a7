import Packets

extension SIPMessage {
    /// The message as it goes on the wire: every line ends in CRLF, a blank line ends the headers, and Content-Length is the
    /// body's length whatever the headers say, in its old place or last.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 1024)
        switch start {
        case .request(let method, let uri):
            writer.append(SIPMessage.word(method) + [UInt8(ascii: " ")] + SIPMessage.word(uri) + Array(" SIP/2.0\r\n".utf8))
        case .response(let status, let reason):
            writer.append("SIP/2.0 \(status) ")
            writer.append(reason.utf8.filter { !$0.isForbiddenControl })
            writer.append("\r\n")
        }
        var lengthIsWritten = false
        for header in headers {
            guard header.key == "content-length" else {
                writer.append(header.name)
                writer.append(": ")
                writer.append(header.bytes)
                writer.append("\r\n")
                continue
            }
            guard !lengthIsWritten else { continue }
            lengthIsWritten = true
            writer.append("\(header.name): \(body.count)\r\n")
        }
        if !lengthIsWritten { writer.append("Content-Length: \(body.count)\r\n") }
        writer.append("\r\n")
        writer.append(body)
        return writer.bytes
    }

    /// A part of the start line, which a blank or a line end would break in two.
    private static func word(_ text: String) -> [UInt8] {
        text.utf8.filter { !$0.isForbiddenControl && !$0.isBlank }
    }
}
