// What `import Glibc` leaves out: macros, variadic calls and, behind functions, GNU-only names. No logic.
//
// _GNU_SOURCE must not be defined here: it changes the members of fd_set, and Swift then refuses to compile what uses both modules.
// What needs it is written in CLinux.c.
#ifndef BELLHOP_CLINUX_H
#define BELLHOP_CLINUX_H

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static inline int bellhop_openat2(int directory, const char *path, const struct open_how *how) {
    return (int)syscall(SYS_openat2, directory, path, how, sizeof *how);
}

static inline int bellhop_interface_request(int socket, unsigned long request, struct ifreq *argument) {
    return ioctl(socket, request, argument);
}

static inline int bellhop_arp_request(int socket, struct arpreq *argument) {
    return ioctl(socket, SIOCGARP, argument);
}

// accept4(2), of which Glibc's module has no declaration.
int bellhop_accept(int socket, struct sockaddr *peer, socklen_t *length);

// sendmmsg(2), of which it has none either: datagrams that lie one behind the other in `bytes`, each with its length.
enum { bellhop_most_at_once = 32 };
int bellhop_send_all(int socket, const uint8_t *bytes, const uint32_t *lengths, unsigned int count);

/// tcpi_bytes_acked of TCP_INFO, tcp(7); 0 where the kernel does not tell.
unsigned long long bellhop_acknowledged(int socket);

int bellhop_name_this_thread(const char *name);

// The commit that this was built from, as Package.swift has it.
const char *bellhop_commit(void);

// accept4(2), non-blocking and close-on-exec.
int bellhop_accept(int socket, struct sockaddr *address, socklen_t *length);

// dup3(2): puts another open file, close-on-exec, in the place of the one that `descriptor` is.
int bellhop_replace(int descriptor, int other);

// O_PATH, open(2).
extern const int bellhop_path_only;

// BPF_STMT and SO_ATTACH_FILTER want an array behind a pointer: this one refuses every datagram (socket(7)).
static inline int bellhop_refuse_all_input(int socket) {
    struct sock_filter code[] = {{BPF_RET | BPF_K, 0, 0, 0}};
    struct sock_fprog program = {1, code};
    return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

#endif
