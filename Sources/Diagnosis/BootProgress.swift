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
        reached = Array(repeating: nil, count: Stage.allCases.count)
        reached[Stage.seen.order] = time
    }

    /// The farthest stage reached.
    package var stage: Stage { Stage.allCases.last { reached[$0.order] != nil } ?? .seen }

    /// When a stage was reached; `nil` where it was not, or was passed over.
    package func time(of stage: Stage) -> Moment? { reached[stage.order] }

    /// Whether an event begins another boot rather than going on with this one: the phone asks again after it came for files, or after
    /// a long silence.
    package func isOver(at event: RecordedEvent) -> Bool {
        guard let sign = BootSign(event), sign.isAsking else { return false }
        return reached[Stage.came.order] != nil || event.time.microseconds - latest.microseconds > BootProgress.silence
    }

    /// - Parameter needs: by which the boot is done.
    package mutating func take(_ event: RecordedEvent, needs: FileNeeds) {
        guard let sign = BootSign(event) else { return }
        let earlier = lastRequest
        latest = max(latest, event.lastTime)
        switch sign {
        case .asked(let kind): note(.asked, event.time, by: kind)
        case .answered(let kind):
            note(.asked, event.time, by: kind)
            note(.answered, event.time)
        case .served(let name):
            note(.came, event.time)
            note(.fetched, event.time)
            if served.count < BootProgress.mostNames { served.insert(name) }
            lastRequest = event.lastTime
            if needs.areMet(by: served) { note(.done, event.time) }
        case .notServed:
            note(.came, event.time)
            lastRequest = event.lastTime
        case .other: break
        }
        if let earlier, let request = lastRequest, reached[Stage.done.order] != nil,
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

/// What an event says of a boot.
enum BootSign: Equatable {
    case asked(String)
    case answered(String)
    case served(String)
    case notServed
    case other

    /// `nil` for what says nothing of the phone itself.
    init?(_ event: RecordedEvent) {
        switch event.name {
        case "dhcp.answered": self = .answered("dhcp-inform")
        case "pnp.answered", "pnp.answered-again": self = .answered("pnp-subscribe")
        case "pnp.observed": self = .asked("pnp-subscribe")
        case "lease.offered": self = .asked("dhcp-discover")
        case "lease.given": self = .answered("dhcp-request")
        case "ignored":
            guard let kind = event["kind"] else { return nil }
            self = BootSign.asking.contains(kind) ? .asked(kind) : .other
        case "file.served": self = .served(event["name"] ?? "")
        case "file.refused", "file.broken-off": self = .notServed
        case "server.heard", "pnp.other-responder", "leasing.begun", "leasing.stepped-back", "lease.address-in-use": return nil
        default: self = .other
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
