// libcurl's option calls are variadic, which Swift cannot call: one name for each type of argument.
#include <curl/curl.h>

static inline CURLcode curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode curl_set_write(CURL *handle, size_t (*write)(char *, size_t, size_t, void *), void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, write);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_WRITEDATA, context) : code;
}
static inline CURLcode curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}
// Macros with a cast, which Swift does not see.
static const long curl_auth_digest = (long)CURLAUTH_DIGEST;
static const long curl_auth_basic_or_digest = (long)(CURLAUTH_BASIC | CURLAUTH_DIGEST);
