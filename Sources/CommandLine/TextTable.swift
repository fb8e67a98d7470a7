import LinuxSystem

/// Rows in columns as wide as what they hold, cut to the terminal's width.
struct TextTable {
    let headings: [String]
    private(set) var rows: [[String]] = []
    /// The columns that give way first where the terminal is narrow, the least important first.
    var yielding: [Int] = []

    init(_ headings: [String]) {
        self.headings = headings
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// - Parameter width: columns of the terminal; `nil` for as wide as it takes.
    func lines(width: Int?) -> [String] {
        var widths = headings.indices.map { column in
            rows.reduce(columns(of: headings[column])) { max($0, columns(of: $1[column])) }
        }
        var shown = Array(headings.indices)
        if let width {
            for column in yielding where total(widths, shown) > width { shown.removeAll { $0 == column } }
            if let last = shown.last {
                let over = total(widths, shown) - width
                if over > 0 { widths[last] = max(4, widths[last] - over) }
            }
        }
        return ([headings] + rows).map { row in
            let cells = shown.map { column in fit(row[column], widths[column], isLast: column == shown.last) }
            return cells.joined(separator: "  ")
        }
    }

    private func total(_ widths: [Int], _ shown: [Int]) -> Int {
        shown.map { widths[$0] }.reduce(0, +) + 2 * max(0, shown.count - 1)
    }

    private func fit(_ text: String, _ width: Int, isLast: Bool) -> String {
        let taken = columns(of: text)
        if taken > width { return String(text.prefix(max(0, width - 1))) + "…" }
        return isLast ? text : text + String(repeating: " ", count: width - taken)
    }

    /// Characters; of most texts there are as many as bytes, and those are counted faster.
    private func columns(of text: String) -> Int {
        text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.count
    }
}

/// What a terminal shows in colour; anything else gets the bare text.
enum Colour: String {
    case good = "32"
    case bad = "31"
    case waiting = "33"
    case faint = "2"
    case strong = "1"

    func paint(_ text: String, _ isOn: Bool = StandardOutput.isTerminal) -> String {
        isOn ? "\u{1b}[\(rawValue)m\(text)\u{1b}[0m" : text
    }
}
