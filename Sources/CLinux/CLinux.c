#define _GNU_SOURCE
#include "CLinux.h"

const int bellhop_path_only = O_PATH;

int bellhop_name_this_thread(const char *name) {
    return pthread_setname_np(pthread_self(), name);
}
