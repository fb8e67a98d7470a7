import Packets

// RFC 2131 §2, figure 1:
//    0                   1                   2                   3
//    |     op (1)    |   htype (1)   |   hlen (1)    |   hops (1)    |
//    |                            xid (4)                            |
//    |           secs (2)            |           flags (2)           |
//    |                          ciaddr  (4)                          |
//    |                          yiaddr  (4)                          |
//    |                          siaddr  (4)                          |
//    |                          giaddr  (4)                          |
//    |                          chaddr  (16)                         |
//    |                          sname   (64)                         |
//    |                          file    (128)                        |
//    |                    cookie (4), options (variable)             |

extension DHCPMessage {
    /// Reads a UDP payload. Views on the same storage, save for options that came in parts.
    package init(decoding bytes: ArraySlice<UInt8>) throws(DHCPFault) {
        var reader = ByteReader(bytes)
        let cookie: UInt32
        do {
            operation = try reader.byte()
            hardwareType = try reader.byte()
            hardwareLength = try reader.byte()
            hops = try reader.byte()
            transactionID = try reader.uint32()
            seconds = try reader.uint16()
            flags = try reader.uint16()
            clientAddress = IPv4Address(bits: try reader.uint32())
            yourAddress = IPv4Address(bits: try reader.uint32())
            nextServer = IPv4Address(bits: try reader.uint32())
            relayAddress = IPv4Address(bits: try reader.uint32())
            hardwareAddress = try reader.take(16)
            serverName = try reader.take(64)
            bootFile = try reader.take(128)
            cookie = try reader.uint32()
        } catch {
            throw .truncatedHeader(length: bytes.count)
        }
        guard cookie == DHCPMessage.magicCookie else { throw .noMagicCookie }
        guard hardwareLength <= 16 else { throw .hardwareLength(hardwareLength) }
        options = DHCPOptions(in: bytes)
        try options.read(field: reader.rest)

        // "The options field is interpreted first; if option 52 is there, then 'file', then 'sname'" (RFC 2131 §4.1). An option 52
        // inside those two fields means nothing (RFC 2132 §9.3), and one of the wrong length counts as absent.
        if let overload = (try? options.uint8(.overload)).flatMap({ $0 }) {
            guard (1...3).contains(overload) else { throw .overloadValue(overload) }
            let file = bootFile
            let name = serverName
            if overload & 1 != 0 {
                bootFile = []
                try options.read(field: file, overloading: true)
            }
            if overload & 2 != 0 {
                serverName = []
                try options.read(field: name, overloading: true)
            }
        }
        // It tells of this message's layout alone; the next writer has one of its own.
        options[.overload] = nil
        if DHCPMessage.isBlank(bootFile) { bootFile = [] }
        if DHCPMessage.isBlank(serverName) { serverName = [] }
    }

    /// All octets are looked at: without a way out of the loop several are at once.
    private static func isBlank(_ field: ArraySlice<UInt8>) -> Bool {
        let octets = field.span
        var all: UInt8 = 0
        for place in 0..<octets.count { all |= octets[place] }
        return all == 0
    }
}

extension DHCPOptions {
    /// Reads one field of options. A field that is full has no room for END, and old clients leave it out: the field's end serves.
    fileprivate mutating func read(field: ArraySlice<UInt8>, overloading: Bool = false) throws(DHCPFault) {
        var at = field.startIndex
        while at < field.endIndex {
            let code = DHCPOptionCode(field[at])
            at += 1
            if code == .pad { continue }
            if code == .end { return }
            guard at < field.endIndex else { throw .truncatedOption(code) }
            let value = at + 1..<at + 1 + Int(field[at])
            guard value.upperBound <= field.endIndex else { throw .optionPastEnd(code) }
            if !overloading || code != .overload { join(code, value) }
            at = value.upperBound
        }
    }
}
