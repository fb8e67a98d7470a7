// Swift cannot call variadic functions: these are libmicrohttpd's start calls and its question about a connection, with a fixed list
// of arguments. No logic.
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

/// The same, with TLS. `certificate` is a gnutls_certificate_retrieve_function3.
static inline struct MHD_Daemon *bellhop_start_tls_daemon(unsigned int flags, MHD_AccessHandlerCallback handler, void *context,
                                                          struct MHD_OptionItem *options, const void *certificate) {
    return MHD_start_daemon(flags | MHD_USE_TLS, 0, NULL, NULL, handler, context, MHD_OPTION_HTTPS_CERT_CALLBACK2, certificate,
                            MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static inline const union MHD_ConnectionInfo *bellhop_web_connection_info(struct MHD_Connection *connection,
                                                                          enum MHD_ConnectionInfoType what) {
    return MHD_get_connection_info(connection, what);
}

#endif
