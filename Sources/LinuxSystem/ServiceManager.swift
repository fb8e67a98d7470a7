import CSystemd
import Glibc

/// What systemd is told (sd_notify(3)); without systemd every call does nothing.
package enum ServiceManager {
    /// Whether systemd runs this machine (sd_booted(3)).
    package static var isSystemd: Bool { sd_booted() > 0 }

    /// Every socket is open. Also ends what ``reloading()`` began.
    package static func ready(status: String) {
        notify("READY=1\nSTATUS=\(oneLine(status))")
    }

    /// A reload begins (`Type=notify-reload`); ``ready(status:)`` must follow.
    package static func reloading() {
        notify("RELOADING=1\nMONOTONIC_USEC=\(MonotonicClock.now() / 1000)")
    }

    package static func stopping() {
        notify("STOPPING=1")
    }

    /// The line that `systemctl status` shows.
    package static func status(_ text: String) {
        notify("STATUS=\(oneLine(text))")
    }

    /// Nanoseconds within which ``ping()`` must come again and again, or `nil` where nobody waits for it. Half of it is a good rhythm
    /// (sd_watchdog_enabled(3)).
    package static func watchdogInterval() -> UInt64? {
        var microseconds: UInt64 = 0
        return sd_watchdog_enabled(0, &microseconds) > 0 ? microseconds * 1000 : nil
    }

    /// Says that the daemon is alive.
    package static func ping() {
        notify("WATCHDOG=1")
    }

    private static func notify(_ state: String) {
        // Nobody could do anything about a failure: the service manager will notice by itself.
        _ = sd_notify(0, state)
    }

    /// A line end would begin another assignment, NUL would end them all.
    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline || $0 == "\0" ? " " : $0 })
    }
}
