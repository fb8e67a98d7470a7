import LinuxSystem
import Provisioning

/// `09:04:05`, of this machine's clock.
func clock(_ moment: Moment) -> String { LocalTime(WallTime(microsecondsSince1970: moment.microseconds)).time }

/// `2026-11-21`, of this machine's clock.
func date(_ moment: Moment) -> String { LocalTime(WallTime(microsecondsSince1970: moment.microseconds)).date }

/// `09:04:05` today, else `2026-11-21 09:04:05`.
func dateAndClock(_ moment: Moment, today: String) -> String {
    let then = LocalTime(WallTime(microsecondsSince1970: moment.microseconds))
    return then.date == today ? then.time : "\(then.date) \(then.time)"
}

/// `09:04` today, else `2026-11-21 09:04`.
func shortClock(_ moment: Moment, now: Moment) -> String {
    LocalTime(WallTime(microsecondsSince1970: moment.microseconds)).minute(
        asOf: LocalTime(WallTime(microsecondsSince1970: now.microseconds)))
}

func thisMoment() -> Moment { Moment(microseconds: WallClock.now().microsecondsSince1970) }

/// `+0.012 s`, `+41.0 s`, `+12 min`: how much later something was.
func offset(_ microseconds: Int64) -> String {
    let milliseconds = max(0, microseconds) / 1000
    switch milliseconds {
    case ..<10_000:
        let rest = String(milliseconds % 1000)
        return "+\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest) s"
    case ..<600_000: return "+\(milliseconds / 1000) s"
    case ..<36_000_000: return "+\(milliseconds / 60_000) min"
    default: return "+\(milliseconds / 3_600_000) h"
    }
}
