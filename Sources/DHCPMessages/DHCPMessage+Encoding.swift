import Packets

/// A reply as bytes, and what did not fit.
package struct EncodedDHCPMessage: Equatable, Sendable {
    package var bytes: [UInt8]
    /// Options that found no room, in the order of the message. Empty in any sane configuration.
    package var leftOut: [DHCPOptionCode]
}

extension DHCPMessage {
    /// The least that a BOOTP receiver may count on (RFC 951 §3, RFC 1542 §2.1): shorter replies are padded.
    package static let leastLength = 300
    /// What every client accepts as a UDP payload: a 576-octet datagram (RFC 2131 §2).
    package static let leastLimit = 548

    /// The longest UDP payload that the sender of this message accepts: its option 57, which counts the whole datagram and "the
    /// minimum legal value is 576" (RFC 2132 §9.10), but no more than an Ethernet frame carries.
    package var replyLimit: Int {
        let asked = (try? options.uint16(.maximumMessageSize)).flatMap { $0 } ?? 576
        return min(max(Int(asked), 576), 1500) - 28
    }

    /// Writes the message in at most `limit` octets.
    ///
    /// Options keep their order, save that 53 comes first and 82 last (RFC 3046 §2.2); a value over 255 octets is split (RFC 3396
    /// §6). Where they do not fit, 'file' and 'sname' take whole options, unless this message uses the field itself (RFC 2131 §4.1) or
    /// is a NAK, which leaves both alone (table 3).
    package func encoded(limit: Int = DHCPMessage.leastLimit) -> EncodedDHCPMessage {
        let mayOverload = type != .negativeAcknowledge
        var plan = OptionPlan(
            room: max(0, limit - 240), file: mayOverload && bootFile.isEmpty, name: mayOverload && serverName.isEmpty)
        var ordered = options.all.filter { $0.code == .messageType }
        ordered += options.all.filter { $0.code != .messageType && $0.code != .relayAgentInformation && $0.code != .overload }
        plan.place(ordered, last: options.all.first { $0.code == .relayAgentInformation })

        var writer = ByteWriter(capacity: max(DHCPMessage.leastLength, 240 + plan.options.count + 1))
        writer.byte(operation)
        writer.byte(hardwareType)
        writer.byte(hardwareLength)
        writer.byte(hops)
        writer.uint32(transactionID)
        writer.uint16(seconds)
        writer.uint16(flags)
        writer.uint32(clientAddress.bits)
        writer.uint32(yourAddress.bits)
        writer.uint32(nextServer.bits)
        writer.uint32(relayAddress.bits)
        writer.append(padded: hardwareAddress, to: 16)
        writer.append(padded: plan.name.isEmpty ? serverName : plan.name[...], to: 64)
        writer.append(padded: plan.file.isEmpty ? bootFile : plan.file[...], to: 128)
        writer.uint32(DHCPMessage.magicCookie)
        writer.append(plan.options)
        writer.byte(DHCPOptionCode.end.rawValue)
        writer.zeros(DHCPMessage.leastLength - writer.count)
        return EncodedDHCPMessage(bytes: writer.bytes, leftOut: plan.leftOut)
    }
}

/// Which option goes into which field.
private struct OptionPlan {
    private(set) var options: [UInt8] = []
    private(set) var file: [UInt8] = []
    private(set) var name: [UInt8] = []
    private(set) var leftOut: [DHCPOptionCode] = []
    private let room: Int
    private let mayUseFile: Bool
    private let mayUseName: Bool

    init(room: Int, file: Bool, name: Bool) {
        self.room = room
        mayUseFile = file
        mayUseName = name
    }

    mutating func place(_ ordered: [DHCPOptions.Option], last: DHCPOptions.Option?) {
        for option in ordered { OptionPlan.encode(option, into: &options) }
        var end: [UInt8] = []
        if let last { OptionPlan.encode(last, into: &end) }
        if options.count + end.count + 1 <= room {
            options += end
            return
        }
        options = []
        // Option 52 and END have their places kept. If option 82 leaves no room for what must be there, it goes without (RFC 3046 §2.2).
        let kept = room - 1 - 3
        let endRoom = end.count <= kept / 2 ? end.count : 0
        for option in ordered {
            var bytes: [UInt8] = []
            OptionPlan.encode(option, into: &bytes)
            if options.count + bytes.count <= kept - endRoom {
                options += bytes
            } else if mayUseFile, file.count + bytes.count < 128 {
                file += bytes
            } else if mayUseName, name.count + bytes.count < 64 {
                name += bytes
            } else {
                leftOut.append(option.code)
            }
        }
        let overload: UInt8 = (file.isEmpty ? 0 : 1) | (name.isEmpty ? 0 : 2)
        if overload != 0 { options += [DHCPOptionCode.overload.rawValue, 1, overload] }
        if !file.isEmpty { file.append(DHCPOptionCode.end.rawValue) }
        if !name.isEmpty { name.append(DHCPOptionCode.end.rawValue) }
        if endRoom > 0 {
            options += end
        } else if let last {
            leftOut.append(last.code)
        }
    }

    /// Code, length, value; in parts of at most 255 octets (RFC 3396 §6). A value of none is one empty part.
    private static func encode(_ option: DHCPOptions.Option, into bytes: inout [UInt8]) {
        var rest = option.value
        repeat {
            let part = rest.prefix(255)
            bytes.append(option.code.rawValue)
            bytes.append(UInt8(part.count))
            bytes.append(contentsOf: part)
            rest = rest.dropFirst(255)
        } while !rest.isEmpty
    }
}

extension ByteWriter {
    fileprivate mutating func append(padded field: ArraySlice<UInt8>, to count: Int) {
        append(field.prefix(count))
        zeros(count - field.count)
    }
}
