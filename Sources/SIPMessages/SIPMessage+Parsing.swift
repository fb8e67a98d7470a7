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
        let line = try SIPMessage.line(try lines.line(), &lines)
        let fields = try SIPMessage.fields(from: &lines)

        var body = lines.rest
        if let length = try SIPMessage.contentLength(lines.bytes, fields) {
            guard length <= body.count else { throw .bodyTooShort(claimed: length, present: body.count) }
            // RFC 3261 §18.3: "If there are additional bytes in the transport packet beyond the end of the body, they MUST be
            // discarded."
            if length < body.count { try lines.use(.bytesAfterBody) }
            body = body.prefix(length)
        } else {
            try lines.use(.missingContentLength)
        }

        self.init(Parts(lines.bytes, line, fields, body: body))
        if isRequest {
            if field(.maxForwards) == nil { try lines.use(.missingMaxForwards) }
            if let via = topVia, via.branchBytes == nil { try lines.use(.missingBranch) }
            if let from, from.tagBytes == nil { try lines.use(.missingFromTag) }
        }
        leniencies = lines.used
    }

    private static func line(_ range: Range<Int>, _ lines: inout SIPLineReader) throws(SIPFault) -> Line {
        let line = lines.bytes[range]
        guard let first = line.firstIndex(of: UInt8(ascii: " ")) else { throw .startLine }
        let word = line[..<first]
        let second = line[(first + 1)...].firstIndex(of: UInt8(ascii: " "))
        let middle = line[(first + 1)..<(second ?? line.endIndex)]
        if line.prefix(4).isNamed(.sipSlash) {
            try checkVersion(word)
            guard middle.count == 3, let status = SIPNumber(middle, atMost: 699).value, status >= 100 else { throw .status }
            if second == nil { try lines.use(.missingReason) }
            let reason = second.map { $0 + 1 } ?? line.endIndex
            return .response(status: UInt16(truncatingIfNeeded: status), reason: reason..<line.endIndex)
        }
        // RFC 3261 §7.1: "No linear whitespace (LWS) is allowed in any of the elements", and one SP between them.
        guard let second, word.isToken, middle.allSatisfy(SIPURI.mayHold), !middle.isEmpty else { throw .startLine }
        try checkVersion(line[(second + 1)...])
        return .request(method: word.startIndex..<word.endIndex, uri: middle.startIndex..<middle.endIndex)
    }

    /// RFC 3261 §7.1: the version is case-insensitive, and is sent in upper case.
    private static func checkVersion(_ word: ArraySlice<UInt8>) throws(SIPFault) {
        guard word.prefix(4).isNamed(.sipSlash), !word.contains(where: \.isBlank) else { throw .startLine }
        guard word.dropFirst(4).reads(.version) else { throw .otherVersion }
    }

    private static func fields(from lines: inout SIPLineReader) throws(SIPFault) -> [SIPField] {
        var fields: [SIPField] = []
        fields.reserveCapacity(16)
        while let line = try lines.header() {
            guard fields.count < mostHeaders else { throw .tooManyHeaders }
            guard let colon = lines.bytes[line].firstIndex(of: UInt8(ascii: ":")) else { throw .noColon(line: lines.number) }
            var name = line.lowerBound..<colon
            if let last = name.last, lines.bytes[last].isBlank {
                try lines.use(.blankBeforeColon)
                name = lines.trimmed(name)
            }
            guard lines.bytes[name].isToken else { throw .headerName(line: lines.number) }
            if colon + 1 < line.upperBound, !lines.bytes[colon + 1].isBlank { try lines.use(.noBlankAfterColon) }
            let value = lines.trimmed((colon + 1)..<line.upperBound)
            let field = SIPField(key: SIPHeaderName(lines.bytes[name]), name: name, value: value)
            if field.isCompact { try lines.use(.compactNames) }
            // One blank stands behind the colon.
            if field.key.isCopied, lines.blanks > 1 || value.lowerBound == colon + 1, isOddlySpaced(lines.bytes[value]) {
                try lines.use(.oddSpacing)
            }
            fields.append(field)
        }
        try checkOnce(fields)
        return fields
    }

    private static func checkOnce(_ fields: [SIPField]) throws(SIPFault) {
        var (seen, twice): (UInt64, UInt64) = (0, 0)
        for field in fields where field.key.isOnce {
            twice |= seen & field.key.bit
            seen |= field.key.bit
        }
        guard twice != 0 else { return }
        for name in SIPHeaderName.allCases where twice & name.bit != 0 { throw .headerTwice(name.text) }
    }

    /// Blanks where the grammar has them and hardly anyone puts them, outside of quotes and angle brackets.
    private static func isOddlySpaced(_ value: ArraySlice<UInt8>) -> Bool {
        var closing: UInt8 = 0
        for at in value.startIndex..<value.endIndex {
            let byte = value[at]
            if closing != 0 {
                if byte == closing, byte != UInt8(ascii: "\"") || value[at - 1] != UInt8(ascii: "\\") { closing = 0 }
                continue
            }
            // Nearly all that there is.
            if byte > UInt8(ascii: "<") { continue }
            switch byte {
            case UInt8(ascii: "\""): closing = byte
            case UInt8(ascii: "<"): closing = UInt8(ascii: ">")
            case UInt8(ascii: "\t"): return true
            case UInt8(ascii: " "):
                if at > value.startIndex, value[at - 1].isSeparatorOrBlank { return true }
                if at + 1 < value.endIndex, value[at + 1].isSeparatorOrBlank { return true }
            default: continue
            }
        }
        return false
    }

    /// Checks every header that is a number.
    private static func contentLength(_ bytes: [UInt8], _ fields: [SIPField]) throws(SIPFault) -> Int? {
        var length: Int?
        for (name, most) in SIPHeaderName.numbers {
            guard let field = fields.first(where: { $0.key == name }) else { continue }
            switch SIPNumber(bytes[field.value], atMost: most) {
            case .value(let number): if name == .contentLength { length = Int(number) }
            case .notANumber: throw .notANumber(name.text)
            case .tooLarge: throw .numberTooLarge(name.text)
            }
        }
        return length
    }
}

extension UInt8 {
    /// What no blank stands beside in the headers that an answer copies.
    fileprivate var isSeparatorOrBlank: Bool {
        switch self {
        case UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: " "), UInt8(ascii: "\t"):
            true
        default: false
        }
    }
}
