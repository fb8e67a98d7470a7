import Packets
import WebClient

/// Fetches files as phones do, one after another, from one local address.
final class FileFetcher {
    enum Outcome: Equatable, Sendable {
        /// The status of HTTP or FTP; 0 where the protocol has none. Of a long file its first ``FileFetcher/mostKept`` bytes.
        case fetched(status: Int, bytes: [UInt8], length: Int)
        case missing(status: Int, why: String)
        /// The server itself: there is no point in asking it for more.
        case unreachable(why: String)
    }

    private let client: WebClient
    private let source: IPv4Address
    private let userAgent: String?
    private let milliseconds: Int
    private let authorities: String?

    /// Of a file, in bytes: more no phone reads as text.
    static let mostKept = 1 << 20
    /// Of TFTP: what an Ethernet frame holds.
    private static let blockSize = 1428

    /// - Parameters:
    ///   - milliseconds: the most that one file may take.
    ///   - authorities: a file of those whose certificates are taken; where there is none every certificate is.
    /// - Throws: ``ClientFault`` where libcurl cannot be loaded or finds no memory.
    init(
        from address: IPv4Address, userAgent: String?, milliseconds: UInt64, authorities: String? = nil
    ) throws(ClientFault) {
        client = try WebClient()
        source = address
        self.userAgent = userAgent
        self.milliseconds = Int(clamping: milliseconds)
        self.authorities = authorities
    }

    /// - Parameters:
    ///   - descriptor: watched meanwhile; `whenReadable` is called whenever it can be read.
    func fetch(
        _ url: String, as login: Login? = nil, watching descriptor: Int32? = nil, whenReadable: () -> Void = {}
    ) -> Outcome {
        var request = ClientRequest(url: url)
        request.source = source
        request.userAgent = userAgent
        request.login = login.map { ($0.user, $0.password) }
        request.answersBasic = login?.isDigest != true
        request.blockSize = FileFetcher.blockSize
        request.schemes = "http,https,tftp,ftp"
        request.followsRedirects = true
        // Phones that are new know no certificate but their maker's.
        request.verifiesServer = authorities != nil
        request.authorities = authorities
        request.milliseconds = milliseconds
        (request.longest, request.mostKept) = (.max, FileFetcher.mostKept)
        do throws(ClientFault) {
            let answer = try client.send(request, watching: descriptor, whenReadable: whenReadable)
            // Of HTTP; FTP's 226 and TFTP's nothing are successes as well.
            return answer.status < 300
                ? .fetched(status: answer.status, bytes: answer.body, length: answer.length)
                : .missing(status: answer.status, why: "status \(answer.status)")
        } catch {
            return error.kind == .unreachable ? .unreachable(why: error.why) : .missing(status: error.status, why: error.why)
        }
    }
}
