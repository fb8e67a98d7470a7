import DHCPMessages
import Foundation
import Packets
import Testing

/// A file under `Samples`: one DHCP message as commented hexadecimal text.
struct HexSample: CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]

    var testDescription: String { name }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Samples")

    /// `odd/pad-flood`
    init(_ name: String) throws {
        self.name = name
        let text = try String(contentsOf: HexSample.folder.appending(path: name + ".hex"), encoding: .utf8)
        let read = Packets.bytes(fromHexText: text)
        bytes = try #require(read, "\(name).hex is not hexadecimal text")
    }

    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: HexSample.folder.appending(path: folder).path)
            .filter { $0.hasSuffix(".hex") }.map { String($0.dropLast(4)) }.sorted()
    }

    static func all(in folders: [String] = ["good", "odd", "hostile"]) throws -> [HexSample] {
        try folders.flatMap { folder in try names(in: folder).map { try HexSample("\(folder)/\($0)") } }
    }

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

func text(_ value: ArraySlice<UInt8>?) -> String? {
    value.map { String(decoding: $0, as: UTF8.self) }
}

/// The bytes of hexadecimal text that stands in a test.
func octets(_ hex: String) throws -> [UInt8] {
    let read = Packets.bytes(fromHexText: hex)
    return try #require(read)
}

/// SplitMix64, so that a seed gives the same bytes on every machine.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
