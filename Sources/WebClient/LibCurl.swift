import CCurl

/// libcurl's calls, looked up when the first client is made and never before: the daemon asks nobody, and libcurl brings two dozen
/// libraries along.
enum LibCurl {
    static let calls: Result<bellhop_libcurl, ClientFault> = {
        var calls = bellhop_libcurl()
        if let words = bellhop_load_libcurl(&calls) {
            let why = "libcurl cannot be loaded (\(String(cString: words))); install the package libcurl3-gnutls"
            return .failure(.withoutLibrary(why))
        }
        guard calls.global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK else {
            return .failure(.withoutLibrary("libcurl does not start"))
        }
        return .success(calls)
    }()
}
