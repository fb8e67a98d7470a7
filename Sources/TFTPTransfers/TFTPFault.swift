/// Why bytes are not a TFTP packet.
package enum TFTPFault: Error, Hashable, Sendable {
    /// The datagram ends before its fixed fields do: how many bytes were left for the field.
    case tooShort(Part, Int)
    case unknownOpcode(UInt16)
    case requestTooLong(Int)
    case dataTooLong(Int)
    case missingNUL(Text)
    case emptyName
    case optionWithoutValue

    package enum Part: Hashable, Sendable {
        case opcode, data, acknowledgement, error
    }

    package enum Text: Hashable, Sendable {
        case fileName, mode, optionName, optionValue
    }

    package var sentence: String {
        switch self {
        case .tooShort(.opcode, 0): "the datagram is empty"
        case .tooShort(.opcode, _): "the datagram ends inside its opcode"
        case .tooShort(.data, _): "the DATA ends inside its block number"
        case .tooShort(.acknowledgement, _): "the ACK ends inside its block number"
        case .tooShort(.error, _): "the ERROR ends inside its code"
        case .unknownOpcode(let opcode): "opcode \(opcode) is none of TFTP's"
        case .requestTooLong(let count): "the request is \(count) bytes long; \(TFTPPacket.mostBytesInRequest) are the most"
        case .dataTooLong(let count): "the DATA carries \(count) bytes; \(TransferParameters.blockSizes.upperBound) are the most"
        case .missingNUL(.fileName): "no NUL ends the file name"
        case .missingNUL(.mode): "no NUL ends the mode"
        case .missingNUL(.optionName): "no NUL ends an option's name"
        case .missingNUL(.optionValue): "no NUL ends an option's value"
        case .emptyName: "the file name is empty"
        case .optionWithoutValue: "the last option has a name and no value"
        }
    }

    /// What the sender is told; `nil` where silence is due.
    ///
    /// A request over 512 bytes is dropped, and so is what is too short to say what it is. An ERROR is never answered, not even a
    /// broken one (RFC 1350 §2: "not acknowledged, and not retransmitted").
    package var answer: TFTPError? {
        switch self {
        case .tooShort, .requestTooLong, .dataTooLong: nil
        case .unknownOpcode, .missingNUL, .emptyName, .optionWithoutValue: TFTPError(.illegalOperation, sentence)
        }
    }
}
