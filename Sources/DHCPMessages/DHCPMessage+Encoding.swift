import Packets

/// A reply as bytes, and what did not fit.
package struct EncodedDHCPMessage: Equatable, Sendable {
    package var bytes: [UInt8]
    /// Options that found no room, in the order of the message. Empty in any sane configuration.
    package var leftOut: [DHCPOptionCode]

    /// Where the "xid" stands (RFC 2131 §2, figure 1).
    package static let transactionIDPlace = 4
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
        let room = max(0, limit - 240)
        let length = options.encodedLength
        let mayOverload = type != .negativeAcknowledge
        let plan =
            length + 1 <= room
            ? nil
            : OptionPlan(options, room: room, file: mayOverload && bootFile.isEmpty, name: mayOverload && serverName.isEmpty)
        var writer = ByteWriter(capacity: max(DHCPMessage.leastLength, 240 + length + 1))
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
        writer.append(padded: plan?.nameField ?? serverName, to: 64)
        writer.append(padded: plan?.fileField ?? bootFile, to: 128)
        writer.uint32(DHCPMessage.magicCookie)
        if let plan {
            writer.append(plan.options)
        } else {
            options.forEachInOrder { writer.append($0, $1) }
        }
        writer.byte(DHCPOptionCode.end.rawValue)
        writer.zeros(DHCPMessage.leastLength - writer.count)
        return EncodedDHCPMessage(bytes: writer.bytes, leftOut: plan?.leftOut ?? [])
    }
}

extension DHCPOptions {
    /// What goes into a message, as ``DHCPMessage/encoded(limit:)`` orders it.
    fileprivate func forEachInOrder(_ body: (DHCPOptionCode, ArraySlice<UInt8>) -> Void) {
        if let type = self[.messageType] { body(.messageType, type) }
        forEach { code, value in
            if code != .messageType, code != .relayAgentInformation, code != .overload { body(code, value) }
        }
        if let relay = self[.relayAgentInformation] { body(.relayAgentInformation, relay) }
    }

    /// Octets that all of them take.
    fileprivate var encodedLength: Int {
        var length = 0
        forEach { code, value in
            if code != .overload { length += value.count + 2 * max(1, (value.count + 254) / 255) }
        }
        return length
    }
}

/// Which option goes into which field, where the field of options is too short for all.
private struct OptionPlan {
    private(set) var options: [UInt8] = []
    private var file: [UInt8] = []
    private var name: [UInt8] = []
    private(set) var leftOut: [DHCPOptionCode] = []

    /// 'file' and 'sname', where they hold options.
    var fileField: ArraySlice<UInt8>? { file.isEmpty ? nil : file[...] }
    var nameField: ArraySlice<UInt8>? { name.isEmpty ? nil : name[...] }

    init(_ all: DHCPOptions, room: Int, file mayUseFile: Bool, name mayUseName: Bool) {
        let end = all[.relayAgentInformation].map { OptionPlan.encoded(.relayAgentInformation, $0) } ?? []
        // Option 52 and END have their places kept. If option 82 leaves no room for what must be there, it goes without (RFC 3046 §2.2).
        let kept = room - 1 - 3
        let endRoom = end.count <= kept / 2 ? end.count : 0
        all.forEachInOrder { code, value in
            guard code != .relayAgentInformation else { return }
            let bytes = OptionPlan.encoded(code, value)
            if options.count + bytes.count <= kept - endRoom {
                options += bytes
            } else if mayUseFile, file.count + bytes.count < 128 {
                file += bytes
            } else if mayUseName, name.count + bytes.count < 64 {
                name += bytes
            } else {
                leftOut.append(code)
            }
        }
        let overload: UInt8 = (file.isEmpty ? 0 : 1) | (name.isEmpty ? 0 : 2)
        if overload != 0 { options += [DHCPOptionCode.overload.rawValue, 1, overload] }
        if !file.isEmpty { file.append(DHCPOptionCode.end.rawValue) }
        if !name.isEmpty { name.append(DHCPOptionCode.end.rawValue) }
        if endRoom > 0 {
            options += end
        } else if !end.isEmpty {
            leftOut.append(.relayAgentInformation)
        }
    }

    private static func encoded(_ code: DHCPOptionCode, _ value: ArraySlice<UInt8>) -> [UInt8] {
        var writer = ByteWriter(capacity: value.count + 2)
        writer.append(code, value)
        return writer.bytes
    }
}

extension ByteWriter {
    /// Code, length, value; in parts of at most 255 octets (RFC 3396 §6). A value of none is one empty part.
    fileprivate mutating func append(_ code: DHCPOptionCode, _ value: ArraySlice<UInt8>) {
        var rest = value
        repeat {
            let part = rest.prefix(255)
            byte(code.rawValue)
            byte(UInt8(part.count))
            append(part)
            rest = rest.dropFirst(255)
        } while !rest.isEmpty
    }

    fileprivate mutating func append(padded field: ArraySlice<UInt8>, to count: Int) {
        append(field.prefix(count))
        zeros(count - field.count)
    }
}
