import Provisioning

extension Verdict {
    /// Microseconds without a request after which a phone is not at it any more.
    private static let patience: Int64 = 30_000_000

    /// Microseconds after which it is not believed any more that a file is on its way: whoever served it was killed meanwhile.
    private static let longest: Int64 = 86_400_000_000

    /// It came, and does not have all that it needs.
    static func whileFetching(_ phone: PhoneCase, _ boot: Boot) -> [Finding?] {
        let (needed, others) = failures(phone, boot)
        if let underWay = underWay(phone, boot) { return needed + [underWay] + others }
        // Where any one file will do, it needs what it asked for.
        let anyWillDo = boot.needs.missing(from: boot.progress.served).isEmpty
        guard needed.isEmpty, others.isEmpty || !anyWillDo else { return needed + others }
        let quiet = phone.now.microseconds - (boot.progress.lastRequest ?? boot.progress.latest).microseconds
        return [quiet < patience ? fetching(boot) : stopped(phone, boot, for: quiet)] + others
    }

    private static func fetching(_ boot: Boot) -> Finding {
        Finding(.stillFetching, "it is fetching: \(listed(boot.progress.served))")
    }

    /// Nothing that it needs was refused to it, and it asks no more.
    private static func stopped(_ phone: PhoneCase, _ boot: Boot, for quiet: Int64) -> Finding {
        let rest = boot.needs.missing(from: boot.progress.served)
        if !rest.isEmpty {
            return Finding(
                .stoppedFetching,
                "it has \(listed(boot.progress.served)), and has not asked for \(rest.joined(separator: ", ")) in \(span(quiet))",
                do: "does what it has name the next file? A wrong line there ends the chain")
        }
        guard let asked = boot.lastAskedFor else {
            return Finding(
                .stoppedFetching, "it came to leave files here, and asked for none",
                do: "is it led to another server for its settings?"
            )
        }
        return Finding(
            .stoppedFetching, "it asked for \(bareName(asked)) at \(phone.clockText(asked.lastTime)), and has no file whole",
            do: "restart it, or `bellhop resync \(phone.mac)`; bellhop timeline \(phone.mac) shows how far each came")
    }

    /// The file that takes long and whose end was not heard yet, as far as it had come when that was told; `nil` where nobody serves it any more.
    private static func underWay(_ phone: PhoneCase, _ boot: Boot) -> Finding? {
        guard phone.site.isRunning != false, let last = boot.lastAskedFor, last.name == "file.under-way" else { return nil }
        let took = last["after-ms"].flatMap { Int64($0.prefix { $0 != "." }) } ?? 0
        let began = Moment(microseconds: last.lastTime.microseconds - took * 1000)
        guard phone.now.microseconds - began.microseconds < longest else { return nil }
        return Finding(
            .stillFetching,
            "it is fetching \(bareName(last)) since \(phone.clockText(began)): \(last["bytes"] ?? "0") of \(last["size"] ?? "?") octets "
                + "in the first \(took / 1000) s")
    }

    /// What it asked for and did not get: what it needs, and else what it asked for last; five in all.
    static func failures(_ phone: PhoneCase, _ boot: Boot) -> (needed: [Finding], others: [Finding]) {
        let failures = lastFailures(boot)
        let needed = failures.filter { !$0.isAboutUpload && boot.needs.isMissing(bareName($0), from: boot.progress.served) }
        let others = failures.filter { failure in !needed.contains(failure) }.reversed()
        return (
            needed.prefix(5).map { finding($0, phone) }, others.prefix(max(0, 5 - needed.count)).map { finding($0, phone) }
        )
    }

    /// The last failure of each name that was not served after it. Where a phone only asks whether a file is there, or for a part, and
    /// gets that, the file is not refused to it any more; what broke off it still lacks.
    private static func lastFailures(_ boot: Boot) -> [RecordedEvent] {
        var open: [(name: String, event: RecordedEvent)] = []
        let about = boot.events.filter { $0.isAboutFile || $0.isAboutUpload }
        // A repeated event stands where it came first.
        for event in about.sorted(by: { $0.lastTime < $1.lastTime }) {
            let name = spelled(event)
            open.removeAll { $0.name == name && (event["only"] == nil || $0.event.name == "file.refused") }
            if ["file.refused", "file.broken-off"].contains(event.name) { open.append((name, event)) }
        }
        return open.map(\.event)
    }

