import LinuxSystem
import Packets
import Provisioning
import WebServer

/// The tree over HTTP (RFC 9110).
package final class WebFiles: Sendable {
    private let desk: FileDesk
    private let transport: FileTransport

    package init(_ desk: FileDesk, _ transport: FileTransport = .http) {
        self.desk = desk
        self.transport = transport
    }

    /// Files up to this many bytes are read at once; longer ones go from the disk to the socket (sendfile(2)).
    private static let shortFile: Int64 = 32_768

    package func answer(_ request: WebRequest) -> WebAnswer {
        let asked = FileRequest(
            transport, rawName: request.rawPath, name: RequestedName(request.rawPath), peer: request.peer,
            local: request.localAddress, userAgent: request.header("User-Agent"))
        guard request.method == "GET" || request.method == "HEAD" else {
            let method = printable(Array(request.method.utf8)[...])
            let refusal = FileRefusal(.notServed, "\(method) is not served; GET and HEAD are")
            return refuse(desk.refused(asked, refusal, nil), headers: [("Allow", "GET, HEAD")])
        }
        do throws(FileRefusal) {
            let found = try desk.find(asked)
            do throws(SystemError) {
                var answer = WebAnswer(
                    status: 200,
                    headers: [("Content-Type", mediaType(of: found.receipt.path)), ("X-Content-Type-Options", "nosniff")],
                    body: try body(of: found.content))
                let bytes = request.method == "HEAD" ? 0 : found.content.size
                answer.ended = { [desk, receipt = found.receipt] isComplete in
                    desk.ended(receipt, bytes: isComplete ? bytes : 0, isComplete: isComplete)
                }
                return answer
            } catch {
                let refusal = FileRefusal(.unreadable, "the file cannot be read now")
                throw desk.refused(asked, refusal, found.receipt.mac, detail: error.description)
            }
        } catch {
            return refuse(error)
        }
    }

    private func body(of content: FileContent) throws(SystemError) -> WebAnswer.Body {
        switch content {
        case .disk(let file) where file.size > WebFiles.shortFile:
            .file(descriptor: try file.descriptor.duplicate(), offset: 0, length: file.size)
        case .disk(let file): .bytes(try file.read(from: 0, count: Int(file.size)))
        case .bytes(let bytes, _, _): .bytes(bytes)
        }
    }

    private func refuse(_ refusal: FileRefusal, headers: [(name: String, value: String)] = []) -> WebAnswer {
        let plain = WebAnswer.text(status: refusal.status(in: transport), refusal.sentence)
        return WebAnswer(status: plain.status, headers: plain.headers + headers, body: plain.body)
    }
}
