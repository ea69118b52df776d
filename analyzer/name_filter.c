/* --filter: see name_filter.h. */
#include "analyzer/name_filter.h"

#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MATCH_LIMIT 1000000 /* a name is a few KB at most: linear expressions stay far below */

static bool refuse(const char *regex, int code, PCRE2_SIZE at, struct err *err)
{
    PCRE2_UCHAR text[256];
    if (pcre2_get_error_message(code, text, sizeof text) < 0)
        text[0] = '\0';
    return err_set(err, ERR_USAGE, 0, "--filter: '%s': character %zu: %s", regex, (size_t)at + 1,
                   (const char *)text);
}

bool name_filter_init(struct name_filter *f, const char *regex, struct err *err)
{
    int code;
    PCRE2_SIZE at;
    *f = (struct name_filter){0};
    if (!regex)
        return true;
    pcre2_code *re = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
                                   PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &code, &at, NULL);
    if (!re)
        return refuse(regex, code, at, err);
    pcre2_jit_compile(re, PCRE2_JIT_COMPLETE); /* without JIT it is only slower */
    f->code = re;
    f->match = pcre2_match_data_create_from_pattern(re, NULL);
    f->context = pcre2_match_context_create(NULL);
    if (!f->match || !f->context) {
        name_filter_release(f);
        return err_nomem(err, strlen(regex), "--filter");
    }
    pcre2_set_match_limit(f->context, MATCH_LIMIT);
    return true;
}

void name_filter_release(struct name_filter *f)
{
    pcre2_match_context_free(f->context);
    pcre2_match_data_free(f->match);
    pcre2_code_free(f->code);
    *f = (struct name_filter){0};
}

bool name_filter_matches(struct name_filter *f, const char *text, size_t len)
{
    if (!f->code)
        return true;
    int n = pcre2_match(f->code, (PCRE2_SPTR)text, len, 0, 0, f->match, f->context);
    f->given_up += n < 0 && n != PCRE2_ERROR_NOMATCH;
    return n >= 0;
}
