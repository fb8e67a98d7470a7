import Foundation
import Packets
import SIPMessages
import Testing

/// The files under `Samples`, each the payload of one datagram: as it is, or as commented hexadecimal text where it is no text.
struct Sample: CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]

    var testDescription: String { name }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Samples")
    static let folders = ["phones", "exchange", "others", "hostile", "rfc4475"]

    /// `phones/snom-720`
    init(_ name: String) throws {
        self.name = name
        let file = Sample.folder.appending(path: name)
        if let hex = try? String(contentsOf: file.appendingPathExtension("hex"), encoding: .utf8) {
            let read = Packets.bytes(fromHexText: hex)
            bytes = try #require(read, "\(name).hex is not hexadecimal text")
        } else {
            bytes = Array(try Data(contentsOf: file.appendingPathExtension("sip")))
        }
    }

    static func all(in folders: [String] = folders) throws -> [Sample] {
        try folders.flatMap { folder in try names(in: folder).map { try Sample("\(folder)/\($0)") } }
    }

    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: Sample.folder.appending(path: folder).path)
            .filter { $0.hasSuffix(".sip") || $0.hasSuffix(".hex") }.map { String($0.dropLast(4)) }.sorted()
    }

    func message(allowing: SIPLeniency = .phones) throws -> SIPMessage {
        try SIPMessage(parsing: bytes[...], allowing: allowing)
    }

    func subscribe() throws -> PnPSubscribe {
        try PnPSubscribe(message())
    }
}

/// A message of this text, whose lines end in LF here and in CRLF there.
func datagram(_ text: String) -> [UInt8] {
    Array(text.utf8).flatMap { $0 == UInt8(ascii: "\n") ? [UInt8(ascii: "\r"), $0] : [$0] }
}
