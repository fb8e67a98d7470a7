// A C library that only some commands need is looked up at run time: what does without it never maps it, and runs where it is not
// installed. The types are the header's own, so that a call with other arguments does not compile.
#include <dlfcn.h>

#define BELLHOP_CALL_FIELD(prefix, name) __typeof__(&prefix##name) name;
#define BELLHOP_LOOK_UP_CALL(prefix, name)                                                                                         \
    if (!(calls->name = (__typeof__(&prefix##name))dlsym(library, #prefix #name))) return dlerror();

// Makes the type `table`, with a pointer for each call of CALLS, and `load`, which fills one: what is missing, in dlerror's words, or NULL.
// Swift may hand the pointers from thread to thread: they never change.
#define BELLHOP_LIBRARY(table, load, file, CALLS)                                                                                  \
    typedef struct __attribute__((swift_attr("@Sendable"))) {                                                                      \
        CALLS(BELLHOP_CALL_FIELD)                                                                                                  \
    } table;                                                                                                                       \
    static inline const char *load(table *calls) {                                                                                 \
        void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);                                                                       \
        if (!library) return dlerror();                                                                                            \
        CALLS(BELLHOP_LOOK_UP_CALL)                                                                                                \
        return 0;                                                                                                                  \
    }
