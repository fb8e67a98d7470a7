/// Lines that wait to be obeyed.
struct WaitingLines {
    private var lines: ArraySlice<ControlLineReader.Line> = []
    private(set) var bytes = 0
    private(set) var aborts = 0

    mutating func append(_ more: [ControlLineReader.Line]) {
        lines += more
        for line in more { count(line, 1) }
    }

    mutating func next() -> ControlLineReader.Line? {
        guard let line = lines.popFirst() else { return nil }
        count(line, -1)
        return line
    }

    private mutating func count(_ line: ControlLineReader.Line, _ sign: Int) {
        guard case .text(let text) = line else { return bytes += sign }
        bytes += sign * (text.count + 1)
        if FTPCommand(text)?.verb == .abor { aborts += sign }
    }
}
