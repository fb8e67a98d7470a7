import JSONText
import LinuxSystem
import VendorCatalogue
import WebClient

/// One boot: the ways of discovery in order, then the files.
struct Boot {
    let phone: SimulatedPhone
    let discovery: Discovery
    let ways: [PhoneModel.Discovery]
    let report: BootReport

    /// What a boot came to before the first file.
    enum Outcome {
        case told(ToldURL, NotifyListener?)
        case failed(ExitStatus)
    }

    func run() -> Outcome {
        var isForbidden = false
        for way in ways {
            switch discovery.run(way) {
            case .told(let text, let listener):
                if let url = ToldURL(text, for: phone) { return .told(url, listener) }
                report.say(.gaveUp, "\(text) is no address that a phone can fetch from", [("url", .string(text))])
                return .failed(.nothingFetched)
            case .notPermitted: isForbidden = true
            case .nothing: continue
            }
        }
        return .failed(isForbidden ? .notPermitted : .unavailable)
    }
}

/// Fetches the files of one visit, and says what came of each.
struct Fetching {
    let phone: SimulatedPhone
    let report: BootReport
    /// Milliseconds for one file.
    let timeout: UInt64
    var heard: (FileFetcher.Outcome) -> Void = { _ in }

    /// - Parameter listener: goes on answering NOTIFYs meanwhile.
    func run(_ plan: [ToldURL], _ system: inout any PhoneSystem, _ listener: NotifyListener? = nil) -> Visit {
        var visit = Visit(plan)
        guard !plan.isEmpty else { return visit }
        let fetcher: FileFetcher
        do throws(ClientFault) {
            fetcher = try FileFetcher(from: phone.address, userAgent: phone.userAgent, milliseconds: timeout)
        } catch {
            report.say(.gaveUp, error.why)
            return visit
        }
        var listener = listener
        while let file = visit.next() {
            let outcome = fetcher.fetch(file.text, as: system.login(for: file), watching: listener?.descriptor) {
                _ = try? listener?.receive()
            }
            heard(outcome)
            say(outcome, file)
            var remarks: [String] = []
            switch outcome {
            case .fetched(_, let bytes):
                remarks = visit.came(file, bytes, to: &system)
            case .missing:
                remarks = visit.failed(file, &system)
            case .unreachable(let why):
                let left = visit.abandon(serverOf: file)
                if left > 0 {
                    let words =
                        "on \(left) more \(left == 1 ? "file" : "files") of \(file.scheme.rawValue)://\(file.authority): \(why)"
                    report.say(.gaveUp, words, [("why", .string(why)), ("files", .number(left))])
                }
            }
            for remark in remarks { report.say(.noted, remark, [("name", .string(file.fileName))]) }
        }
        return visit
    }

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
