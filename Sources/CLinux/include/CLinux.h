// What `import Glibc` leaves out: GNU-only names, macros and variadic calls. No logic.
#ifndef BELLHOP_CLINUX_H
#define BELLHOP_CLINUX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <linux/openat2.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
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

#endif
