import Packets

// RFC 1350 §5:   RRQ, WRQ   opcode (2)  filename  0  mode  0 [ option  0  value  0 ]…      (options: RFC 2347)
//                DATA       opcode (2)  block (2)  0 to blksize bytes
//                ACK        opcode (2)  block (2)
//                ERROR      opcode (2)  code (2)  message  0
// RFC 2347:      OACK       opcode (2) [ option  0  value  0 ]…

extension TFTPPacket {
    /// Reads the payload of one datagram.
    ///
    /// Whether the name, the mode and the options mean anything is for others to judge. What follows an ACK's block number or an
    /// ERROR's NUL is not looked at, and an ERROR without its NUL is read: it ends a transfer and nothing else hangs on it.
    package init(decoding bytes: ArraySlice<UInt8>) throws(TFTPFault) {
        var reader = ByteReader(bytes)
        let opcode = try reader.field(in: .opcode)
        switch opcode {
        case TFTPOpcode.readRequest: self = .readRequest(try TFTPRequest(reading: &reader, whole: bytes.count))
        case TFTPOpcode.writeRequest: self = .writeRequest(try TFTPRequest(reading: &reader, whole: bytes.count))
        case TFTPOpcode.data:
            let block = try reader.field(in: .data)
            guard reader.count <= TransferParameters.blockSizes.upperBound else { throw .dataTooLong(reader.count) }
            self = .data(block: block, bytes: reader.rest)
        case TFTPOpcode.acknowledgement: self = .acknowledgement(block: try reader.field(in: .acknowledgement))
        case TFTPOpcode.error:
            let code = try reader.field(in: .error)
            self = .error(TFTPError(TFTPErrorCode(rawValue: code), message: reader.rest))
        case TFTPOpcode.optionAcknowledgement: self = .optionAcknowledgement(try reader.options())
        default: throw .unknownOpcode(opcode)
        }
    }
}

extension TFTPRequest {
    fileprivate init(reading reader: inout ByteReader, whole count: Int) throws(TFTPFault) {
        guard count <= TFTPPacket.mostBytesInRequest else { throw .requestTooLong(count) }
        let name = try reader.text(.fileName)
        guard !name.isEmpty else { throw .emptyName }
        self.init(name: name, mode: try reader.text(.mode), options: try reader.options())
    }
}

extension ByteReader {
    fileprivate mutating func field(in part: TFTPFault.Part) throws(TFTPFault) -> UInt16 {
        do { return try uint16() } catch { throw .tooShort(part, count) }
    }

    /// The bytes before the next NUL, which is taken too.
    fileprivate mutating func text(_ part: TFTPFault.Text) throws(TFTPFault) -> ArraySlice<UInt8> {
        do {
            let rest = rest
            guard let end = rest.firstIndex(of: 0) else { throw TFTPFault.missingNUL(part) }
            let text = try take(end - rest.startIndex)
            try skip(1)
            return text
        } catch let fault as TFTPFault {
            throw fault
        } catch {
            throw .missingNUL(part)
        }
    }

    /// Pairs to the end of the packet, in their order. NULs alone at the end are padding, not options without a name.
    fileprivate mutating func options() throws(TFTPFault) -> [TFTPOption] {
        var options: [TFTPOption] = []
        while !isEmpty, !rest.allSatisfy({ $0 == 0 }) {
            let name = try text(.optionName)
            guard !isEmpty else { throw .optionWithoutValue }
            options.append(TFTPOption(name: name, value: try text(.optionValue)))
        }
        return options
    }
}
