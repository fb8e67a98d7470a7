import Glibc

/// Time that only ever goes on, for measuring and waiting (CLOCK_MONOTONIC, clock_gettime(2)).
package enum MonotonicClock {
    /// Nanoseconds since some moment before this process began.
    package static func now() -> UInt64 {
        nanoseconds(clockTime(CLOCK_MONOTONIC))
    }

    /// Milliseconds to wait, a minute at most: once they have passed the moment has come.
    package static func milliseconds(until due: UInt64, from now: UInt64 = now()) -> Int32 {
        due <= now ? 0 : Int32(min((due - now) / 1_000_000 + 1, 60_000))
    }
}

/// Time that goes on while the machine is suspended, too, when that of ``MonotonicClock`` stands still (CLOCK_BOOTTIME, clock_gettime(2)).
package enum BootClock {
    /// Nanoseconds since some moment before this process began.
    package static func now() -> UInt64 { nanoseconds(clockTime(CLOCK_BOOTTIME)) }
}

/// The time of day, which an administrator or NTP may set back (CLOCK_REALTIME).
package enum WallClock {
    package static func now() -> WallTime { WallTime(clockTime(CLOCK_REALTIME)) }
}

private func nanoseconds(_ time: timespec) -> UInt64 { UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec) }

private func clockTime(_ clock: clockid_t) -> timespec {
    var time = timespec()
    // Fails only for a clock that does not exist.
    _ = clock_gettime(clock, &time)
    return time
}
