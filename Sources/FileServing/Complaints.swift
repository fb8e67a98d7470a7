import LinuxSystem
import TFTPTransfers

/// Tells the operator, at most once a minute for each reason, that phones got no answer for want of room.
struct Complaints {
    private let log: @Sendable (LogLine) -> Void
    private var told: [DeskSilence: (at: UInt64, since: Int)] = [:]
    private static let interval: UInt64 = 60_000_000_000

    init(log: @escaping @Sendable (LogLine) -> Void) {
        self.log = log
    }

    mutating func note(_ silence: DeskSilence, at now: UInt64) {
        // All else is the asker's own doing.
        guard [.tooManyTransfers, .tooManyTransfersOfAddress, .tooMuchData, .tooManyErrors].contains(silence) else { return }
        if let last = told[silence], now < last.at + Complaints.interval {
            told[silence] = (last.at, last.since + 1)
            return
        }
        log(LogLine(.warning, "tftp.not-answered", ["count": (told[silence]?.since ?? 0) + 1, "text": silence.sentence]))
        told[silence] = (now, 0)
    }
}
