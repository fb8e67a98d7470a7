#include <dlfcn.h>
#include <postgresql/libpq-fe.h>

// libpq is looked up at run time: a bellhop without a fleet never loads it, and runs where it is not installed. The types are the
// header's own, so that a call with other arguments does not compile.
#define BELLHOP_PQ_CALLS(CALL)                                                                                                    \
    CALL(connectStartParams) CALL(connectPoll) CALL(finish) CALL(status) CALL(socket) CALL(errorMessage) CALL(setnonblocking)     \
    CALL(sendQuery) CALL(sendQueryParams) CALL(flush) CALL(consumeInput) CALL(isBusy) CALL(getResult) CALL(resultStatus)          \
    CALL(resultErrorMessage) CALL(resultErrorField) CALL(clear) CALL(ntuples) CALL(nfields) CALL(getisnull) CALL(getvalue)        \
    CALL(getlength) CALL(cmdTuples) CALL(putCopyData) CALL(putCopyEnd) CALL(notifies) CALL(freemem) CALL(transactionStatus)       \
    CALL(setNoticeProcessor)

#define BELLHOP_PQ_FIELD(name) __typeof__(&PQ##name) name;
typedef struct {
    BELLHOP_PQ_CALLS(BELLHOP_PQ_FIELD)
} bellhop_libpq;

// Fills the table; what is missing, in dlerror's words, or NULL.
static inline const char *bellhop_load_libpq(bellhop_libpq *calls) {
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!library) return dlerror();
#define BELLHOP_PQ_LOOK_UP(name)                                                                                                  \
    if (!(calls->name = (__typeof__(&PQ##name))dlsym(library, "PQ" #name))) return dlerror();
    BELLHOP_PQ_CALLS(BELLHOP_PQ_LOOK_UP)
    return 0;
}

// PG_DIAG_SQLSTATE is a character.
enum { bellhop_pq_sqlstate = PG_DIAG_SQLSTATE };
