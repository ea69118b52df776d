/* Errors as values.
 *
 * A function that can fail returns bool, takes a `struct err *` last and fills
 * it once, where the failure is found. The message is a whole sentence without
 * the program's name: file, place, what was expected and what was found. The
 * code is the exit status that the command line ends with.
 */
#ifndef MORTEM_BASE_ERR_H
#define MORTEM_BASE_ERR_H

#include "base/base.h"

enum err_code {
    ERR_NONE = 0,
    ERR_USAGE = 2,    /* wrong usage or configuration */
    ERR_INPUT = 3,    /* input unreadable or damaged */
    ERR_RESOURCE = 4, /* out of memory, disk or address space */
};

struct err {
    enum err_code code;
    uint64_t offset; /* byte in the (decompressed) input, where it applies */
    char msg[512];   /* NUL-terminated, cut at a whole character, no newline */
};

/* Fills *err and returns false, so that `return err_set(...)` reads well. */
bool err_set(struct err *err, enum err_code code, uint64_t offset, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* ERR_RESOURCE with the number of bytes that could not be had. */
bool err_nomem(struct err *err, uint64_t bytes, const char *what);

/* ERR_INPUT (or ERR_RESOURCE for ENOSPC, ENOMEM, EDQUOT, EMFILE) from `errnum`: "NAME: text". */
bool err_errno(struct err *err, int errnum, const char *name);

/* Puts "PREFIX: " before the message that is there. Returns false. */
bool err_prefix(struct err *err, const char *prefix);

#endif
