// SQLITE_TRANSIENT is a cast to a function pointer, which Swift cannot read.
#include <sqlite3.h>
