import DHCPMessages
import Packets
import TestSupport
import Testing

/// Messages made by chance: what is written reads back as it was, within any limit, and whatever is read is survived.
@Suite struct DHCPPropertyTests {
    private static let limits = [300, 548, 576, 700, 1024, 1472, 9000, 65_000]

    @Test func `O5 O6 O7 a message of random options reads back as it was, whatever finds no room named`() throws {
        var generator = SeededGenerator(named: "DHCP_ROUND_TRIP")
        var met = Met()
        for _ in 0..<SeededGenerator.rounds("DHCP_ROUND_TRIP", usually: 4000) {
            let seed = generator.state
            let message = DHCPMessage.random(using: &generator)
            let limit = DHCPPropertyTests.limits.randomElement(using: &generator) ?? 548
            let encoded = message.encoded(limit: limit)
            let read: DHCPMessage
            do {
                read = try DHCPMessage(decoding: encoded.bytes[...])
            } catch {
                Issue.record("state \(seed), limit \(limit): \(error.sentence)")
                continue
            }
            if encoded.bytes.count > max(limit, DHCPMessage.leastLength) { Issue.record("state \(seed): longer than \(limit)") }
            var expected = message
            for code in encoded.leftOut { expected.options[code] = nil }
            // What moved to 'file' and 'sname' is read behind the rest; else the order stays, 53 first and 82 last.
            let isOverloaded = DHCPPropertyTests.isOverloaded(encoded.bytes)
            if isOverloaded {
                if read.withSortedOptions != expected.withSortedOptions {
                    Issue.record("state \(seed), limit \(limit): not what was written")
                }
            } else if read != inTypeFirstOrder(expected) {
                Issue.record("state \(seed), limit \(limit): not what was written")
            }
            if limit == 65_000, !encoded.leftOut.isEmpty {
                Issue.record("state \(seed): left out \(encoded.leftOut) of \(limit)")
            }
            met.note(message, encoded, isOverloaded)
        }
        // Chance met every case that matters.
        #expect(met.all)
    }

    /// Whether option 52 stands in the field of options: chance makes none.
    private static func isOverloaded(_ bytes: [UInt8]) -> Bool {
        var place = 240
        while place + 1 < bytes.count, bytes[place] != 255 {
            if bytes[place] == 52 { return true }
            place += 2 + Int(bytes[place + 1])
        }
        return false
    }

    /// Which cases came up.
    private struct Met {
        var empty = false, long = false, relay = false, overloaded = false, leftOut = false, names = false, refusal = false

        var all: Bool { empty && long && relay && overloaded && leftOut && names && refusal }

        mutating func note(_ message: DHCPMessage, _ encoded: EncodedDHCPMessage, _ isOverloaded: Bool) {
            for option in message.options.all {
                if option.value.isEmpty { empty = true }
                if option.value.count > 255, !encoded.leftOut.contains(option.code) { long = true }
                if option.code == .relayAgentInformation, !encoded.leftOut.contains(option.code) { relay = true }
            }
            if isOverloaded { overloaded = true }
            if !encoded.leftOut.isEmpty { leftOut = true }
            if !message.bootFile.isEmpty, !message.serverName.isEmpty { names = true }
            if message.type == .negativeAcknowledge { refusal = true }
        }
    }

