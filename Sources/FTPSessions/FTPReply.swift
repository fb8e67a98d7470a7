/// A reply on the control connection (RFC 959 §4.2).
package struct FTPReply: Equatable, Sendable {
    package let code: Int
    private let lines: [String]

    package init(_ code: Int, _ text: String) {
        self.init(code, [text])
    }

    /// - Parameter lines: at least one, printable ASCII save for what ``FTPPath`` lets through.
    package init(_ code: Int, _ lines: [String]) {
        self.code = code
        self.lines = lines
    }

    /// RFC 959 §4.2: the code and a hyphen on the first line of several, the code and a space on the last; those between are indented, so
    /// that none can be taken for the last.
    package var bytes: [UInt8] {
        var text = ""
        for (number, line) in lines.enumerated() {
            let isLast = number == lines.count - 1
            text += isLast ? "\(code) " : number == 0 ? "\(code)-" : " "
            text += line + "\r\n"
        }
        return Array(text.utf8)
    }
}
