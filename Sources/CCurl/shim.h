#include "../CRuntimeLoading/loading.h"
#include <curl/curl.h>

#define BELLHOP_CURL_CALLS(CALL)                                                                                                   \
    CALL(curl_, global_init) CALL(curl_, easy_init) CALL(curl_, easy_cleanup) CALL(curl_, easy_setopt) CALL(curl_, easy_getinfo)   \
    CALL(curl_, easy_strerror) CALL(curl_, slist_append) CALL(curl_, slist_free_all) CALL(curl_, multi_init)                       \
    CALL(curl_, multi_cleanup) CALL(curl_, multi_add_handle) CALL(curl_, multi_remove_handle) CALL(curl_, multi_perform)           \
    CALL(curl_, multi_info_read) CALL(curl_, multi_poll)
BELLHOP_LIBRARY(bellhop_libcurl, bellhop_load_libcurl, "libcurl-gnutls.so.4", BELLHOP_CURL_CALLS)

// libcurl's option calls are variadic, which Swift cannot call: one name for each type of argument.
static inline CURLcode curl_set_long(bellhop_libcurl curl, CURL *handle, CURLoption option, long value) {
    return curl.easy_setopt(handle, option, value);
}
static inline CURLcode curl_set_pointer(bellhop_libcurl curl, CURL *handle, CURLoption option, const void *value) {
    return curl.easy_setopt(handle, option, value);
}
static inline CURLcode curl_set_write(
    bellhop_libcurl curl, CURL *handle, size_t (*write)(char *, size_t, size_t, void *), void *context) {
    CURLcode code = curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, write);
    return code == CURLE_OK ? curl.easy_setopt(handle, CURLOPT_WRITEDATA, context) : code;
}
static inline CURLcode curl_get_long(bellhop_libcurl curl, CURL *handle, CURLINFO info, long *value) {
    return curl.easy_getinfo(handle, info, value);
}
// Macros with a cast, which Swift does not see.
static const long curl_auth_digest = (long)CURLAUTH_DIGEST;
static const long curl_auth_basic_or_digest = (long)(CURLAUTH_BASIC | CURLAUTH_DIGEST);