    @Test func `T4 random bytes are read or refused`() {
        var generator = SeededGenerator(named: "DHCP_RANDOM")
        for _ in 0..<SeededGenerator.rounds("DHCP_RANDOM", usually: 4000) {
            var bytes = (0..<Int.random(in: 0...700, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            // Without cookie, hardware length and short options hardly any would get past the header.
            if bytes.count > 244, Int.random(in: 0..<8, using: &generator) > 0 {
                bytes.replaceSubrange(236..<240, with: [99, 130, 83, 99])
                bytes[2] = UInt8.random(in: 0...17, using: &generator)
                for at in stride(from: 241, to: bytes.count, by: Int.random(in: 2...9, using: &generator)) {
                    bytes[at] = UInt8.random(in: 0...8, using: &generator)
                }
            }
            exercise(bytes[...])
        }
    }

    @Test func `T4 bytes of random messages, changed, are read or refused`() {
        var generator = SeededGenerator(named: "DHCP_CHANGED")
        for _ in 0..<SeededGenerator.rounds("DHCP_CHANGED", usually: 2000) {
            let message = DHCPMessage.random(using: &generator)
            var bytes = message.encoded(limit: DHCPPropertyTests.limits.randomElement(using: &generator) ?? 548).bytes
            for _ in 0..<Int.random(in: 1...8, using: &generator) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &generator)
                case 1: bytes.removeLast(min(bytes.count, Int.random(in: 1...40, using: &generator)))
                case 2: bytes.remove(at: at)
                default: bytes.insert([0, 52, 53, 82, 255].randomElement(using: &generator) ?? 0, at: at)
                }
            }
            exercise(bytes[...])
        }
    }

    @Test func `O8 O9 O13 forms within options read back as they were, and random bytes of them are survived`() {
        var generator = SeededGenerator(named: "DHCP_FORMS")
        for _ in 0..<SeededGenerator.rounds("DHCP_FORMS", usually: 2000) {
            let count = Int.random(in: 1...6, using: &generator)
            let names = (0..<count).map { _ in String.randomName(using: &generator) }
            #expect(DomainNames.encode(names).flatMap { DomainNames.decode($0[...]) } == names)
            #expect(SIPServers.names(names).encoded.flatMap { SIPServers(decoding: $0[...]) } == .names(names))
            let addresses = (0..<count).map { _ in IPv4Address(bits: UInt32.random(in: .min ... .max, using: &generator)) }
            #expect(SIPServers.addresses(addresses).encoded.flatMap { SIPServers(decoding: $0[...]) } == .addresses(addresses))
            let routes = addresses.compactMap { address in
                let length = Int.random(in: 0...32, using: &generator)
                let mask = length == 0 ? 0 : UInt32.max << (32 - UInt32(length))
                return IPv4Prefix(IPv4Address(bits: address.bits & mask), length: length).map { ClasslessRoute($0, via: address) }
            }
            #expect(ClasslessRoute.decode(routes.flatMap(\.encoded)[...]) == routes)
            let data = (0..<count).map { _ in [UInt8].random(0...40, using: &generator) }
            let enterprises = zip(addresses, data).flatMap { EnterpriseOptions.encode($0.bits, $1) ?? [] }
            #expect(EnterpriseOptions.decode(enterprises[...])?.map { Array($0.data) } == data)
            let noise = [UInt8].random(0...60, using: &generator)
            for code in UInt8.min ... .max {
                let text = DHCPOptionCode(code).text(of: noise[...])
                if !text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) {
                    Issue.record("\(code) of \(hexText(noise)) prints \(text)")
                }
            }
        }
    }
}

extension DHCPMessage {
    /// Any options but those that describe the message itself, in any order, of any length.
    static func random(using generator: inout SeededGenerator) -> DHCPMessage {
        let types: [DHCPMessageType] = [.discover, .offer, .request, .acknowledge, .negativeAcknowledge, .inform]
        var message = DHCPMessage(
            type: types.randomElement(using: &generator) ?? .inform,
            transactionID: UInt32.random(in: .min ... .max, using: &generator),
            client: phone)
        message.operation = UInt8.random(in: 0...3, using: &generator)
        message.hardwareLength = UInt8.random(in: 0...16, using: &generator)
        message.hardwareAddress = [UInt8].random(16...16, using: &generator)[...]
        message.hops = UInt8.random(in: .min ... .max, using: &generator)
        message.seconds = UInt16.random(in: .min ... .max, using: &generator)
        message.flags = UInt16.random(in: .min ... .max, using: &generator)
        for field in [\DHCPMessage.clientAddress, \.yourAddress, \.nextServer, \.relayAddress] {
            message[keyPath: field] = IPv4Address(bits: UInt32.random(in: .min ... .max, using: &generator))
        }
        if Int.random(in: 0..<4, using: &generator) == 0 { message.serverName = [UInt8].random(64...64, using: &generator)[...] }
        if Int.random(in: 0..<4, using: &generator) == 0 { message.bootFile = [UInt8].random(128...128, using: &generator)[...] }
        // The type stands anywhere among them.
        let type = message.options[.messageType]
        let isTyped = Int.random(in: 0..<10, using: &generator) > 0
        var codes = (UInt8(1)...254).filter { $0 != 52 && $0 != 53 }.shuffled(using: &generator).prefix(
            Int.random(in: 0...24, using: &generator))
        if Bool.random(using: &generator), !codes.contains(82) { codes.append(82) }
        if isTyped { codes.insert(53, at: Int.random(in: codes.startIndex...codes.endIndex, using: &generator)) }
        message.options = DHCPOptions()
        for code in codes {
            let length: ClosedRange<Int> =
                switch Int.random(in: 0..<12, using: &generator) {
                case 0: 0...0
                case 1: 250...260
                case 2: 500...700
                case 3: 60...130
                default: 1...20
                }
            message.options[DHCPOptionCode(code)] = code == 53 ? type : [UInt8].random(length, using: &generator)[...]
        }
        return message
    }
}

extension [UInt8] {
    fileprivate static func random(_ length: ClosedRange<Int>, using generator: inout SeededGenerator) -> [UInt8] {
        (0..<Int.random(in: length, using: &generator)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

extension String {
    fileprivate static func randomName(using generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...4, using: &generator)).map { _ in
            String(
                (0..<Int.random(in: 1...40, using: &generator)).map { _ in "abcxyz019-_".randomElement(using: &generator) ?? "a" }
            )
        }.joined(separator: ".")
    }
}
