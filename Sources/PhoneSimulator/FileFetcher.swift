import CCurl
import Packets

/// Fetches files by HTTP, HTTPS, TFTP and FTP through libcurl, one after another, from one local address. Connections are kept
/// open from one file to the next, as phones do.
final class FileFetcher {
    /// The longest file that is read, in bytes.
    static let longest = 64 << 20

    enum Outcome: Equatable, Sendable {
        /// The status of HTTP or FTP; 0 where the protocol has none.
        case fetched(status: Int, bytes: [UInt8])
        case missing(status: Int, why: String)
        /// The server itself: there is no point in asking it for more.
        case unreachable(why: String)
    }

    private let multi: UnsafeMutableRawPointer
    private let source: String
    private let userAgent: String?
    private let milliseconds: Int

    /// - Parameter milliseconds: the most that one file may take.
    /// - Returns: `nil` where libcurl finds no memory.
    init?(from address: IPv4Address, userAgent: String?, milliseconds: UInt64) {
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let multi = curl_multi_init() else { return nil }
        self.multi = multi
        source = "host!\(address)"
        self.userAgent = userAgent
        self.milliseconds = Int(clamping: milliseconds)
    }

    deinit {
        curl_multi_cleanup(multi)
    }

    /// - Parameters:
    ///   - descriptor: watched meanwhile; `whenReadable` is called whenever it can be read.
    func fetch(_ url: String, watching descriptor: Int32? = nil, whenReadable: () -> Void = {}) -> Outcome {
        guard let handle = curl_easy_init() else { return .unreachable(why: "out of memory") }
        defer { curl_easy_cleanup(handle) }
        let body = FetchedBody(limit: FileFetcher.longest)
        let context = Unmanaged.passUnretained(body).toOpaque()
        let isSetUp = withExtendedLifetime(body) { setUp(handle, url, context) }
        guard isSetUp else { return .missing(status: 0, why: "libcurl cannot fetch this URL") }
        guard curl_multi_add_handle(multi, handle) == CURLM_OK else { return .unreachable(why: "libcurl takes no transfer") }
        defer { curl_multi_remove_handle(multi, handle) }
        return withExtendedLifetime(body) {
            let code = run(watching: descriptor, whenReadable)
            var status = 0
            _ = curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
            return outcome(code, status, body)
        }
    }

    private func setUp(_ handle: UnsafeMutableRawPointer, _ url: String, _ context: UnsafeMutableRawPointer) -> Bool {
        var codes = [
            curl_set_pointer(handle, CURLOPT_URL, url),
            curl_set_pointer(handle, CURLOPT_PROTOCOLS_STR, "http,https,tftp,ftp"),
            curl_set_pointer(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https"),
            curl_set_pointer(handle, CURLOPT_INTERFACE, source),
            // No phone knows of this machine's proxy.
            curl_set_pointer(handle, CURLOPT_PROXY, ""),
            curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
            curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 1),
            curl_set_long(handle, CURLOPT_MAXREDIRS, 5),
            curl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 0),
            curl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 0),
            curl_set_long(handle, CURLOPT_HTTPAUTH, curl_auth_basic_or_digest),
            curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, min(milliseconds, 5000)),
            curl_set_long(handle, CURLOPT_TIMEOUT_MS, milliseconds),
            curl_set_write(handle, takeBytes, context),
        ]
        if let userAgent { codes.append(curl_set_pointer(handle, CURLOPT_USERAGENT, userAgent)) }
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    /// Runs the one transfer to its end.
    private func run(watching descriptor: Int32?, _ whenReadable: () -> Void) -> CURLcode {
        var running: Int32 = 1
        while true {
            guard curl_multi_perform(multi, &running) == CURLM_OK else { return CURLE_FAILED_INIT }
            var left: Int32 = 0
            while let message = curl_multi_info_read(multi, &left) {
                if message.pointee.msg == CURLMSG_DONE { return message.pointee.data.result }
            }
            var watched = curl_waitfd(fd: descriptor ?? -1, events: Int16(CURL_WAIT_POLLIN), revents: 0)
            guard curl_multi_poll(multi, &watched, descriptor == nil ? 0 : 1, 1000, nil) == CURLM_OK else {
                return CURLE_FAILED_INIT
            }
            if watched.revents != 0 { whenReadable() }
        }
    }

    private func outcome(_ code: CURLcode, _ status: Int, _ body: FetchedBody) -> Outcome {
        let why = curl_easy_strerror(code).map { String(cString: $0) } ?? "error \(code.rawValue)"
        if body.isTooLong { return .missing(status: status, why: "longer than \(FileFetcher.longest) bytes") }
        switch code {
        case CURLE_OK:
            // Of HTTP; FTP's 226 and TFTP's nothing are successes as well.
            return status < 300 ? .fetched(status: status, bytes: body.bytes) : .missing(status: status, why: "status \(status)")
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_OPERATION_TIMEDOUT, CURLE_INTERFACE_FAILED,
            CURLE_SSL_CONNECT_ERROR:
            return .unreachable(why: why)
        default:
            return .missing(status: status, why: why)
        }
    }
}

private final class FetchedBody {
    private(set) var bytes: [UInt8] = []
    private(set) var isTooLong = false
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    func take(_ more: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count + more.count <= limit else {
            isTooLong = true
            return false
        }
        bytes.append(contentsOf: more)
        return true
    }
}

/// CURLOPT_WRITEFUNCTION: any other number than that of the bytes given ends the transfer.
private func takeBytes(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?)
    -> Int
{
    guard let context else { return 0 }
    let body = Unmanaged<FetchedBody>.fromOpaque(context).takeUnretainedValue()
    return body.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}
