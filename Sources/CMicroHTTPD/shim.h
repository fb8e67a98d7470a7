// libmicrohttpd's start call is variadic, which Swift cannot call.
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <microhttpd.h>
