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
        WebService(bodies: { self.receive($0) }, station: desk.neighbourhood.mac, handler: { self.answer($0) })
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
        let asked = fileRequest(request)
        let asker = desk.asker(of: asked, desk.policy.value)
        return refuse(desk.refused(asked, refusal, to: asker), headers: [("Allow", allowedMethods)])
    }

    private func fileRequest(_ request: WebRequest) -> FileRequest {
        var asked = FileRequest(
            transport, rawName: request.rawPath, name: RequestedName(request.rawPath), peer: request.peer,
            local: request.localAddress, userAgent: request.header("User-Agent"))
        asked.neighbour = request.station
        return asked
    }

    private func give(_ request: WebRequest) -> WebAnswer {
        let reading = gate.read(request, fileRequest(request))
        do throws(FileRefusal) {
            let errand = try desk.admit(reading.asked)
            let offer = if let ready = ready(for: errand) { ready } else { try offer(errand) }
            do throws(SystemError) {
                return try answer(request, with: offer)
            } catch {
                throw unreadable(errand, error)
            }
        } catch {
            return gate.answer(error, request, reading)
        }
    }

    /// A file as it may be sent.
    private struct Offer {
        let version: FoundVersion
        /// A short file's, that has not changed just now.
        let answers: AnswerCache.Entry?
        let isSecret: Bool
        let type: String
        let receipt: FileReceipt
    }

    /// What was made ready for an earlier request, where the file on disk is still the same.
    private func ready(for errand: FileErrand) -> Offer? {
        guard let (version, place) = desk.version(for: errand), version.isShort, version.isSettled(at: errand.began.wallTime)
        else { return nil }
        let type = mediaType(of: place.file.servedPath)
        guard let answers = cache[AnswerCache.Key(version: version, isSecret: place.isSecret, type: type)] else { return nil }
        return Offer(
            version: answers.version, answers: answers, isSecret: place.isSecret, type: type,
            receipt: errand.receipt(for: place.file.path))
    }

    private func offer(_ errand: FileErrand) throws(FileRefusal) -> Offer {
        let found = try desk.find(errand)
        let type = mediaType(of: TreeFile(found.receipt.path).servedPath)
        do throws(SystemError) {
            let version = try FoundVersion(found.content, now: errand.began.wallTime)
            var answers: AnswerCache.Entry?
            if case .disk(let file) = found.content, file.version.isShort, file.version.isSettled(at: errand.began.wallTime) {
                answers = AnswerCache.Entry(version, isSecret: found.isSecret, type: type)
                let key = AnswerCache.Key(version: file.version, isSecret: found.isSecret, type: type)
                if let answers { cache.keep(answers, for: key) }
            }
            return Offer(version: version, answers: answers, isSecret: found.isSecret, type: type, receipt: found.receipt)
        } catch {
            throw unreadable(errand, error)
        }
    }

    private func unreadable(_ errand: FileErrand, _ error: SystemError) -> FileRefusal {
        let refusal = FileRefusal(.unreadable, "the file cannot be read now")
        return desk.refused(errand.request, refusal, to: errand.asker, detail: error.description)
    }

    private func answer(_ request: WebRequest, with offer: Offer) throws(SystemError) -> WebAnswer {
        let version = offer.version
        let preconditions = Preconditions(now: HTTPDate(seconds: offer.receipt.began.wallTime.seconds)) { request.headers($0) }
        switch preconditions.outcome(for: version.validators) {
        case .proceed: break
        case .notModified:
            let answer: WebAnswer
            if let answers = offer.answers {
                answer = WebAnswer(answers.notModified)
            } else {
                answer = WebAnswer(status: 304, headers: version.headers(isSecret: offer.isSecret), body: try version.body())
            }
            return told(offer, answer, bytes: 0, isUnchanged: true)
        case .failed:
            let headers = version.headers(isSecret: offer.isSecret)
            return refuse(offer, FileRefusal(.preconditionFailed, "the file has changed"), headers)
        }
        // RFC 9110 §14.2: "A server MUST ignore a Range header field received with a request method that is unrecognized or for which
        // range handling is not defined. For this specification, GET is the only method for which range handling is defined."
        let octets = request.method == "GET" ? preconditions.octets(of: version.size, version.validators) : .whole
        switch octets {
        case .whole:
            let answer: WebAnswer
            if let answers = offer.answers {
                answer = WebAnswer(answers.whole)
            } else {
                let headers = version.headers(isSecret: offer.isSecret, type: offer.type)
                answer = WebAnswer(status: 200, headers: headers, body: try version.body())
            }
            let isHead = request.method == "HEAD"
            return told(offer, answer, bytes: isHead ? 0 : version.size, only: isHead ? .head : nil)
        case .part(let offset, let count):
            let place = "bytes \(offset)-\(offset + count - 1)/\(version.size)"
            let headers = version.headers(isSecret: offer.isSecret, type: offer.type) + [("Content-Range", place)]
            let body = try version.body(offset: offset, count: count)
            let answer = WebAnswer(status: 206, headers: headers, body: body)
            // Some phones fetch a firmware in parts: with the last one they have it.
            return told(offer, answer, bytes: count, only: offset + count < version.size ? .part : nil)
        case .none:
            let refusal = FileRefusal(.noSuchOctets, "the file has \(version.size) octets")
            return refuse(offer, refusal, [("Content-Range", "bytes */\(version.size)")])
        }
    }

    /// The answer, with its end to be told.
    private func told(
        _ offer: Offer, _ answer: WebAnswer, bytes: Int64, isUnchanged: Bool = false, only: Event.Excerpt? = nil
    ) -> WebAnswer {
        var answer = answer
        // What is shorter is out at once.
        if case .file = answer.body, bytes > 0 {
            answer.takesLong = { [desk, receipt = offer.receipt] sent in
                desk.isUnderWay(receipt, bytes: min(sent, bytes), of: bytes)
            }
        }
        var opened: FileVersion?
        if case .file = answer.body { opened = offer.version.onDisk }
        answer.ended = { [desk, receipt = offer.receipt, opened] isComplete, octets in
            // What went out cannot be called back, but it is not called whole.
            let isMixture = isComplete && opened.map { desk.isWrittenTo($0, at: receipt.path) } ?? false
            desk.ended(
                receipt, bytes: isComplete ? bytes : octets.map { min($0, bytes) }, isComplete: isComplete && !isMixture,
                isUnchanged: isUnchanged, only: only, because: isMixture ? FileContent.changed : nil)
        }
        return answer
    }

    private func refuse(_ offer: Offer, _ refusal: FileRefusal, _ headers: [(name: String, value: String)]) -> WebAnswer {
        refuse(desk.refused(offer.receipt.request, refusal, offer.receipt.mac), headers: headers)
    }

    private func refuse(_ refusal: FileRefusal, headers: [(name: String, value: String)] = []) -> WebAnswer {
        .text(status: refusal.status(in: transport), refusal.sentence, headers: headers)
    }
}
