// libmicrohttpd alone, set up as bellhop sets it up, which gives every GET the same 2 KiB from memory, and every GET with an If-None-Match
// the same 304. It looks at no path, no file, no phone and keeps no record: what a server of this library can do at most.
//
//     cc -O2 -o ceiling bench/ceiling.c -lmicrohttpd && ./ceiling ADDRESS PORT
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct MHD_Response *file, *unchanged;

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
                              const char *data, size_t *size, void **seen) {
    // The first call comes before what a body there is.
    static int first;
    if (*seen != &first) {
        *seen = &first;
        return MHD_YES;
    }
    if (MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-None-Match"))
        return MHD_queue_response(connection, 304, unchanged);
    return MHD_queue_response(connection, 200, file);
}

int main(int count, char **words) {
    static char bytes[2048];
    struct sockaddr_in at = {.sin_family = AF_INET};
    if (count != 3 || inet_pton(AF_INET, words[1], &at.sin_addr) != 1) return 64;
    at.sin_port = htons((uint16_t)atoi(words[2]));
    memset(bytes, 'x', sizeof bytes);
    file = MHD_create_response_from_buffer(sizeof bytes, bytes, MHD_RESPMEM_PERSISTENT);
    unchanged = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(file, "ETag", "\"1\"");
    MHD_add_response_header(unchanged, "ETag", "\"1\"");
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO | MHD_USE_ITC, 0, NULL, NULL, answer, NULL, MHD_OPTION_SOCK_ADDR, &at,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)sysconf(_SC_NPROCESSORS_ONLN), MHD_OPTION_CONNECTION_LIMIT, 4096u,
        MHD_OPTION_LISTEN_BACKLOG_SIZE, 4096u, MHD_OPTION_END);
    if (!daemon) return 1;
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}
