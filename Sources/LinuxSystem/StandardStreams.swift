import Glibc

/// The process's output, written at once and without a buffer.
package enum StandardOutput {
    /// Writes all of the text.
    /// - Returns: false when the reader has gone or the disk is full: there is no point in writing more.
    @discardableResult
    package static func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    @discardableResult
    package static func write(_ bytes: [UInt8]) -> Bool { write(bytes, to: STDOUT_FILENO) }

    package static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns of the terminal that reads it; `nil` where none does.
    package static var terminalWidth: Int? { size.map { Int($0.ws_col) }.flatMap { $0 > 0 ? $0 : nil } }

    /// Lines of that terminal.
    package static var terminalHeight: Int? { size.map { Int($0.ws_row) }.flatMap { $0 > 0 ? $0 : nil } }

    private static var size: winsize? {
        var size = winsize()
        return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? size : nil
    }

    fileprivate static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        do throws(SystemError) {
            try writeAll(bytes, to: descriptor, what: "")
            return true
        } catch {
            return false
        }
    }
}

/// The process's messages, written at once and without a buffer.
package enum StandardError {
    /// Writes all of the text; false when nobody can read it.
    @discardableResult
    package static func write(_ text: String) -> Bool { StandardOutput.write(Array(text.utf8), to: STDERR_FILENO) }

    package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// Writes every byte, waiting where the descriptor takes no more now.
func writeAll(_ bytes: [UInt8], to descriptor: Int32, what: String) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count >= 0 {
            rest = rest.dropFirst(count)
            continue
        }
        let error = SystemError.last("write", what)
        if error.isWouldBlock {
            try waitWritable(descriptor)
        } else if !error.isInterrupted {
            throw error
        }
    }
}
