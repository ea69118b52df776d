/* Sizes with units: see log_sizes.h. */
#include "parsers/log_sizes.h"

static const char letters[] = "KMGTPE";

static unsigned exponent_of(struct span *s)
{
    const char *at = s->len ? strchr(letters, *s->p == 'k' ? 'K' : *s->p) : NULL;
    if (!at || !*at)
        return 0;
    *s = span_from(*s, 1);
    return (unsigned)(at - letters) + 1;
}

bool span_take_size(struct span *s, bool decimal, struct number *ret_kib)
{
    struct span rest = *s, fraction;
    uint64_t whole, part = 0, scale = 1;
    if (!span_take_number(&rest, &whole))
        return false;
    fraction = rest;
    if (span_take(&fraction, ".") && fraction.len && char_is_digit(*fraction.p)) {
        for (rest = fraction; rest.len && char_is_digit(*rest.p); rest = span_from(rest, 1)) {
            if (scale >= 1000000)
                continue;
            part = part * 10 + (uint64_t)(*rest.p - '0');
            scale *= 10;
        }
    }
    unsigned exponent = exponent_of(&rest);
    bool binary = !decimal || (exponent && span_take(&rest, "i"));
    span_take(&rest, "B");
    double bytes = (double)whole + (double)part / (double)scale;
    for (unsigned i = 0; i < exponent; i++)
        bytes *= binary ? 1024 : 1000;
    *s = rest;
    *ret_kib = number_of(bytes < 9e18 ? (uint64_t)(bytes / 1024) : INT64_MAX);
    return true;
}
