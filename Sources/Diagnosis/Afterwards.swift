import Provisioning

extension Verdict {
    /// It had all that it needs: it rests until it comes again.
    ///
    /// What it asked for besides and did not get stands behind that: most phones ask for files that need not be there.
    static func afterwards(_ phone: PhoneCase, _ boot: Boot) -> [Finding?] {
        [rest(phone, boot)] + failures(phone, boot)
    }

    private static func rest(_ phone: PhoneCase, _ boot: Boot) -> Finding {
        let since = (boot.progress.time(of: .done) ?? boot.progress.latest)
        guard let last = boot.progress.lastRequest, let rhythm = rhythm(phone, boot) else {
            return Finding(.done, "it fetched everything that it needs, at \(phone.clockText(since))")
        }
        let due = Moment(microseconds: last.microseconds + rhythm)
        // Phones spread their times, so that not all come at once.
        let overdue = phone.now.microseconds - due.microseconds
        if overdue > max(60_000_000, rhythm / 10) {
            return Finding(
                .pollOverdue,
                "it has everything, but was due at \(phone.clockText(due)) and has not come since \(phone.clockText(last))",
                do: "is it still powered and on this network?")
        }
        return Finding(.waitsForPoll, "it fetched everything; waiting for its next poll at \(phone.clockText(due))")
    }

    /// Microseconds from one poll to the next: as it came the last times, or what its family does by default. `nil` where neither is known.
    static func rhythm(_ phone: PhoneCase, _ boot: Boot) -> Int64? {
        var rounds: [Int64] = []
        var latest: Int64?
        for event in boot.events where event.isAboutFile {
            let time = event.time.microseconds
            if latest.map({ time - $0 > BootProgress.pause }) ?? true { rounds.append(time) }
            latest = max(latest ?? .min, event.lastTime.microseconds)
        }
        if rounds.count >= 3 {
            let (before, last) = (
                rounds[rounds.count - 2] - rounds[rounds.count - 3], rounds[rounds.count - 1] - rounds[rounds.count - 2]
            )
            if abs(last - before) <= before / 5 { return last }
        }
        return phone.identity.family?.polls.map { Int64($0) * 1_000_000 }
    }
}
