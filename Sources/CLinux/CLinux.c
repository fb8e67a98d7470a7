#define _GNU_SOURCE
#include "CLinux.h"

const int bellhop_path_only = O_PATH;

int bellhop_name_this_thread(const char *name) {
    return pthread_setname_np(pthread_self(), name);
}

int bellhop_accept(int socket, struct sockaddr *peer, socklen_t *length) {
    return accept4(socket, peer, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

const char *bellhop_commit(void) {
    return BELLHOP_COMMIT;
}
