#include "../CRuntimeLoading/loading.h"
#include <postgresql/libpq-fe.h>

#define BELLHOP_PQ_CALLS(CALL)                                                                                                     \
    CALL(PQ, connectStartParams) CALL(PQ, connectPoll) CALL(PQ, finish) CALL(PQ, status) CALL(PQ, socket) CALL(PQ, errorMessage)   \
    CALL(PQ, setnonblocking) CALL(PQ, sendQuery) CALL(PQ, sendQueryParams) CALL(PQ, flush) CALL(PQ, consumeInput) CALL(PQ, isBusy) \
    CALL(PQ, getResult) CALL(PQ, resultStatus) CALL(PQ, resultErrorMessage) CALL(PQ, resultErrorField) CALL(PQ, clear)             \
    CALL(PQ, ntuples) CALL(PQ, nfields) CALL(PQ, getisnull) CALL(PQ, getvalue) CALL(PQ, getlength) CALL(PQ, cmdTuples)             \
    CALL(PQ, putCopyData) CALL(PQ, putCopyEnd) CALL(PQ, notifies) CALL(PQ, freemem) CALL(PQ, transactionStatus)                    \
    CALL(PQ, setNoticeProcessor)
BELLHOP_LIBRARY(bellhop_libpq, bellhop_load_libpq, "libpq.so.5", BELLHOP_PQ_CALLS)

// PG_DIAG_SQLSTATE is a character.
enum { bellhop_pq_sqlstate = PG_DIAG_SQLSTATE };
