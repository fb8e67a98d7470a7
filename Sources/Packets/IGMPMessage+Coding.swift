// RFC 2236 §2, RFC 3376 §4.1:
//    |  Type = 0x11  | Max Resp Code |           Checksum            |   0x12, 0x16, 0x17: a report of version 1, of version 2, a leave
//    |                         Group Address                         |
//    | Resv  |S| QRV |     QQIC      |     Number of Sources (N)     |   these only in a query of version 3
//    |                       Source Address [1…N]                    |
//
// RFC 3376 §4.2:
//    |  Type = 0x22  |    Reserved   |           Checksum            |
//    |           Reserved            |  Number of Group Records (M)  |
//    |  Record Type  |  Aux Data Len |     Number of Sources (N)     |   M times
//    |                       Multicast Address                       |
//    |                       Source Address [1…N]                    |
//    |                         Auxiliary Data                        |

extension IGMPMessage {
    private static let queryType: UInt8 = 0x11
    private static let reportType1: UInt8 = 0x12
    private static let reportType2: UInt8 = 0x16
    private static let leaveType: UInt8 = 0x17
    private static let reportType3: UInt8 = 0x22
    /// The longest that one IPv4 packet with the option of ``IGMPFrame`` can hold.
    static let maximumLength = 65_535 - 24

    /// Reads the payload of an IPv4 packet. What stands behind a message is summed up with it and ignored (RFC 3376 §4.1.10, §4.2.11).
    public init(decoding bytes: ArraySlice<UInt8>) throws(IGMPFault) {
        do {
            var reader = ByteReader(bytes)
            let type = try reader.byte()
            let code = try reader.byte()
            try reader.skip(2)
            var sum = InternetChecksum()
            sum.add(bytes)
            guard sum.folded == 0xffff else { throw IGMPFault.checksum }
            switch type {
            case IGMPMessage.queryType: self = .query(try IGMPQuery(code, length: bytes.count, &reader))
            case IGMPMessage.reportType1: self = .report(try reader.group(), .one)
            case IGMPMessage.reportType2: self = .report(try reader.group(), .two)
            case IGMPMessage.leaveType: self = .leave(try reader.group())
            case IGMPMessage.reportType3:
                try reader.skip(2)
                var records: [IGMPRecord] = []
                for _ in 0..<(try reader.uint16()) { records.append(try IGMPRecord(&reader)) }
                self = .records(records)
            default: throw IGMPFault.unknownType(type)
            }
        } catch let fault as IGMPFault {
            throw fault
        } catch {
            throw .truncated
        }
    }

    /// The payload of an IPv4 packet; `nil` where it is longer than one can hold.
    public func encoded() -> [UInt8]? {
        var writer = ByteWriter(capacity: 16)
        switch self {
        case .query(let query):
            writer.begin(IGMPMessage.queryType, query.responseCode)
            writer.uint32((query.group ?? .any).bits)
            guard query.version == .three else { break }
            writer.byte((query.suppressesRouters ? 0x08 : 0) | query.robustness & 0x07)
            writer.byte(query.intervalCode)
            writer.uint16(UInt16(truncatingIfNeeded: query.sources.count))
            for source in query.sources { writer.uint32(source.bits) }
        case .report(let group, let version):
            writer.begin(version == .one ? IGMPMessage.reportType1 : IGMPMessage.reportType2, 0)
            writer.uint32(group.bits)
        case .leave(let group):
            writer.begin(IGMPMessage.leaveType, 0)
            writer.uint32(group.bits)
        case .records(let records):
            writer.begin(IGMPMessage.reportType3, 0)
            writer.uint16(0)
            writer.uint16(UInt16(truncatingIfNeeded: records.count))
            for record in records {
                writer.byte(record.kind.rawValue)
                writer.byte(0)
                writer.uint16(UInt16(truncatingIfNeeded: record.sources.count))
                writer.uint32(record.group.bits)
                for source in record.sources { writer.uint32(source.bits) }
            }
        }
        // Whose numbers did not fit in 16 bits is longer than this.
        guard writer.count <= IGMPMessage.maximumLength else { return nil }
        var sum = InternetChecksum()
        sum.add(writer.bytes[...])
        writer.put(sum.complement, at: 2)
        return writer.bytes
    }
}

extension IGMPQuery {
    /// - Parameter length: of the whole message, which says of which version it is (RFC 3376 §7.1).
    fileprivate init(_ code: UInt8, length: Int, _ reader: inout ByteReader) throws {
        guard length <= 8 || length >= 12 else { throw IGMPFault.queryLength(length) }
        let group = IPv4Address(bits: try reader.uint32())
        self.init(length >= 12 ? .three : code == 0 ? .one : .two, responseCode: code)
        // RFC 1112, Appendix I: the field is "zeroed when sent, ignored when received".
        if version != .one, group != .any {
            guard group.isMulticast else { throw IGMPFault.notAGroup(group) }
            self.group = group
        }
        guard version == .three else { return }
        let flags = try reader.byte()
        suppressesRouters = flags & 0x08 != 0
        robustness = flags & 0x07
        intervalCode = try reader.byte()
        sources = try reader.addresses(try reader.uint16())
    }
}

extension IGMPRecord {
    fileprivate init(_ reader: inout ByteReader) throws {
        kind = Kind(rawValue: try reader.byte())
        let auxiliaryWords = Int(try reader.byte())
        let count = try reader.uint16()
        group = try reader.group()
        sources = try reader.addresses(count)
        try reader.skip(4 * auxiliaryWords)
    }
}

extension ByteReader {
    fileprivate mutating func group() throws -> IPv4Address {
        let group = IPv4Address(bits: try uint32())
        guard group.isMulticast else { throw IGMPFault.notAGroup(group) }
        return group
    }

    fileprivate mutating func addresses(_ count: UInt16) throws -> [IPv4Address] {
        var field = ByteReader(try take(4 * Int(count)))
        var addresses: [IPv4Address] = []
        while !field.isEmpty { addresses.append(IPv4Address(bits: try field.uint32())) }
        return addresses
    }
}

extension ByteWriter {
    fileprivate mutating func begin(_ type: UInt8, _ code: UInt8) {
        byte(type)
        byte(code)
        uint16(0)
    }
}
