import FrameLink
import JSONText
import LinuxSystem
import VendorCatalogue
import WebClient

/// One boot: the ways of discovery in order, then the files.
struct Boot {
    let phone: SimulatedPhone
    let discovery: Discovery
    let ways: [WayToAddress]
    let report: BootReport

    /// What a boot came to before the first file.
    enum Outcome {
        case told(ToldURL, NotifyListener?)
        case failed(ExitStatus)
    }

    func run() -> Outcome {
        var isForbidden = false
        for way in ways {
            switch way {
            case .entered(let url):
                report.say(.told, "\(url.text) by its settings", [("way", .string("settings")), ("url", .string(url.text))])
                return .told(url, nil)
            case .discover(let way):
                switch discovery.run(way) {
                case .told(let text, let listener): return told(text, listener)
                case .notPermitted: isForbidden = true
                case .nothing: continue
                }
            }
        }
        return .failed(isForbidden ? .notPermitted : .unavailable)
    }

    private func told(_ text: String, _ listener: NotifyListener?) -> Outcome {
        guard let url = ToldURL(text, for: phone) else {
            report.say(.gaveUp, "\(text) is no address that a phone can fetch from", [("url", .string(text))])
            return .failed(.nothingFetched)
        }
        for macro in PhoneMacros.left(in: url.path) {
            report.say(.noted, "\(macro) is no macro of this phone", [("name", .string(macro))])
        }
        return .told(url, listener)
    }
}

/// Fetches the files of one visit, and says what came of each.
struct Fetching {
    let phone: SimulatedPhone
    let report: BootReport
    /// Milliseconds for one file.
    let timeout: UInt64
    /// A file of those whose certificates the phone takes; it takes any where there is none.
    let authorities: String?
    var heard: (FileFetcher.Outcome) -> Void = { _ in }

    /// - Parameter listener: goes on answering NOTIFYs meanwhile.
    func run(_ plan: [ToldURL], _ system: inout any PhoneSystem, _ listener: NotifyListener? = nil) -> Visit {
        var visit = Visit(plan)
        guard !plan.isEmpty else { return visit }
        let fetcher: FileFetcher
        do throws(ClientFault) {
            fetcher = try FileFetcher(
                from: phone.address, userAgent: phone.userAgent, milliseconds: timeout, authorities: authorities)
        } catch {
            report.say(.gaveUp, error.why)
            return visit
        }
        var listener = listener
        var isCareless = authorities == nil && phone.manner.verifiesServer
        while let file = visit.next() {
            let outcome = fetcher.fetch(file.text, as: system.login(for: file), watching: listener?.descriptor) {
                _ = try? listener?.receive()
            }
            heard(outcome)
            say(outcome, file)
            if isCareless, file.scheme == .https, case .fetched = outcome {
                isCareless = false
                report.say(
                    .noted, "a real one takes a certificate only of an authority that it knows; --ca FILE tries that",
                    [("name", .string(file.fileName))])
            }
            var remarks: [String] = []
            switch outcome {
            case .fetched(_, let bytes, _):
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
        case .fetched(let status, _, let length):
            let word = status == 0 ? file.scheme.rawValue : "\(status)"
            report.say(
                .fetched, "\(file.fileName) (\(word), \(length) bytes)",
                [name, url, ("status", .number(status)), ("bytes", .number(length))])
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

    /// Of what the system or an interface refused.
    init(of error: any Error) {
        let isForbidden =
            (error as? SystemError)?.isPermissionDenied == true || (error as? FrameLinkError)?.reason == .notPermitted
        self = isForbidden ? .notPermitted : .unavailable
    }
}
