// Swift cannot call variadic functions: the first two are libmicrohttpd's start call and its question about a connection, with a fixed
// list of arguments. The others are calls whose names and types differ from version to version. No logic.
#ifndef BELLHOP_CMICROHTTPD_H
#define BELLHOP_CMICROHTTPD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <microhttpd.h>

/// `options` ends with an item whose option is MHD_OPTION_END.
static inline struct MHD_Daemon *bellhop_start_web_daemon(unsigned int flags, MHD_AccessHandlerCallback handler, void *context,
                                                          struct MHD_OptionItem *options) {
    return MHD_start_daemon(flags, 0, NULL, NULL, handler, context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static inline const union MHD_ConnectionInfo *bellhop_web_connection_info(struct MHD_Connection *connection,
                                                                          enum MHD_ConnectionInfoType what) {
    return MHD_get_connection_info(connection, what);
}

/// MHD_YES, MHD_NO or MHD_INVALID_NONCE.
static inline int bellhop_web_check_password(struct MHD_Connection *connection, const char *realm, const char *user,
                                             const char *password, unsigned int nonce_seconds) {
    return MHD_digest_auth_check2(connection, realm, user, password, nonce_seconds, MHD_DIGEST_ALG_SHA256);
}

static inline enum MHD_Result bellhop_web_ask_password(struct MHD_Connection *connection, const char *realm,
                                                       struct MHD_Response *response, int is_stale) {
    return MHD_queue_auth_fail_response2(connection, realm, "bellhop", response, is_stale, MHD_DIGEST_ALG_SHA256);
}

#endif
