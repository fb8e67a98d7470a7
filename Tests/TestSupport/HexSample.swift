import Foundation
import Packets

/// A file under the folder `Samples` beside the test that asks for it: bytes as commented hexadecimal text.
package struct HexSample: CustomStringConvertible, Sendable {
    package let name: String
    package let bytes: [UInt8]

    package var description: String { name }

    /// `odd/pad-flood`
    package init(_ name: String, file: String = #filePath) throws {
        self.name = name
        let text = try String(contentsOf: HexSample.folder(file).appending(path: name + ".hex"), encoding: .utf8)
        bytes = try octets(text)
    }

    package static func names(in folder: String = "", file: String = #filePath) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: HexSample.folder(file).appending(path: folder).path)
            .filter { $0.hasSuffix(".hex") }.map { String($0.dropLast(4)) }.sorted()
    }

    /// Those of these folders, else of every folder there is.
    package static func all(in folders: [String]? = nil, file: String = #filePath) throws -> [HexSample] {
        let every = try FileManager.default.contentsOfDirectory(atPath: folder(file).path).filter { !$0.contains(".") }.sorted()
        return try (folders ?? every).flatMap { folder in
            try names(in: folder, file: file).map { try HexSample("\(folder)/\($0)", file: file) }
        }
    }

    package static func folder(_ file: String = #filePath) -> URL {
        URL(filePath: file).deletingLastPathComponent().appending(path: "Samples")
    }
}

/// The bytes of hexadecimal text that stands in a test.
package func octets(_ hex: String) throws -> [UInt8] {
    guard let bytes = bytes(fromHexText: hex) else { throw NoHexText(text: hex) }
    return bytes
}

package struct NoHexText: Error {
    package let text: String
}

package func text(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: Array(bytes), as: UTF8.self)
}

package func text(_ value: ArraySlice<UInt8>?) -> String? {
    value.map { String(decoding: $0, as: UTF8.self) }
}
