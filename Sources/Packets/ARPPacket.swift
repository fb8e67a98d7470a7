// RFC 826, for IPv4 over Ethernet:
//    hardware type (2) = 1   protocol type (2) = 0x0800   6 (1)   4 (1)   operation (2)
//    sender hardware (6)   sender protocol (4)   target hardware (6)   target protocol (4)

/// A question or an answer about who has an IPv4 address.
public struct ARPPacket: Hashable, Sendable {
    public enum Operation: UInt16, Sendable {
        case request = 1
        case reply = 2
    }

    public var operation: Operation
    public var senderMAC: MACAddress
    /// 0.0.0.0 in a probe (RFC 5227 §2.1.1).
    public var sender: IPv4Address
    public var targetMAC: MACAddress
    public var target: IPv4Address

    public init(
        _ operation: Operation, from senderMAC: MACAddress, _ sender: IPv4Address, to targetMAC: MACAddress, _ target: IPv4Address
    ) {
        self.operation = operation
        self.senderMAC = senderMAC
        self.sender = sender
        self.targetMAC = targetMAC
        self.target = target
    }

    /// Asks everybody on the link who has an address.
    public static func question(about target: IPv4Address, from mac: MACAddress, _ own: IPv4Address) -> ARPPacket {
        ARPPacket(.request, from: mac, own, to: MACAddress(bits: 0), target)
    }

    /// Reads a whole untagged Ethernet frame; `nil` for a frame that is no ARP of IPv4 over Ethernet, or is cut short.
    public init?(decoding frame: ArraySlice<UInt8>) {
        var reader = ByteReader(frame)
        do {
            try reader.skip(12)
            guard try reader.uint16() == 0x0806, try reader.uint16() == 1, try reader.uint16() == 0x0800,
                try reader.uint16() == 0x0604,
                let operation = Operation(rawValue: try reader.uint16()), let senderMAC = MACAddress(try reader.take(6)),
                let sender = IPv4Address(try reader.take(4)), let targetMAC = MACAddress(try reader.take(6)),
                let target = IPv4Address(try reader.take(4))
            else { return nil }
            self.init(operation, from: senderMAC, sender, to: targetMAC, target)
        } catch {
            return nil
        }
    }

    /// The frame that carries it: a request to everybody, a reply to the one who asked.
    public func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 42)
        writer.append(operation == .request ? MACAddress.broadcast.octets : targetMAC.octets)
        writer.append(senderMAC.octets)
        for word: UInt16 in [0x0806, 1, 0x0800, 0x0604, operation.rawValue] { writer.uint16(word) }
        writer.append(senderMAC.octets)
        writer.uint32(sender.bits)
        writer.append(targetMAC.octets)
        writer.uint32(target.bits)
        return writer.bytes
    }
}
