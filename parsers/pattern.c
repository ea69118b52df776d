/* PCRE2 with errors as values: see pattern.h. */
#include "parsers/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MATCH_LIMIT 2000000 /* a line is at most 64 KiB: linear patterns stay far below */

bool pattern_init(struct pattern *p, const char *text, struct err *err)
{
    int code;
    PCRE2_SIZE at;
    *p = (struct pattern){0};
    pcre2_code *re = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, &code, &at, NULL);
    if (!re)
        return err_nomem(err, strlen(text), "a log pattern");
    p->code = re;
    pcre2_jit_compile(re, PCRE2_JIT_COMPLETE); /* without JIT it is only slower */
    p->match = pcre2_match_data_create_from_pattern(re, NULL);
    p->context = pcre2_match_context_create(NULL);
    if (!p->match || !p->context) {
        pattern_release(p);
        return err_nomem(err, strlen(text), "a log pattern");
    }
    pcre2_set_match_limit(p->context, MATCH_LIMIT);
    return true;
}

void pattern_release(struct pattern *p)
{
    pcre2_match_context_free(p->context);
    pcre2_match_data_free(p->match);
    pcre2_code_free(p->code);
    *p = (struct pattern){0};
}

bool pattern_match(const struct pattern *p, struct span subject, size_t at, bool anchored,
                   struct span *ret, size_t groups)
{
    int n = pcre2_match(p->code, (PCRE2_SPTR)subject.p, subject.len, at,
                        anchored ? PCRE2_ANCHORED : 0, p->match, p->context);
    if (n <= 0)
        return false;
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(p->match);
    for (size_t i = 0; i < groups; i++) {
        bool took_part = i < (size_t)n && ends[2 * i] != PCRE2_UNSET;
        ret[i] = took_part ? (struct span){subject.p + ends[2 * i], ends[2 * i + 1] - ends[2 * i]}
                           : (struct span){NULL, 0};
    }
    return true;
}
