/* Errors as values: see err.h. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A cut may have split a UTF-8 sequence: drop the started one. */
static void drop_partial_character(char *msg, size_t len)
{
    size_t start = len;
    while (start > 0 && ((unsigned char)msg[start - 1] & 0xC0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)msg[start - 1] >= 0xC0)
        msg[start - 1] = '\0';
}

static void store_message(struct err *err, const char *fmt, va_list args)
{
    int need = vsnprintf(err->msg, sizeof err->msg, fmt, args);
    if (need < 0)
        err->msg[0] = '\0';
    else if ((size_t)need >= sizeof err->msg)
        drop_partial_character(err->msg, sizeof err->msg - 1);
    for (char *p = err->msg; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    }
}

bool err_set(struct err *err, enum err_code code, uint64_t offset, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    err->code = code;
    err->offset = offset;
    store_message(err, fmt, args);
    va_end(args);
    return false;
}

bool err_nomem(struct err *err, uint64_t bytes, const char *what)
{
    return err_set(err, ERR_RESOURCE, 0, "out of memory: no %llu bytes for %s",
                   (unsigned long long)bytes, what);
}

bool err_errno(struct err *err, int errnum, const char *name)
{
    bool resource = errnum == ENOSPC || errnum == ENOMEM || errnum == EDQUOT || errnum == EMFILE ||
                    errnum == ENFILE;
    return err_set(err, resource ? ERR_RESOURCE : ERR_INPUT, 0, "%s: %s", name, strerror(errnum));
}

bool err_prefix(struct err *err, const char *prefix)
{
    char old[sizeof err->msg];
    memcpy(old, err->msg, sizeof old);
    return err_set(err, err->code, err->offset, "%s: %s", prefix, old);
}
