import Packets

/// A SIP message as text, read without the daemon's own parser.
struct SIPText: Sendable, Equatable {
    let bytes: [UInt8]
    let startLine: String
    let body: String
    private let headers: [String]

    init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        let text = String(decoding: self.bytes, as: UTF8.self)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].split(separator: "\r\n").map(String.init)
        startLine = lines.first ?? ""
        headers = Array(lines.dropFirst())
        body = parts.count > 1 ? String(parts[1]) : ""
    }

    /// The value of the first header of this name.
    subscript(name: String) -> String? {
        headers.first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            .map { $0.dropFirst(name.count + 1).drop { $0 == " " } }.map(String.init)
    }

    var isOkay: Bool { startLine == "SIP/2.0 200 OK" }
    var isNotify: Bool { startLine.hasPrefix("NOTIFY ") }

    func parameter(_ parameter: String, of name: String) -> String? {
        self[name]?.split(separator: ";").dropFirst().first { $0.hasPrefix(parameter + "=") }.map {
            String($0.dropFirst(parameter.count + 1))
        }
    }
}
