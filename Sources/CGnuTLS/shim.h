#ifndef BELLHOP_CGNUTLS_H
#define BELLHOP_CGNUTLS_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>

// A variable that holds a function, which Swift would have to take for shared mutable state.
static inline void bellhop_gnutls_free(void *pointer) { gnutls_free(pointer); }

#endif
