// RFC 3261 §7:  generic-message = start-line *message-header CRLF [ message-body ]
//               start-line      = Method SP Request-URI SP SIP-Version CRLF
//                               / SIP-Version SP Status-Code SP Reason-Phrase CRLF

extension SIPMessage {
    /// Reads the payload of one datagram.
    ///
    /// Which headers a message must have is for its reader to judge (`PnPSubscribe`); this refuses what cannot be taken apart,
    /// what passes a cap, and what stands twice or is no number where the meaning would be anyone's guess.
    package init(parsing bytes: ArraySlice<UInt8>, allowing leniency: SIPLeniency = .phones) throws(SIPFault) {
        guard bytes.count <= SIPMessage.mostBytes else { throw .messageTooLong }
        var lines = SIPLineReader(bytes, allowing: leniency)
        try lines.skipLeadingLineEnds()
        let start = try SIPMessage.start(of: try lines.line(), &lines)
        let headers = try SIPMessage.headers(from: &lines)

        for (key, name) in SIPHeader.once where headers.count(where: { $0.key == key }) > 1 { throw .headerTwice(name) }
        let numbers = try SIPMessage.numbers(in: headers)

        var body = lines.rest
        if let claimed = numbers["content-length"].map(Int.init) {
            guard claimed <= body.count else { throw .bodyTooShort(claimed: claimed, present: body.count) }
            // RFC 3261 §18.3: "If there are additional bytes in the transport packet beyond the end of the body, they MUST be
            // discarded."
            if claimed < body.count { try lines.use(.bytesAfterBody) }
            body = body.prefix(claimed)
        } else {
            try lines.use(.missingContentLength)
        }

        let read = SIPMessage(start: start, headers: headers, body: Array(body))
        if read.method != nil {
            if numbers["max-forwards"] == nil { try lines.use(.missingMaxForwards) }
            if let via = read.topVia, via.branch == nil { try lines.use(.missingBranch) }
            if let from = read.from, from.tag == nil { try lines.use(.missingFromTag) }
        }
        self = read.reading(lines.used)
    }

    /// The Via that the last sender wrote; `nil` when there is none or it cannot be read.
    package var topVia: SIPVia? {
        guard let first = elements("Via").first else { return nil }
        return try? SIPVia(parsing: first)
    }

    /// `nil` when there is none or it cannot be read.
    package var from: SIPAddressHeader? { address("From") }
    /// `nil` when there is none or it cannot be read.
    package var to: SIPAddressHeader? { address("To") }

    func address(_ name: String) -> SIPAddressHeader? {
        guard let first = elements(name).first else { return nil }
        return try? SIPAddressHeader(parsing: first)
    }

    private static func start(of line: ArraySlice<UInt8>, _ lines: inout SIPLineReader) throws(SIPFault) -> Start {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count >= 2 else { throw .startLine }
        if line.prefix(4).text.lowercased() == "sip/" {
            try checkVersion(words[0])
            guard words[1].count == 3, let status = SIPNumber(words[1], atMost: 699).value, status >= 100 else { throw .status }
            if words.count == 2 { try lines.use(.missingReason) }
            return .response(status: UInt16(truncatingIfNeeded: status), reason: words.count == 3 ? words[2].text : "")
        }
        // RFC 3261 §7.1: "No linear whitespace (LWS) is allowed in any of the elements", and one SP between them.
        guard words.count == 3, words[0].isToken, words[1].allSatisfy(SIPURI.mayHold), !words[1].isEmpty else { throw .startLine }
        try checkVersion(words[2])
        return .request(method: words[0].text, uri: words[1].text)
    }

    /// RFC 3261 §7.1: the version is case-insensitive, and is sent in upper case.
    private static func checkVersion(_ word: ArraySlice<UInt8>) throws(SIPFault) {
        guard word.prefix(4).text.lowercased() == "sip/", !word.contains(where: \.isBlank) else { throw .startLine }
        guard word.dropFirst(4).elementsEqual("2.0".utf8) else { throw .otherVersion }
    }

    private static func headers(from lines: inout SIPLineReader) throws(SIPFault) -> [SIPHeader] {
        var headers: [SIPHeader] = []
        while let line = try lines.header() {
            guard headers.count < mostHeaders else { throw .tooManyHeaders }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .noColon(line: lines.number) }
            var name = line[..<colon]
            if name.last?.isBlank == true {
                try lines.use(.blankBeforeColon)
                name = name.trimmed
            }
            guard name.isToken else { throw .headerName(line: lines.number) }
            let value = line[(colon + 1)...]
            if value.first?.isBlank == false { try lines.use(.noBlankAfterColon) }
            let header = SIPHeader(name.text, bytes: value)
            if header.isCompact { try lines.use(.compactNames) }
            if header.isCopied, isOddlySpaced(header.bytes) { try lines.use(.oddSpacing) }
            headers.append(header)
        }
        return headers
    }

    /// Blanks where the grammar has them and hardly anyone puts them, outside of quotes and angle brackets.
    private static func isOddlySpaced(_ value: [UInt8]) -> Bool {
        var before: UInt8?
        var closing: UInt8?
        for byte in value {
            defer { before = byte }
            if let end = closing {
                if byte == end, end != UInt8(ascii: "\"") || before != UInt8(ascii: "\\") { closing = nil }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): closing = byte
            case UInt8(ascii: "<"): closing = UInt8(ascii: ">")
            case UInt8(ascii: "\t"): return true
            case UInt8(ascii: " "):
                if let before, before == byte || "/:;=".utf8.contains(before) { return true }
            default:
                if before == UInt8(ascii: " "), "/:;=".utf8.contains(byte) { return true }
            }
        }
        return false
    }

    private static func numbers(in headers: [SIPHeader]) throws(SIPFault) -> [String: UInt32] {
        var numbers: [String: UInt32] = [:]
        for (key, name, most) in SIPHeader.numbers {
            guard let header = headers.first(where: { $0.key == key }) else { continue }
            switch SIPNumber(header.bytes[...], atMost: most) {
            case .value(let number): numbers[key] = number
            case .notANumber: throw .notANumber(name)
            case .tooLarge: throw .numberTooLarge(name)
            }
        }
        return numbers
    }
}