    private static func finding(_ event: RecordedEvent, _ phone: PhoneCase) -> Finding {
        let name = bareName(event)
        let status = event["status"].flatMap { Int($0) } ?? 0
        if event.name == "file.broken-off" {
            let why = event["text"].map { ": \($0)" } ?? ""
            return Finding(
                .fileBrokenOff, "\(name) broke off\(event["bytes"].map { " after \($0) bytes" } ?? "")\(why)",
                do: "the phone gave up or lost the network; it usually tries again")
        }
        let said = event["text"] ?? ""
        // By the name that the event gives the refusal; older events have the protocol's number only.
        switch (event["why"] ?? "", status) {
        case ("not-yours", _):
            return Finding(.fileNotItsOwn, "it asked for \(name), which is not its own or cannot be proven to be: \(said)")
        case ("template", _): return Finding(.templateFails, "\(name) cannot be made for it: \(said)")
        case ("unauthorized", _), ("too-many-failures", _), ("", 401), ("", 530):
            return Finding(
                .wrongPassword, "it asked for \(name) without the right user and password: \(event["text"] ?? "")",
                do: "compare what the phone holds with devices.csv and the rule's auth")
        case ("not-taken", _):
            return Finding(
                .fileRefused, "it wanted to leave \(name) here, and no rule lets it",
                do:
                    "if you want it, a rule with `uploads: true`; if not, take the address for uploads out of the phone's settings"
            )
        case ("too-large", _), ("no-room", _):
            return Finding(
                .fileRefused, "it wanted to leave \(name) here, and could not: \(said)",
                do: "a rule's `uploads` says how much a phone may leave; make room beneath uploads/ in the state folder")
        case ("precondition-failed", _), ("no-such-octets", _):
            return Finding(
                .fileRefused, "it asked for a part or a version of \(name) that there is not: \(said)",
                do: "the file changed while the phone had a part of it; it usually begins anew")
        case ("forbidden", _), ("", 403):
            return Finding(
                .fileForbidden, "\(name) is there, but bellhop may not read it: \(said)",
                do: "make the file readable for the user that bellhop runs as")
        case ("unreadable", _):
            return Finding(
                .fileUnreadable, "\(name) is there and could not be read: \(said)",
                do: "look for errors of the disk in the kernel's log, and whether bellhop ran out of file descriptors")
        case ("unfit-name", _):
            return Finding(
                .unfitName, "it asked for a name that no tree holds, \(name): \(said)",
                do: "mend the URL or path that it was given")
        case ("not-served", _):
            return Finding(
                .notServed, "it wanted of \(name) what bellhop does not do: \(said)",
                do: "files can be read and nothing else; a phone that uploads its log goes on without")
        case ("not-found", _), ("", 404), ("", 1), ("", 550): return missing(event, name, status, phone)
        default: return Finding(.fileRefused, "it asked for \(name) and got \(status): \(said)")
        }
    }

    /// It, or whoever has its address, went through other phones' files.
    static func shutOut(_ phone: PhoneCase, _ boot: Boot) -> Finding? {
        guard let event = boot.last("file.prober"), let seconds = event["seconds"].flatMap({ Int64($0) }) else { return nil }
        let ends = Moment(microseconds: event.lastTime.microseconds + seconds * 1_000_000)
        guard ends > phone.now else { return nil }
        return Finding(
            .shutOut,
            "its address \(event["address"] ?? "") asked for the files of \(event["phones"] ?? "many") phones that it is not, and "
                + "gets none before \(phone.clockText(ends))",
            do: "if many phones share that address, behind a router, name it in files.trust; else see who that is")
    }

    /// A name that is nearly there is what people look for longest.
    private static func missing(_ event: RecordedEvent, _ name: String, _ status: Int, _ phone: PhoneCase) -> Finding {
        if PhoneView(of: phone.site.policy.tree, for: phone.identity).file(name) != nil {
            return Finding(
                .fileThereNow,
                "it asked for \(name) and got \(status) at \(phone.clockText(event.lastTime)); the tree has it now",
                do: "restart the phone, or `bellhop resync \(phone.mac)`")
        }
        if let near = NearFile(to: name, for: phone) {
            return Finding(
                .nameDiffers, "it asked for \(name) and got \(status); the tree has \(near.path)",
                do: "rename \(near.path) to \(near.name), or link one to the other")
        }
        return Finding(
            .fileMissing, "it asked for \(name) and got \(status); the tree has no such file for it",
            do: "put it into \(phone.site.policy.settings.root)")
    }

    private static func bareName(_ event: RecordedEvent) -> String {
        let name = event["name"] ?? ""
        return name.hasPrefix("/") ? String(name.dropFirst()) : name
    }

    private static func spelled(_ event: RecordedEvent) -> String { TreeSnapshot.spelling(of: bareName(event)) }

    private static func listed(_ names: Set<String>) -> String {
        names.isEmpty ? "nothing yet" : names.sorted().prefix(4).joined(separator: ", ") + (names.count > 4 ? " and more" : "")
    }
}
