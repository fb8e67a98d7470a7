import JSONText
import LinuxSystem

/// The stations of one boot. The names are part of the command's interface.
enum BootStep: String, CaseIterable, Sendable {
    /// A question went out.
    case asked
    /// The SUBSCRIBE has its final answer.
    case answered
    /// A NOTIFY came.
    case notify
    /// The NOTIFY was good and was answered with 200.
    case accepted
    /// The phone has its address.
    case told
    case fetched, missing
    /// Something came that the phone does not take.
    case refused
    case gaveUp = "gave-up"
    /// What it makes of a file.
    case noted
    /// It starts anew.
    case restarts
    /// It comes for its files without starting anew.
    case visits
    /// It has nothing to do until a moment of its own clock.
    case waits
    /// It was told to come again.
    case checkSync = "check-sync"
    case done
}

/// Prints each step as it happens, one line each.
struct BootReport: Sendable {
    let isJSON: Bool
    private let start: UInt64
    private let write: @Sendable (String) -> Void

    init(
        isJSON: Bool, start: UInt64 = MonotonicClock.now(),
        write: @escaping @Sendable (String) -> Void = { StandardOutput.write($0) }
    ) {
        self.isJSON = isJSON
        self.start = start
        self.write = write
    }

    /// For a phone that nobody listens to.
    static let silent = BootReport(isJSON: false, write: { _ in })

    /// - Parameters:
    ///   - sentence: what a reader is told after the step's name.
    ///   - fields: the same in parts, for `--json`.
    func say(_ step: BootStep, _ sentence: String, _ fields: [(String, JSONValue)] = [], at now: UInt64 = MonotonicClock.now()) {
        write(line(step, sentence, fields, at: now) + "\n")
    }

    func line(_ step: BootStep, _ sentence: String, _ fields: [(String, JSONValue)], at now: UInt64) -> String {
        let seconds = BootReport.seconds(milliseconds: now < start ? 0 : (now - start) / 1_000_000)
        guard isJSON else {
            return "+\(seconds) s  \(step.rawValue)\(step == .done ? ":" : "") \(BootReport.printable(sentence))"
        }
        let rest = JSONValue.object(fields + [("text", .string(sentence))]).text.dropFirst()
        return "{\"step\":\"\(step.rawValue)\",\"seconds\":\(seconds),\(rest)"
    }

    /// `0.012`
    static func seconds(milliseconds: UInt64) -> String {
        let part = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - part.count) + part
    }

    /// Without what could move the terminal's cursor: some of it came from the wire.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { (0x20..<0x7f).contains($0.value) || $0.value >= 0xa0 ? $0 : "?" }))
    }
}
