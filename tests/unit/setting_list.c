/* Settings as text: see setting_list.h. */
#include "tests/unit/setting_list.h"

static bool put(void *ctx, const struct setting *s, struct err *err)
{
    static const char *const kinds[] = {
        [VALUE_OTHER] = "other", [VALUE_TEXT] = "text",   [VALUE_NUMBER] = "number",
        [VALUE_TRUE] = "true",   [VALUE_FALSE] = "false", [VALUE_NULL] = "null",
        [VALUE_SAME] = "same"};
    struct buf *b = ctx;
    (void)err;
    if (s->document)
        buf_printf(b, "#%u ", s->document);
    buf_printf(b, "%s = ", s->key);
    if (s->kind == VALUE_NUMBER)
        buf_printf(b, "%.15g", s->number);
    else
        buf_puts(b, s->text);
    buf_printf(b, " (%s%s) @%llu\n", kinds[s->kind], s->assigned ? ", assigned" : "",
               (unsigned long long)s->line);
    return true;
}

struct setting_sink setting_list_sink(struct buf *b)
{
    return (struct setting_sink){b, put};
}

static bool refuse(void *ctx, const struct setting *s, struct err *err)
{
    unsigned *after = ctx;
    (void)s;
    if (*after)
        --*after;
    return *after || err_set(err, ERR_RESOURCE, 0, "refused");
}

struct setting_sink setting_refusing_sink(unsigned *after)
{
    return (struct setting_sink){after, refuse};
}
