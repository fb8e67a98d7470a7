import JSONText
import LinuxSystem
import VendorCatalogue

/// One boot: the ways of discovery in order, then the files.
struct Boot {
    let phone: SimulatedPhone
    let discovery: Discovery
    let ways: [PhoneModel.Discovery]
    let fetches: Bool
    let report: BootReport
    /// Milliseconds for one file.
    let fileTimeout: UInt64

    func run() -> ExitStatus {
        var isForbidden = false
        for way in ways {
            switch discovery.run(way) {
            case .told(let url, let listener): return take(url, listener)
            case .notPermitted: isForbidden = true
            case .nothing: continue
            }
        }
        return finish(fetched: 0, missing: 0, isForbidden ? .notPermitted : .unavailable)
    }

    private func take(_ text: String, _ listener: NotifyListener?) -> ExitStatus {
        guard let url = ToldURL(text, for: phone) else {
            report.say(.gaveUp, "\(text) is no address that a phone can fetch from", [("url", .string(text))])
            return finish(fetched: 0, missing: 0, .nothingFetched)
        }
        guard fetches else { return finish(fetched: 0, missing: 0, .success) }
        let plan = url.isFile ? [url] : phone.firstFileNames.map { url.beside($0) }
        guard !plan.isEmpty else { return finish(fetched: 0, missing: 0, .success) }
        return fetch(plan, listener)
    }

    /// Fetches files in order, and those that they name right after them.
    private func fetch(_ plan: [ToldURL], _ listener: NotifyListener?) -> ExitStatus {
        guard let fetcher = FileFetcher(from: phone.address, userAgent: phone.userAgent, milliseconds: fileTimeout) else {
            report.say(.gaveUp, "libcurl does not start")
            return finish(fetched: 0, missing: 0, .nothingFetched)
        }
        var listener = listener
        var waiting = plan[...]
        var asked: Set<ToldURL> = []
        var fetched = 0
        var missing = 0
        while let file = waiting.popFirst() {
            guard asked.count < Boot.mostFiles, asked.insert(file).inserted else { continue }
            let outcome = fetcher.fetch(file.text, watching: listener?.descriptor) { _ = try? listener?.receive() }
            say(outcome, file)
            switch outcome {
            case .fetched(_, let bytes):
                fetched += 1
                let text = String(decoding: bytes.prefix(Boot.mostText), as: UTF8.self)
                let more = FollowUp.files(after: file.fileName, holding: text, for: phone)
                waiting = (more.map { file.beside($0.name, by: $0.scheme) } + waiting)[...]
            case .missing:
                missing += 1
            case .unreachable(let why):
                missing += 1
                let others = waiting.filter { !$0.isSameServer(as: file) }
                let left = waiting.count - others.count
                if left > 0 {
                    let words =
                        "on \(left) more \(left == 1 ? "file" : "files") of \(file.scheme.rawValue)://\(file.authority): \(why)"
                    report.say(.gaveUp, words, [("why", .string(why)), ("files", .number(left))])
                }
                waiting = others[...]
            }
        }
        return finish(fetched: fetched, missing: missing, fetched > 0 ? .success : .nothingFetched)
    }

    /// A list may name any number of groups; no server has more than these.
    private static let mostFiles = 1000
    /// Of a file that names others, in bytes.
    private static let mostText = 1 << 20

    private func say(_ outcome: FileFetcher.Outcome, _ file: ToldURL) {
        let name = ("name", JSONValue.string(file.fileName))
        let url = ("url", JSONValue.string(file.text))
        switch outcome {
        case .fetched(let status, let bytes):
            let word = status == 0 ? file.scheme.rawValue : "\(status)"
            report.say(
                .fetched, "\(file.fileName) (\(word), \(bytes.count) bytes)",
                [name, url, ("status", .number(status)), ("bytes", .number(bytes.count))])
        case .missing(let status, let why):
            report.say(.missing, "\(file.fileName) (\(why))", [name, url, ("status", .number(status)), ("why", .string(why))])
        case .unreachable(let why):
            report.say(.missing, "\(file.fileName) (\(why))", [name, url, ("status", .number(0)), ("why", .string(why))])
        }
    }

    private func finish(fetched: Int, missing: Int, _ status: ExitStatus) -> ExitStatus {
        report.say(
            .done, "\(fetched) \(fetched == 1 ? "file" : "files"), \(missing) missing",
            [("files", .number(fetched)), ("missing", .number(missing)), ("exit", .number(Int(status.rawValue)))])
        return status
    }
}

/// What the process ends with; from 64 on as in sysexits.h.
enum ExitStatus: Int32, Sendable {
    case success = 0
    /// Told, and nothing could be fetched.
    case nothingFetched = 1
    case usage = 64
    case noInput = 66
    /// Nobody answered, or there is no interface.
    case unavailable = 69
    case notPermitted = 77
}
