import HTTPSemantics
import LinuxSystem
import Packets
import Provisioning
import WebServer

/// The tree over HTTP (RFC 9110).
package final class WebFiles: Sendable {
    private let desk: FileDesk
    private let transport: FileTransport
    private let gate: FileGate
    private let uploads: UploadDesk?
    private let cache = AnswerCache()

    /// - Parameter uploads: takes what phones leave here; `nil` for a server that only gives.
    package init(_ desk: FileDesk, _ transport: FileTransport = .http, gate: FileGate, uploads: UploadDesk? = nil) {
        self.desk = desk
        self.transport = transport
        self.gate = gate
        self.uploads = uploads
    }

    /// For a web server to run.
    package var service: WebService {
        WebService(bodies: { self.receive($0) }, handler: { self.answer($0) })
    }

    package func answer(_ request: WebRequest) -> WebAnswer {
        switch request.method {
        case "GET", "HEAD": return give(request)
        case "PUT", "POST":
            // Without a body: the file is an empty one.
            switch receive(request) {
            case .sink(let sink, _): return sink.finish()
            case .answer(let answer, _): return answer
            case .discard, .keep: return notServed(request)
            }
        case "OPTIONS":
            // RFC 9110 §9.3.7
            return WebAnswer(status: 204, headers: [("Allow", allowedMethods)])
        default: return notServed(request)
        }
    }

    /// What becomes of the body of a request.
    func receive(_ request: WebRequest) -> BodyPlan {
        guard let uploads, uploads.isOpen, request.method == "PUT" || request.method == "POST" else { return .discard }
        let reading = gate.read(request, fileRequest(request))
        do throws(FileRefusal) {
            let upload = try uploads.begin(request, reading.asked)
            return .sink(upload, upTo: upload.limit)
        } catch {
            return .answer(gate.answer(error, request, reading), discarding: uploads.largest)
        }
    }

    private var allowedMethods: String { "GET, HEAD, OPTIONS" + (uploads?.isOpen == true ? ", PUT, POST" : "") }

    private func notServed(_ request: WebRequest) -> WebAnswer {
        let method = printable(Array(request.method.utf8)[...])
        let refusal = FileRefusal(.notServed, "\(method) is not served; \(allowedMethods) are")
        return refuse(desk.refused(fileRequest(request), refusal, nil), headers: [("Allow", allowedMethods)])
    }

    private func fileRequest(_ request: WebRequest) -> FileRequest {
        FileRequest(
            transport, rawName: request.rawPath, name: RequestedName(request.rawPath), peer: request.peer,
            local: request.localAddress, userAgent: request.header("User-Agent"))
    }

    private func give(_ request: WebRequest) -> WebAnswer {
        let reading = gate.read(request, fileRequest(request))
        do throws(FileRefusal) {
            let found = try desk.find(reading.asked)
            do throws(SystemError) {
                return try answer(request, with: found)
            } catch {
                let refusal = FileRefusal(.unreadable, "the file cannot be read now")
                throw desk.refused(reading.asked, refusal, found.receipt.mac, detail: error.description)
            }
        } catch {
            return gate.answer(error, request, reading)
        }
    }

    private func answer(_ request: WebRequest, with found: FoundFile) throws(SystemError) -> WebAnswer {
        let now = WallTime(microsecondsSince1970: found.receipt.began.microseconds)
        let type = mediaType(of: TreeFile(found.receipt.path).servedPath)
        let (version, cached) = try version(of: found, type, now)
        let preconditions = Preconditions(now: HTTPDate(seconds: now.seconds)) { request.headers($0) }
        switch preconditions.outcome(for: version.validators) {
        case .proceed: break
        case .notModified:
            let answer: WebAnswer
            if let cached {
                answer = WebAnswer(cached.notModified)
            } else {
                answer = WebAnswer(status: 304, headers: version.headers(isSecret: found.isSecret), body: try version.body())
            }
            return told(found, answer, bytes: 0, isUnchanged: true)
        case .failed:
            let headers = version.headers(isSecret: found.isSecret)
            return refuse(found, FileRefusal(.preconditionFailed, "the file has changed"), headers)
        }
        // RFC 9110 §14.2: "A server MUST ignore a Range header field received with a request method that is unrecognized or for which
        // range handling is not defined. For this specification, GET is the only method for which range handling is defined."
        let octets = request.method == "GET" ? preconditions.octets(of: version.size, version.validators) : .whole
        switch octets {
        case .whole:
            let answer: WebAnswer
            if let cached {
                answer = WebAnswer(cached.whole)
            } else {
                let headers = version.headers(isSecret: found.isSecret, type: type)
                answer = WebAnswer(status: 200, headers: headers, body: try version.body())
            }
            return told(found, answer, bytes: request.method == "HEAD" ? 0 : version.size)
        case .part(let offset, let count):
            let place = "bytes \(offset)-\(offset + count - 1)/\(version.size)"
            let headers = version.headers(isSecret: found.isSecret, type: type) + [("Content-Range", place)]
            let body = try version.body(offset: offset, count: count)
            return told(found, WebAnswer(status: 206, headers: headers, body: body), bytes: count)
        case .none:
            let refusal = FileRefusal(.noSuchOctets, "the file has \(version.size) octets")
            return refuse(found, refusal, [("Content-Range", "bytes */\(version.size)")])
        }
    }

    /// What there is to be sent, and where that is a short file on disk that has not changed just now, the whole answers.
    private func version(
        of found: FoundFile, _ type: String, _ now: WallTime
    ) throws(SystemError) -> (FoundVersion, AnswerCache.Entry?) {
        guard case .disk(let file) = found.content, file.size <= FoundVersion.shortFile, file.version.isSettled(at: now) else {
            return (try FoundVersion(found.content, now: now), nil)
        }
        let key = AnswerCache.Key(version: file.version, isSecret: found.isSecret, type: type)
        if let entry = cache[key] { return (entry.version, entry) }
        let version = try FoundVersion(found.content, now: now)
        guard case .bytes(let bytes) = try version.body(),
            let whole = CachedBody(headers: version.headers(isSecret: found.isSecret, type: type), bytes: bytes),
            let notModified = CachedBody(status: 304, headers: version.headers(isSecret: found.isSecret), bytes: bytes)
        else { return (version, nil) }
        let entry = AnswerCache.Entry(version, whole: whole, notModified: notModified)
        cache.keep(entry, for: key)
        return (version, entry)
    }

    /// The answer, with its end to be told.
    private func told(_ found: FoundFile, _ answer: WebAnswer, bytes: Int64, isUnchanged: Bool = false) -> WebAnswer {
        var answer = answer
        answer.ended = { [desk, receipt = found.receipt] isComplete in
            desk.ended(receipt, bytes: isComplete ? bytes : 0, isComplete: isComplete, isUnchanged: isUnchanged)
        }
        return answer
    }

    private func refuse(_ found: FoundFile, _ refusal: FileRefusal, _ headers: [(name: String, value: String)]) -> WebAnswer {
        refuse(desk.refused(found.receipt.request, refusal, found.receipt.mac), headers: headers)
    }

    private func refuse(_ refusal: FileRefusal, headers: [(name: String, value: String)] = []) -> WebAnswer {
        .text(status: refusal.status(in: transport), refusal.sentence, headers: headers)
    }
}
