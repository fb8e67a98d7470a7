extension SIPMessage {
    /// What can be made out of a request that was refused as a whole: the headers that an answer copies, each where it can be
    /// read, so that its sender can be told 400 (RFC 3261 §16.3, §21.4.1).
    ///
    /// `nil` for what does not begin as a request does. A header that may stand once is taken where it stands first.
    package init?(salvaging bytes: ArraySlice<UInt8>) {
        var lines = bytes.prefix(SIPMessage.mostBytes).split(
            separator: UInt8(ascii: "\n"), maxSplits: SIPMessage.mostHeaders, omittingEmptySubsequences: false
        ).map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }[...]
        lines = lines.drop(while: \.isEmpty)
        guard let start = lines.popFirst(), let method = start.split(separator: UInt8(ascii: " "), maxSplits: 1).first,
            method.isToken, SIPMessage.namesVersion(start)
        else { return nil }

        var headers: [SIPHeader] = []
        var unfolded: ArraySlice<UInt8> = []
        for line in lines.prefix(while: { !$0.isEmpty }) {
            if line.first?.isBlank == true {
                unfolded += [UInt8(ascii: " ")] + line.trimmed
            } else {
                SIPMessage.keep(unfolded, in: &headers)
                unfolded = line
            }
        }
        SIPMessage.keep(unfolded, in: &headers)
        self.init(start: .request(method: method.text, uri: ""), headers: headers)
    }

    private static func keep(_ line: ArraySlice<UInt8>, in headers: inout [SIPHeader]) {
        guard line.count <= mostBytesInLine, !line.contains(where: \.isForbiddenControl),
            let colon = line.firstIndex(of: UInt8(ascii: ":")), line[..<colon].trimmed.isToken
        else { return }
        let header = SIPHeader(line[..<colon].trimmed.text, bytes: line[(colon + 1)...])
        let isKnown = headers.contains { $0.key == header.key }
        if header.key == .via || header.key.isCopied && !isKnown { headers.append(header) }
    }

    /// ` SIP/` stands somewhere in it.
    private static func namesVersion(_ line: ArraySlice<UInt8>) -> Bool {
        line.indices.contains { line[$0] == UInt8(ascii: " ") && line[($0 + 1)...].prefix(4).isNamed(.sipSlash) }
    }
}
