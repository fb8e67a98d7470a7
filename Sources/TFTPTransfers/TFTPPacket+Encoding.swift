import Packets

extension TFTPPacket {
    /// The payload of one datagram.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .readRequest(let request): writer.append(request, opcode: TFTPOpcode.readRequest)
        case .writeRequest(let request): writer.append(request, opcode: TFTPOpcode.writeRequest)
        case .data(let block, let bytes): return TFTPPacket.encodedData(block: block, bytes)
        case .acknowledgement(let block):
            writer.uint16(TFTPOpcode.acknowledgement)
            writer.uint16(block)
        case .error(let error):
            writer.uint16(TFTPOpcode.error)
            writer.uint16(error.code.rawValue)
            writer.append(withNUL: error.message)
        case .optionAcknowledgement(let options):
            writer.uint16(TFTPOpcode.optionAcknowledgement)
            writer.append(options)
        }
        return writer.bytes
    }

    /// A DATA packet, whose bytes are copied once.
    static func encodedData(block: UInt16, _ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var writer = ByteWriter(capacity: bytesBeforeData + bytes.count)
        writer.uint16(TFTPOpcode.data)
        writer.uint16(block)
        writer.append(bytes)
        return writer.bytes
    }
}

extension ByteWriter {
    fileprivate mutating func append(withNUL text: [UInt8]) {
        append(text)
        byte(0)
    }

    fileprivate mutating func append(_ options: [TFTPOption]) {
        for option in options {
            append(withNUL: option.name)
            append(withNUL: option.value)
        }
    }

    fileprivate mutating func append(_ request: TFTPRequest, opcode: UInt16) {
        uint16(opcode)
        append(withNUL: request.name)
        append(withNUL: request.mode)
        append(request.options)
    }
}
