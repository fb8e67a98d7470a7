import DHCPMessages
import Packets
import TestSupport

extension HexSample {
    func message() throws -> DHCPMessage {
        try DHCPMessage(decoding: bytes[...])
    }
}

let phone = MACAddress(bits: 0x0004_1312_3456)
let server = IPv4Address(192, 168, 50, 1)

/// An INFORM of ``phone`` with these options behind its type.
func inform(_ options: [(DHCPOptionCode, [UInt8])] = []) -> DHCPMessage {
    var message = DHCPMessage(type: .inform, transactionID: 0x3903_f326, client: phone)
    for (code, value) in options { message.options[code] = value[...] }
    return message
}
