/// One TFTP packet: the payload of one datagram (RFC 1350 §5, RFC 2347).
package enum TFTPPacket: Equatable, Sendable {
    /// RRQ
    case readRequest(TFTPRequest)
    /// WRQ
    case writeRequest(TFTPRequest)
    /// DATA; the bytes of a decoded packet share the storage that it was read from.
    case data(block: UInt16, bytes: ArraySlice<UInt8>)
    /// ACK
    case acknowledgement(block: UInt16)
    /// ERROR
    case error(TFTPError)
    /// OACK
    case optionAcknowledgement([TFTPOption])

    /// RFC 2347: "The maximum size of a request packet is 512 octets."
    package static let mostBytesInRequest = 512
    /// The opcode and the block number before the data (RFC 1350 §5).
    package static let bytesBeforeData = 4
}

/// The first two bytes of a packet (RFC 1350 §5; 6 is RFC 2347's).
enum TFTPOpcode {
    static let readRequest: UInt16 = 1
    static let writeRequest: UInt16 = 2
    static let data: UInt16 = 3
    static let acknowledgement: UInt16 = 4
    static let error: UInt16 = 5
    static let optionAcknowledgement: UInt16 = 6
}
