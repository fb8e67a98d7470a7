import Glibc

/// A moment as this machine's clock shows it (localtime_r(3)).
package struct LocalTime: Hashable, Sendable {
    /// `2026-11-21`
    package let date: String
    /// `09:04:05`
    package let time: String

    /// A time that the C library cannot tell is that of the epoch.
    package init(_ wall: WallTime) {
        var seconds = time_t(wall.seconds)
        var parts = tm()
        _ = localtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
        date = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        time = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    }

    /// Hour and minute, behind the date where that is not the one of `now`: `09:04`, `2026-11-21 09:04`
    package func minute(asOf now: LocalTime) -> String {
        (date == now.date ? "" : "\(date) ") + time.prefix(5)
    }
}
