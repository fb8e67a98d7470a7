import Provisioning

extension Verdict {
    /// It had all that it needs: it rests until it comes again.
    ///
    /// What it asked for besides and did not get stands behind that: most phones ask for files that need not be there.
    static func afterwards(_ phone: PhoneCase, _ boot: Boot) -> [Finding?] {
        let (needed, others) = failures(phone, boot)
        return [rest(phone, boot)] + needed + others
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

    /// Microseconds from one poll to the next: the longest of the last three where those are about equal, or what its family does by default.
    /// `nil` where neither is known.
    private static func rhythm(_ phone: PhoneCase, _ boot: Boot) -> Int64? {
        let rounds = rounds(boot)
        let intervals = zip(rounds, rounds.dropFirst()).map { $1 - $0 }.suffix(3)
        if intervals.count == 3, let shortest = intervals.min(), let longest = intervals.max(), longest - shortest <= shortest / 5
        {
            return longest
        }
        return phone.identity.family?.polls.map { Int64($0) * 1_000_000 }
    }

    /// When it came for files by itself each time, in microseconds.
    private static func rounds(_ boot: Boot) -> [Int64] {
        let resyncs = boot.events.filter { $0.name == "resync.sent" }
        var rounds: [Int64] = []
        var latest: Int64?
        for event in boot.events where event.isAboutFile {
            let time = event.time.microseconds
            let isNew = latest.map { time - $0 > BootProgress.pause } ?? true
            latest = max(latest ?? .min, event.lastTime.microseconds)
            let isToldTo = resyncs.contains { resync in
                (resync.time.microseconds...resync.lastTime.microseconds + BootProgress.pause).contains(time)
            }
            if isNew, !isToldTo { rounds.append(time) }
        }
        return rounds
    }
}
