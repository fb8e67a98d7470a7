import Packets

extension TFTPPacket {
    /// The payload of one datagram.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .readRequest(let request): writer.append(request, opcode: TFTPOpcode.readRequest)
        case .writeRequest(let request): writer.append(request, opcode: TFTPOpcode.writeRequest)
        case .data(let block, let bytes): writer.append(block: block, bytes)
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
}

extension ByteWriter {
    /// A DATA packet.
    mutating func append(block: UInt16, _ bytes: ArraySlice<UInt8>) {
        uint16(TFTPOpcode.data)
        uint16(block)
        append(bytes)
    }

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
