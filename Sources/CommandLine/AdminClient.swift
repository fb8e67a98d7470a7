import JSONReading
import JSONText
import LinuxSystem
import StatusPage
import WebClient

/// Talks to the daemon of this machine.
struct AdminClient {
    private let file: AdminFile
    private let client: WebClient

    struct Answer {
        let status: Int
        let json: JSONValue

        /// What is wrong, in the daemon's words.
        var error: String { json["error"]?.string ?? "the daemon answered \(status)" }
    }

    /// - Parameter state: where the daemon keeps its database, and leaves word of itself.
    init(state: String) throws(Exit) {
        file = try AdminFile.found(state: state)
        do throws(ClientFault) {
            client = try WebClient()
        } catch {
            throw Exit(.unavailable, error.why)
        }
    }

    func get(_ path: String) throws(Exit) -> Answer {
        try send(ClientRequest(url: file.url + path))
    }

    func post(_ path: String, _ body: JSONValue) throws(Exit) -> Answer {
        var request = ClientRequest(url: file.url + path)
        request.method = "POST"
        request.headers = [("Content-Type", "application/json"), ("Expect", "")]
        request.body = Array(body.text.utf8)
        return try send(request)
    }

    private func send(_ request: ClientRequest) throws(Exit) -> Answer {
        var request = request
        request.headers.append(("X-Bellhop-Token", file.token))
        let answer: ClientAnswer
        do throws(ClientFault) {
            answer = try client.send(request)
        } catch {
            throw Exit(.unavailable, "no daemon answers at \(file.url): \(error.why)")
        }
        guard let json = try? readJSON(answer.body, limit: request.longest) else {
            throw Exit(.unavailable, "\(file.url) answered \(answer.status), and what came is not bellhop's")
        }
        return Answer(status: answer.status, json: json)
    }
}

extension AdminFile {
    /// What the daemon left in its state folder; an ``Exit`` that says why there is nothing.
    static func found(state: String) throws(Exit) -> AdminFile {
        do throws(SystemError) {
            return try read(state: state)
        } catch {
            let path = path(state: state)
            if error.isPermissionDenied { throw Exit.keptByDaemon(path) }
            throw Exit(
                .unavailable,
                error.isNotFound
                    ? "no daemon runs with the state folder \(state): there is no \(path); --config or --state names another"
                    : "\(error)")
        }
    }
}
