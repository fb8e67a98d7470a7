#include <sqlite3.h>
#include <stddef.h>

// sqlite3_config takes a variable number of arguments, which Swift cannot call.
static inline int bellhop_count_no_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

// SQLITE_TRANSIENT is a cast to a function pointer, which Swift cannot read. SQLite takes a null pointer for NULL, and Swift's empty
// buffers may have one: an empty text stays a text.
static inline int bellhop_bind_text(sqlite3_stmt *statement, int place, const void *text, size_t length) {
    return sqlite3_bind_text64(statement, place, text ? (const char *)text : "", length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int bellhop_bind_blob(sqlite3_stmt *statement, int place, const void *bytes, size_t length) {
    return sqlite3_bind_blob64(statement, place, bytes ? bytes : "", length, SQLITE_TRANSIENT);
}
