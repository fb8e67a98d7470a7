#include <jansson.h>

// A macro with a cast, which Swift does not see.
static const size_t bellhop_json_flags = JSON_REJECT_DUPLICATES;
