// The kernel's own header, whose tcp_info is longer than the C library's; no file can have both.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

unsigned long long bellhop_acknowledged(int socket) {
    struct tcp_info info = {0};
    socklen_t length = sizeof info;
    return getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 ? info.tcpi_bytes_acked : 0;
}
