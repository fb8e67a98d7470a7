import DHCPMessages
import Packets

extension FuzzTarget {
    /// DHCP messages, their options, and the options within options.
    static let dhcp = FuzzTarget("dhcp") {
        try samples("Tests/DHCPMessagesTests/Samples") + capturedPayloads(to: [67, 68])
    } run: { bytes in
        guard let message = try? DHCPMessage(decoding: bytes[...]) else { return }
        for limit in [0, message.replyLimit, 576, 65_000] {
            let encoded = message.encoded(limit: limit)
            try expect(
                encoded.bytes.count <= max(limit, DHCPMessage.leastLength), "a message keeps to its limit of \(limit) octets")
            guard let read = try? DHCPMessage(decoding: encoded.bytes[...]) else {
                throw Broken(description: "a message that is written can be read")
            }
            var expected = message
            for code in encoded.leftOut { expected.options[code] = nil }
            try expect(sorted(read) == sorted(expected), "a message that is written reads back as it was")
        }
        _ = (message.type, message.clientMAC, RelayAgentInformation(message))
        for option in message.options.all {
            for code in [option.code, .vendorEncapsulated, .vendorIdentifying, .clientFQDN, .relayAgentInformation] {
                let text = code.text(of: option.value)
                try expect(text.utf8.allSatisfy { (0x20...0x7e).contains($0) }, "an option is shown in printable characters")
            }
            if let routes = ClasslessRoute.decode(option.value) {
                try expect(ClasslessRoute.decode(routes.flatMap(\.encoded)[...]) == routes, "routes read back as they were")
            }
            if let servers = SIPServers(decoding: option.value), let written = servers.encoded {
                try expect(SIPServers(decoding: written[...]) == servers, "SIP servers read back as they were")
            }
            if let names = DomainNames.decode(option.value), let written = DomainNames.encode(names) {
                try expect(DomainNames.decode(written[...]) == names, "names read back as they were")
            }
            if let name = ClientFQDN(decoding: option.value) {
                try expect(ClientFQDN(decoding: name.refusal[...]) != nil, "the answer to option 81 can be read")
            }
        }
    }
}

private func sorted(_ message: DHCPMessage) -> DHCPMessage {
    var sorted = message
    sorted.options = DHCPOptions()
    for option in message.options.all.sorted(by: { $0.code.rawValue < $1.code.rawValue }) {
        sorted.options[option.code] = option.value
    }
    return sorted
}
