import ConfigTree
import Provisioning

extension Verdict {
    /// Microseconds without a request after which a phone is not at it any more.
    private static let patience: Int64 = 30_000_000

    /// It came, and does not have all that it needs.
    static func whileFetching(_ phone: PhoneCase, _ boot: Boot) -> [Finding?] {
        let served = boot.progress.served
        let failures = lastFailures(boot)
        // What it needs comes first, then what it asked for last.
        let needed = failures.filter { boot.needs.isMissing(bareName($0), from: served) }
        let others = failures.filter { failure in !needed.contains(failure) }.reversed()
        let about = (needed + others).prefix(5).map { finding($0, phone) }
        let quiet = phone.now.microseconds - (boot.progress.lastRequest ?? boot.progress.latest).microseconds
        let rest = boot.needs.missing(from: served)
        if about.isEmpty, quiet < patience {
            return [Finding(.stillFetching, "it is fetching: \(listed(boot.progress.served))")]
        }
        let stopped =
            rest.isEmpty || !about.isEmpty
            ? nil
            : Finding(
                .stoppedFetching,
                "it has \(listed(boot.progress.served)), and has not asked for \(rest.joined(separator: ", ")) in \(span(quiet))",
                do: "does what it has name the next file? A wrong line there ends the chain")
        return about + [stopped]
    }

    /// The last failure of each name that was not served after it.
    private static func lastFailures(_ boot: Boot) -> [RecordedEvent] {
        var open: [(name: String, event: RecordedEvent)] = []
        for event in boot.events where event.name.hasPrefix("file.") {
            let name = spelled(event)
            open.removeAll { $0.name == name }
            if ["file.refused", "file.broken-off"].contains(event.name) { open.append((name, event)) }
        }
        return open.map(\.event)
    }

    private static func finding(_ event: RecordedEvent, _ phone: PhoneCase) -> Finding {
        let name = bareName(event)
        let status = event["status"].flatMap { Int($0) } ?? 0
        if event.name == "file.broken-off" {
            let why = event["reason"].map { ": \($0)" } ?? ""
            return Finding(
                .fileBrokenOff, "\(name) broke off after \(event["bytes"] ?? "0") bytes\(why)",
                do: "the phone gave up or lost the network; it usually tries again")
        }
        switch (event["why"] ?? "", status) {
        case ("not-yours", _):
            return Finding(
                .fileNotItsOwn, "it asked for \(name), which is not its own or cannot be proven to be: \(event["text"] ?? "")")
        case ("template", _): return Finding(.templateFails, "\(name) cannot be made for it: \(event["text"] ?? "")")
        case ("unauthorized", _), (_, 401), (_, 530):
            return Finding(
                .wrongPassword, "it asked for \(name) without the right user and password: \(event["text"] ?? "")",
                do: "compare what the phone holds with devices.csv and the rule's auth")
        case ("not-taken", _):
            return Finding(
                .fileRefused, "it wanted to leave \(name) here, and no rule lets it",
                do:
                    "if you want it, a rule with `uploads: true`; if not, take the address for uploads out of the phone's settings"
            )
        case ("forbidden", _), (_, 403):
            return Finding(
                .fileForbidden, "\(name) is there, but bellhop may not read it: \(event["text"] ?? "")",
                do: "make the file readable for the user that bellhop runs as")
        case ("not-found", _), (_, 404), (_, 1), (_, 550): return missing(name, status, phone)
        default: return Finding(.fileRefused, "it asked for \(name) and got \(status): \(event["text"] ?? "")")
        }
    }

    /// A name that is nearly there is what people look for longest.
    private static func missing(_ name: String, _ status: Int, _ phone: PhoneCase) -> Finding {
        let view = PhoneView(of: phone.site.policy.tree, for: phone.identity)
        let (folder, last) = TreeSnapshot.split(name)
        let there = view.names(in: folder)
        let same = there.first { $0.lowercased() == last.lowercased() }
        if let near = same ?? nearest(to: last, in: there) {
            return Finding(
                .nameDiffers, "it asked for \(name) and got \(status); the tree has \(near)",
                do: "rename \(near) to \(last), or link one to the other")
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
