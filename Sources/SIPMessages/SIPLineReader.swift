/// Takes a message apart into lines and keeps account of the leniencies that it needs.
struct SIPLineReader {
    /// The message as it came; behind it, each on one line, the headers that came folded.
    private(set) var bytes: [UInt8]
    /// Of what came.
    private let end: Int
    /// Where what follows the lines read so far begins; after the last header, the body.
    private var at = 0
    private(set) var used: SIPLeniency = .none
    /// The line read last, counted from 1 at the start line.
    private(set) var number = 0
    private let allowed: SIPLeniency
    /// In the line, or all the lines of the header, that were read last.
    private(set) var blanks = 0

    init(_ bytes: ArraySlice<UInt8>, allowing: SIPLeniency) {
        self.bytes = Array(bytes)
        end = bytes.count
        allowed = allowing
    }

    var rest: Range<Int> { at..<end }

    mutating func use(_ leniency: SIPLeniency) throws(SIPFault) {
        guard allowed.contains(leniency) else { throw .notAllowed(leniency) }
        used.insert(leniency)
    }

    /// RFC 3261 §7.5: over streams, implementations "MUST ignore any CRLF appearing before the start-line"; datagrams get the
    /// same.
    mutating func skipLeadingLineEnds() throws(SIPFault) {
        guard at < end else { throw .empty }
        guard !bytes.allSatisfy({ $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }) else { throw .keepAlive }
        while at < end {
            if bytes[at] == UInt8(ascii: "\n") {
                try use(.bareLF)
                at += 1
            } else if bytes[at] == UInt8(ascii: "\r"), at + 1 < end, bytes[at + 1] == UInt8(ascii: "\n") {
                at += 2
            } else {
                return
            }
        }
    }

    /// The next line without its end.
    mutating func line() throws(SIPFault) -> Range<Int> {
        number += 1
        let start = at
        var last = start
        var controls = 0
        for byte in bytes[start..<end] {
            if byte <= 0x20 || byte == 0x7f {
                if byte == UInt8(ascii: "\n") { break }
                if byte.isBlank { blanks += 1 } else { controls += 1 }
            }
            last += 1
        }
        at = last
        // One more for the CR of a line that is just short enough.
        guard last - start <= SIPMessage.mostBytesInLine + 1 else { throw .lineTooLong(line: number) }
        guard at < end else { throw .cutLine(line: number) }
        at += 1
        if last > start, bytes[last - 1] == UInt8(ascii: "\r") {
            last -= 1
            controls -= 1
        } else {
            try use(.bareLF)
        }
        guard last - start <= SIPMessage.mostBytesInLine else { throw .lineTooLong(line: number) }
        guard controls == 0 else { throw .controlCharacter(line: number) }
        return start..<last
    }

    /// The next header on one line, or `nil` at the blank line that ends them.
    mutating func header() throws(SIPFault) -> Range<Int>? {
        guard at < end else {
            try use(.missingBlankLine)
            return nil
        }
        blanks = 0
        var header = try line()
        guard !header.isEmpty else { return nil }
        guard !bytes[header.lowerBound].isBlank else { throw .foldWithoutHeader }
        // RFC 3261 §7.3.1: "The line break and the whitespace at the beginning of the next line are treated as a single SP
        // character."
        while at < end, bytes[at].isBlank {
            try use(.foldedLines)
            let more = trimmed(try line())
            guard header.count + 1 + more.count <= SIPMessage.mostBytesInLine else { throw .lineTooLong(line: number) }
            header = unfolded(trimmed(header), more)
        }
        return header
    }

    /// Both with a blank between them, behind all that came.
    private mutating func unfolded(_ header: Range<Int>, _ more: Range<Int>) -> Range<Int> {
        var start = header.lowerBound
        if start < end {
            start = bytes.count
            for place in header { bytes.append(bytes[place]) }
        } else {
            bytes.removeLast(bytes.count - header.upperBound)
        }
        bytes.append(UInt8(ascii: " "))
        for place in more { bytes.append(bytes[place]) }
        return start..<bytes.count
    }

    /// Without blanks at either end.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, last) = (range.lowerBound, range.upperBound)
        while start < last, bytes[start].isBlank { start += 1 }
        while start < last, bytes[last - 1].isBlank { last -= 1 }
        return start..<last
    }
}
