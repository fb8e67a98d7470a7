import CCurl
import Packets

/// Asks servers by HTTP, HTTPS, TFTP and FTP through libcurl, one question after another. Connections are kept open from one to the
/// next. No proxy is used, whatever the environment says.
package final class WebClient {
    private let curl: bellhop_libcurl
    private let multi: UnsafeMutableRawPointer

    /// - Throws: ``ClientFault`` where libcurl cannot be loaded or finds no memory.
    package init() throws(ClientFault) {
        curl = try LibCurl.calls.get()
        guard let multi = curl.multi_init() else { throw .withoutLibrary("out of memory") }
        self.multi = multi
    }

    deinit {
        _ = curl.multi_cleanup(multi)
    }

    /// Asks, and waits for the answer, whatever its status.
    ///
    /// - Parameter descriptor: watched meanwhile; `whenReadable` is called whenever it can be read.
    package func send(
        _ request: ClientRequest, watching descriptor: Int32? = nil, whenReadable: () -> Void = {}
    ) throws(ClientFault) -> ClientAnswer {
        guard let handle = curl.easy_init() else { throw .withoutLibrary("out of memory") }
        defer { curl.easy_cleanup(handle) }
        let body = ReceivedBody(limit: request.longest, mostKept: request.mostKept)
        var headers: UnsafeMutablePointer<curl_slist>?
        for header in request.headers { headers = curl.slist_append(headers, "\(header.name): \(header.value)") ?? headers }
        defer { curl.slist_free_all(headers) }
        let code = withExtendedLifetime(body) { () -> CURLcode? in
            guard setUp(handle, request, headers, Unmanaged.passUnretained(body).toOpaque()) else { return nil }
            guard curl.multi_add_handle(multi, handle) == CURLM_OK else { return CURLE_FAILED_INIT }
            defer { _ = curl.multi_remove_handle(multi, handle) }
            return run(watching: descriptor, whenReadable)
        }
        guard let code else { throw ClientFault(kind: .other, status: 0, why: "libcurl cannot fetch this URL") }
        var status = 0
        _ = curl_get_long(curl, handle, CURLINFO_RESPONSE_CODE, &status)
        guard code == CURLE_OK else { throw fault(code, status, body) }
        return ClientAnswer(status: status, body: body.bytes, length: body.length)
    }

    private func setUp(
        _ handle: UnsafeMutableRawPointer, _ request: ClientRequest, _ headers: UnsafeMutablePointer<curl_slist>?,
        _ context: UnsafeMutableRawPointer
    ) -> Bool {
        let isVerified = request.verifiesServer
        var codes = [
            curl_set_pointer(curl, handle, CURLOPT_URL, request.url),
            curl_set_pointer(curl, handle, CURLOPT_PROTOCOLS_STR, request.schemes),
            curl_set_pointer(curl, handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https"),
            curl_set_pointer(curl, handle, CURLOPT_PROXY, ""),
            curl_set_pointer(curl, handle, CURLOPT_HTTPHEADER, headers),
            curl_set_long(curl, handle, CURLOPT_NOSIGNAL, 1),
            curl_set_long(curl, handle, CURLOPT_FOLLOWLOCATION, request.followsRedirects ? 1 : 0),
            curl_set_long(curl, handle, CURLOPT_MAXREDIRS, 5),
            curl_set_long(curl, handle, CURLOPT_SSL_VERIFYPEER, isVerified ? 1 : 0),
            curl_set_long(curl, handle, CURLOPT_SSL_VERIFYHOST, isVerified ? 2 : 0),
            curl_set_long(curl, handle, CURLOPT_HTTPAUTH, request.answersBasic ? curl_auth_basic_or_digest : curl_auth_digest),
            curl_set_long(curl, handle, CURLOPT_CONNECTTIMEOUT_MS, min(request.milliseconds, request.connectMilliseconds)),
            curl_set_long(curl, handle, CURLOPT_TIMEOUT_MS, request.milliseconds),
            curl_set_write(curl, handle, takeBytes, context),
        ]
        if let authorities = request.authorities { codes.append(curl_set_pointer(curl, handle, CURLOPT_CAINFO, authorities)) }
        if let source = request.source { codes.append(curl_set_pointer(curl, handle, CURLOPT_INTERFACE, "host!\(source)")) }
        if let login = request.login {
            codes.append(curl_set_pointer(curl, handle, CURLOPT_USERNAME, login.user))
            codes.append(curl_set_pointer(curl, handle, CURLOPT_PASSWORD, login.password))
        }
        if let blockSize = request.blockSize { codes.append(curl_set_long(curl, handle, CURLOPT_TFTP_BLKSIZE, blockSize)) }
        if let userAgent = request.userAgent { codes.append(curl_set_pointer(curl, handle, CURLOPT_USERAGENT, userAgent)) }
        if let body = request.body {
            codes.append(curl_set_long(curl, handle, CURLOPT_POSTFIELDSIZE, body.count))
            codes.append(curl_set_pointer(curl, handle, CURLOPT_COPYPOSTFIELDS, body))
        }
        if request.method != "GET" { codes.append(curl_set_pointer(curl, handle, CURLOPT_CUSTOMREQUEST, request.method)) }
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    /// Runs the one transfer to its end.
    private func run(watching descriptor: Int32?, _ whenReadable: () -> Void) -> CURLcode {
        var running: Int32 = 1
        while true {
            guard curl.multi_perform(multi, &running) == CURLM_OK else { return CURLE_FAILED_INIT }
            var left: Int32 = 0
            while let message = curl.multi_info_read(multi, &left) {
                if message.pointee.msg == CURLMSG_DONE { return message.pointee.data.result }
            }
            var watched = curl_waitfd(fd: descriptor ?? -1, events: Int16(CURL_WAIT_POLLIN), revents: 0)
            guard curl.multi_poll(multi, &watched, descriptor == nil ? 0 : 1, 1000, nil) == CURLM_OK else {
                return CURLE_FAILED_INIT
            }
            if watched.revents != 0 { whenReadable() }
        }
    }

    private func fault(_ code: CURLcode, _ status: Int, _ body: ReceivedBody) -> ClientFault {
        if body.isTooLong { return ClientFault(kind: .tooLong, status: status, why: "longer than \(body.limit) bytes") }
        let why = curl.easy_strerror(code).map { String(cString: $0) } ?? "error \(code.rawValue)"
        switch code {
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_OPERATION_TIMEDOUT, CURLE_INTERFACE_FAILED,
            CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE:
            return ClientFault(kind: .unreachable, status: status, why: why)
        default:
            return ClientFault(kind: .other, status: status, why: why)
        }
    }
}

private final class ReceivedBody {
    let limit: Int
    private let mostKept: Int
    private(set) var bytes: [UInt8] = []
    private(set) var length = 0
    private(set) var isTooLong = false

    init(limit: Int, mostKept: Int) {
        self.limit = limit
        self.mostKept = mostKept
    }

    func take(_ more: UnsafeRawBufferPointer) -> Bool {
        length += more.count
        guard length <= limit else {
            isTooLong = true
            return false
        }
        bytes.append(contentsOf: more.prefix(mostKept - bytes.count))
        return true
    }
}

/// CURLOPT_WRITEFUNCTION: any other number than that of the bytes given ends the transfer.
private func takeBytes(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?)
    -> Int
{
    guard let context else { return 0 }
    let body = Unmanaged<ReceivedBody>.fromOpaque(context).takeUnretainedValue()
    return body.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}
