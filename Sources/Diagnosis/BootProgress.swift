import Provisioning

/// One boot of one phone, as far as its events tell: which stage it reached when, and which files it has. Small, and made one event at
/// a time, so that it can be kept of every phone.
package struct BootProgress: Hashable, Sendable {
    package private(set) var begun: Moment
    package private(set) var latest: Moment
    private var reached: [Moment?]
    /// What it asked for first, such as `dhcp-inform` or `pnp-subscribe`; `nil` where it came for files without asking.
    package private(set) var askedBy: String?
    /// Names of files that it has, whole.
    package private(set) var served: Set<String> = []
    /// When it asked for a file last.
    package private(set) var lastRequest: Moment?

    /// Of so many names; a tree that is mirrored whole tells no more than this.
    private static let mostNames = 64
    /// Microseconds without a sign after which a phone that asks is taken to have started anew.
    package static let silence: Int64 = 300_000_000
    /// Microseconds after which a phone that is done and comes for files has come again, rather than still being at it.
    package static let pause: Int64 = 60_000_000

    package init(at time: Moment) {
        begun = time
        latest = time
        reached = Array(repeating: nil, count: Stage.inOrder.count)
        reached[Stage.seen.order] = time
    }

    /// A boot of which no more is known than how far it got.
    package init(at stage: Stage, since: Moment, latest: Moment) {
        begun = since
        self.latest = latest
        reached = Stage.inOrder.map { $0 <= stage ? since : nil }
    }

    /// The newest boot among a phone's events, oldest first; `nil` where none says anything of the phone itself.
    package init?(newestOf events: [RecordedEvent], needs: FileNeeds) {
        var newest: BootProgress?
        for event in events {
            if newest?.isOver(at: event) ?? true {
                guard BootSign(event) != nil else { continue }
                newest = BootProgress(at: event.time)
            }
            newest?.take(event, needs: needs)
        }
        guard let newest else { return nil }
        self = newest
    }

    /// The farthest stage reached.
    package var stage: Stage { Stage.inOrder.last { reached[$0.order] != nil } ?? .seen }

    /// When a stage was reached; `nil` where it was not, or was passed over.
    package func time(of stage: Stage) -> Moment? { reached[stage.order] }

    /// Whether an event begins another boot rather than going on with this one: the phone asks again after it came for files, or after
    /// a long silence.
    package func isOver(at event: RecordedEvent) -> Bool {
        BootSign(event).map { isOver(at: $0, event.time) } ?? false
    }

    package func isOver(at sign: BootSign, _ time: Moment) -> Bool {
        sign.isAsking && (reached[Stage.came.order] != nil || time.microseconds - latest.microseconds > BootProgress.silence)
    }

    /// - Parameter needs: by which the boot is done.
    package mutating func take(_ event: RecordedEvent, needs: FileNeeds) {
        guard let sign = BootSign(event) else { return }
        take(sign, event.time, last: event.lastTime, needs: needs)
    }

    /// - Parameters:
    ///   - last: when the same happened last.
    ///   - areOtherNeeds: whether those before this one were taken with other needs.
    package mutating func take(_ sign: BootSign, _ time: Moment, last: Moment, needs: FileNeeds, areOtherNeeds: Bool = false) {
        let earlier = lastRequest
        latest = max(latest, last)
        switch sign {
        case .asked(let kind): note(.asked, time, by: kind)
        case .answered(let kind):
            note(.asked, time, by: kind)
            note(.answered, time)
        case .served(let name):
            note(.came, time)
            note(.fetched, time)
            let isNew = served.count < BootProgress.mostNames && served.insert(name).inserted
            lastRequest = max(earlier ?? last, last)
            // What a phone has grows only by new names.
            if reached[Stage.done.order] == nil, isNew || areOtherNeeds, needs.areMet(by: served) { note(.done, time) }
        case .notServed:
            note(.came, time)
            lastRequest = max(earlier ?? last, last)
        case .other: break
        }
        if let earlier, let request = lastRequest, reached[Stage.done.order] != nil, reached[Stage.polling.order] == nil,
            request.microseconds - earlier.microseconds > BootProgress.pause
        {
            note(.polling, request)
        }
    }

    private mutating func note(_ stage: Stage, _ time: Moment, by kind: String? = nil) {
        if reached[stage.order] == nil { reached[stage.order] = time }
        if askedBy == nil { askedBy = kind }
    }
}

extension RecordedEvent {
    /// A lease that its phone goes on with: it asks for that while it runs, and begins nothing anew.
    var isRenewal: Bool { name == "lease.given" && self["renewed"] != nil }
}

/// What an event says of a boot.
package enum BootSign: Equatable, Sendable {
    case asked(String)
    case answered(String)
    case served(String)
    /// It asked for a file and does not have it by that, or asked for less.
    case notServed
    case other

    /// `nil` for what says nothing of the phone itself.
    init?(_ event: RecordedEvent) {
        switch event.name {
        case "dhcp.answered": self = .answered("dhcp-inform")
        case "pnp.answered", "pnp.answered-again": self = .answered("pnp-subscribe")
        case "dhcp.observed": self = .asked("dhcp-inform")
        case "pnp.observed": self = .asked("pnp-subscribe")
        case "lease.offered": self = .asked("dhcp-discover")
        case "lease.given": self = event.isRenewal ? .other : .answered("dhcp-request")
        case "ignored":
            guard let kind = event["kind"] else { return nil }
            self = BootSign.asking.contains(kind) ? .asked(kind) : .other
        case "file.served": self = event["only"] == nil ? .served(event["name"] ?? "") : .notServed
        case "file.refused", "file.broken-off", "file.under-way": self = .notServed
        case "server.heard", "pnp.other-responder", "leasing.begun", "leasing.stepped-back", "lease.address-in-use": return nil
        default: self = .other
        }
    }

    /// The same from the event itself, before it is written down.
    package init?(_ event: Event) {
        switch event.what {
        case .dhcpAnswered: self = .answered("dhcp-inform")
        case .pnpAnswered: self = .answered("pnp-subscribe")
        case .dhcpObserved: self = .asked("dhcp-inform")
        case .pnpObserved: self = .asked("pnp-subscribe")
        case .offered: self = .asked("dhcp-discover")
        case .leased(let lease): self = lease.isRenewal ? .other : .answered("dhcp-request")
        case .ignored(let kind, _): self = BootSign.asking.contains(kind.rawValue) ? .asked(kind.rawValue) : .other
        case .fileServed(let file) where file.isComplete && file.only == nil: self = .served(file.name)
        case .fileServed, .fileUnderWay, .fileRefused: self = .notServed
        case .otherServer, .otherResponder, .leasing, .addressInUse: return nil
        case .notifySent, .notifyAnswered, .notifyUnanswered, .notSent, .optionsLeftOut, .optionsNotTold, .refusedLease,
            .released, .declined,
            .fileUploaded, .prober, .resyncSent, .resyncAnswered, .resyncUnanswered:
            self = .other
        }
    }

    private static let asking: Set<String> = ["dhcp-discover", "dhcp-request", "dhcp-inform", "pnp-subscribe"]

    var isAsking: Bool {
        switch self {
        case .asked, .answered: true
        default: false
        }
    }
}
