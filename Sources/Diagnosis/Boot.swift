import Provisioning

/// The events of one boot, and what they come to.
package struct Boot: Sendable {
    let events: [RecordedEvent]
    package let progress: BootProgress
    package let needs: FileNeeds

    /// The newest boot among a phone's events; `nil` where there is no event of its own.
    init?(newestOf phone: PhoneCase) {
        let needs = FileNeeds(phone.identity.family, phone.identity.facts)
        var progress: BootProgress?
        var first = 0
        let events = phone.events.inOrder(until: phone.now)
        for (place, event) in events.enumerated() {
            if progress?.isOver(at: event) ?? true {
                guard BootSign(event) != nil else { continue }
                progress = BootProgress(at: event.time)
                first = place
            }
            progress?.take(event, needs: needs)
        }
        guard let progress else { return nil }
        self.progress = progress
        self.needs = needs
        self.events = Array(events[first...])
    }

    func last(_ name: String, where holds: (RecordedEvent) -> Bool = { _ in true }) -> RecordedEvent? {
        events.last { $0.name == name && holds($0) }
    }

    /// The one that happened last, and of those the one that stands last; a repeated event stands where it came first.
    func latest(where holds: (RecordedEvent) -> Bool) -> RecordedEvent? {
        events.reversed().filter(holds).max { $0.lastTime < $1.lastTime }
    }

    func latest(_ name: String) -> RecordedEvent? { latest { $0.name == name } }

    /// What was told last of a file that it wanted.
    var lastAskedFor: RecordedEvent? { latest { $0.isAboutFile && !$0.isAboutUpload } }

    /// The last time that bellhop told it where its files are.
    var told: RecordedEvent? {
        latest {
            ["dhcp.answered", "pnp.answered", "pnp.answered-again"].contains($0.name)
                || $0.name == "lease.given" && $0["url"] != nil && !$0.isRenewal
        }
    }

    /// Whether a question got nothing though the same one had been answered before, and nothing was told since.
    func isRefusedAfterAll(_ question: RecordedEvent) -> Bool {
        guard case .asked(let kind)? = BootSign(question), let told, question.lastTime > told.lastTime else { return false }
        return events.contains { event in
            guard case .answered(let answered)? = BootSign(event) else { return false }
            return answered == kind || [answered, kind].allSatisfy(["dhcp-discover", "dhcp-request"].contains)
        }
    }
}

extension RecordedEvent {
    /// Whether it is about a file that was asked for.
    var isAboutFile: Bool { ["file.served", "file.refused", "file.broken-off", "file.under-way"].contains(name) }

    /// Whether it is about a file that the phone wanted to leave here.
    var isAboutUpload: Bool {
        name == "file.uploaded" || name == "file.refused" && ["not-taken", "too-large", "no-room"].contains(self["why"])
    }
}

extension [RecordedEvent] {
    /// Microseconds by which an event may be written down later than one that happened after it: a lease waits for the disk.
    private static var delay: Int64 { 10_000_000 }

    /// The same, where the clock was set back meanwhile: what was written down before another event happened no later than that one, and
    /// nothing later than now.
    func inOrder(until now: Moment) -> [RecordedEvent] {
        var events = self
        var next = now
        for place in events.indices.reversed() {
            events[place].time = Swift.min(events[place].time, now)
            events[place].lastTime = Swift.min(events[place].lastTime, now)
            if events[place].time.microseconds - next.microseconds > Self.delay {
                (events[place].time, events[place].lastTime) = (next, next)
            }
            next = Swift.min(next, events[place].time)
        }
        return events
    }
}
