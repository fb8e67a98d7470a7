/// Why bytes are not a DHCP message. A message with one of these is never answered.
package enum DHCPFault: Error, Hashable, Sendable {
    case truncatedHeader(length: Int)
    case noMagicCookie
    case hardwareLength(UInt8)
    case truncatedOption(DHCPOptionCode)
    case optionPastEnd(DHCPOptionCode)
    case overloadValue(UInt8)

    package var sentence: String {
        switch self {
        case .truncatedHeader(let length): "the message is \(length) bytes; a DHCP header and its cookie take 240"
        case .noMagicCookie: "the magic cookie is missing: BOOTP without DHCP"
        case .hardwareLength(let length): "the hardware address claims \(length) octets; 16 is the most"
        case .truncatedOption(let code): "option \(code) ends before its length"
        case .optionPastEnd(let code): "option \(code) claims to be longer than what is left of its field"
        case .overloadValue(let value): "option 52 is \(value); only 1, 2 and 3 have a meaning"
        }
    }
}
