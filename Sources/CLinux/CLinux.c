#define _GNU_SOURCE
#include "CLinux.h"

const int bellhop_path_only = O_PATH;

int bellhop_name_this_thread(const char *name) {
    return pthread_setname_np(pthread_self(), name);
}

int bellhop_accept(int socket, struct sockaddr *peer, socklen_t *length) {
    return accept4(socket, peer, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int bellhop_send_all(int socket, const uint8_t *bytes, const uint32_t *lengths, unsigned int count) {
    struct iovec parts[bellhop_most_at_once];
    struct mmsghdr messages[bellhop_most_at_once];
    if (count > bellhop_most_at_once) count = bellhop_most_at_once;
    memset(messages, 0, sizeof messages);
    for (unsigned int place = 0; place < count; place++) {
        parts[place] = (struct iovec){(void *)bytes, lengths[place]};
        messages[place].msg_hdr.msg_iov = &parts[place];
        messages[place].msg_hdr.msg_iovlen = 1;
        bytes += lengths[place];
    }
    return sendmmsg(socket, messages, count, 0);
}

const char *bellhop_commit(void) {
    return BELLHOP_COMMIT;
}

int bellhop_replace(int descriptor, int other) { return dup3(other, descriptor, O_CLOEXEC); }
