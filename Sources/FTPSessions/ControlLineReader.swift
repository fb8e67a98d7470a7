/// Makes lines of what comes on the control connection, which is a Telnet connection (RFC 959 §3.3): CRLF ends a line, a bare LF too, and
/// Telnet's own commands are taken out wherever they stand (RFC 854; ABOR comes with IAC IP and IAC DM before it).
struct ControlLineReader {
    enum Line: Equatable {
        case text([UInt8])
        case tooLong
    }

    /// RFC 854: IAC begins a command; IAC IAC is the byte 255 itself; WILL, WONT, DO and DONT have an option's number behind them.
    private enum Telnet {
        static let IAC: UInt8 = 255
        static let DONT: UInt8 = 254
        static let DO: UInt8 = 253
        static let WONT: UInt8 = 252
        static let WILL: UInt8 = 251
    }

    private enum State {
        case text
        case command
        case option(UInt8)
    }

    let longest: Int
    private var state = State.text
    private var line: [UInt8] = []
    /// The line is longer than any command, and what comes of it is forgotten.
    private var isTooLong = false

    init(longest: Int) {
        self.longest = longest
    }

    /// - Returns: lines that are complete now, and what to answer to Telnet: every option is refused.
    mutating func read(_ bytes: some Sequence<UInt8>) -> (lines: [Line], refusals: [UInt8]) {
        var lines: [Line] = []
        var refusals: [UInt8] = []
        for byte in bytes {
            switch state {
            case .text where byte == Telnet.IAC: state = .command
            case .text: take(byte, &lines)
            case .command:
                switch byte {
                case Telnet.WILL, Telnet.WONT, Telnet.DO, Telnet.DONT: state = .option(byte)
                default:
                    state = .text
                    if byte == Telnet.IAC { take(byte, &lines) }
                }
            case .option(let command):
                state = .text
                // WONT and DONT are agreed to by saying nothing.
                if command == Telnet.WILL { refusals += [Telnet.IAC, Telnet.DONT, byte] }
                if command == Telnet.DO { refusals += [Telnet.IAC, Telnet.WONT, byte] }
            }
        }
        return (lines, refusals)
    }

    private mutating func take(_ byte: UInt8, _ lines: inout [Line]) {
        guard byte != UInt8(ascii: "\n") else {
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            lines.append(isTooLong ? .tooLong : .text(line))
            line = []
            isTooLong = false
            return
        }
        // RFC 854: a CR that ends no line has a NUL behind it.
        if byte == 0, line.last == UInt8(ascii: "\r") { return }
        guard line.count < longest else {
            isTooLong = true
            return
        }
        line.append(byte)
    }
}
