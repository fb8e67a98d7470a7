/// Takes a message apart into lines and keeps account of the leniencies that it needs.
struct SIPLineReader {
    /// What follows the lines read so far; after the last header, the body.
    private(set) var rest: ArraySlice<UInt8>
    private(set) var used: SIPLeniency = .none
    /// The line read last, counted from 1 at the start line.
    private(set) var number = 0
    private let allowed: SIPLeniency

    init(_ bytes: ArraySlice<UInt8>, allowing: SIPLeniency) {
        rest = bytes
        allowed = allowing
    }

    mutating func use(_ leniency: SIPLeniency) throws(SIPFault) {
        guard allowed.contains(leniency) else { throw .notAllowed(leniency) }
        used.insert(leniency)
    }

    /// RFC 3261 §7.5: over streams, implementations "MUST ignore any CRLF appearing before the start-line"; datagrams get the
    /// same.
    mutating func skipLeadingLineEnds() throws(SIPFault) {
        guard !rest.isEmpty else { throw .empty }
        guard !rest.allSatisfy({ $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }) else { throw .keepAlive }
        while let first = rest.first {
            if first == UInt8(ascii: "\n") {
                try use(.bareLF)
                rest = rest.dropFirst()
            } else if rest.starts(with: "\r\n".utf8) {
                rest = rest.dropFirst(2)
            } else {
                return
            }
        }
    }

    /// The next line without its end.
    mutating func line() throws(SIPFault) -> ArraySlice<UInt8> {
        number += 1
        let end = rest.firstIndex(of: UInt8(ascii: "\n"))
        var line = rest[..<(end ?? rest.endIndex)]
        // One more for the CR of a line that is just short enough.
        guard line.count <= SIPMessage.mostBytesInLine + 1 else { throw .lineTooLong(line: number) }
        guard let end else { throw .cutLine(line: number) }
        rest = rest[(end + 1)...]
        if line.last == UInt8(ascii: "\r") {
            line = line.dropLast()
        } else {
            try use(.bareLF)
        }
        guard line.count <= SIPMessage.mostBytesInLine else { throw .lineTooLong(line: number) }
        guard !line.contains(where: \.isForbiddenControl) else { throw .controlCharacter(line: number) }
        return line
    }

    /// The next header on one line, or `nil` at the blank line that ends them.
    mutating func header() throws(SIPFault) -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else {
            try use(.missingBlankLine)
            return nil
        }
        var header = try line()
        guard let first = header.first else { return nil }
        guard !first.isBlank else { throw .foldWithoutHeader }
        // RFC 3261 §7.3.1: "The line break and the whitespace at the beginning of the next line are treated as a single SP
        // character."
        while rest.first?.isBlank == true {
            try use(.foldedLines)
            let more = try line().trimmed
            guard header.count + 1 + more.count <= SIPMessage.mostBytesInLine else { throw .lineTooLong(line: number) }
            header = header.trimmed + [UInt8(ascii: " ")] + more
        }
        return header
    }
}
