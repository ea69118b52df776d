/* The comparison as a table for machines: see dump_diff.h. */
#include "report/dump_diff.h"

#include "analyzer/compare.h"
#include "analyzer/utf16.h"

#define BLOCK_BYTES 65536

/* In 64 bits modulo, as a JavaScript number while it is exact. */
static long long difference(uint64_t a, uint64_t b)
{
    return (long long)(a - b);
}

static void put_row(struct buf *b, const struct comparison *c, uint32_t row, struct buf *scratch)
{
    const struct class_change *r = comparison_row(c, row);
    struct class_key key = comparison_key(c, row);
    buf_clear(scratch);
    class_key_put(scratch, &key);
    utf16_put_json(b, comparison_name(c, row));
    buf_putc(b, '\t');
    utf16_put_json(b, (struct str){buf_str(scratch), scratch->len});
    buf_printf(b, "\t%llu\t%llu\t%lld\t%llu\t%llu\t%lld\n", (unsigned long long)r->new_count,
               (unsigned long long)r->deleted_count, difference(r->new_count, r->deleted_count),
               (unsigned long long)r->new_bytes, (unsigned long long)r->deleted_bytes,
               difference(r->new_bytes, r->deleted_bytes));
}

static bool put_rows(const struct comparison *c, const struct column *order,
                     const struct report_sink *sink, struct err *err)
{
    struct buf b = {0}, scratch = {0};
    const uint32_t *rows = order->data;
    bool ok = true;
    buf_puts(&b, "name\tclassKey\tnew\tdeleted\tdelta\tallocSize\tfreedSize\tsizeDelta\n");
    for (uint64_t i = 0; ok && i <= order->count; i++) {
        bool last = i == order->count;
        if (!last)
            put_row(&b, c, rows[i], &scratch);
        if (b.failed || scratch.failed)
            ok = err_nomem(err, b.len, "the table");
        else if (last || b.len >= BLOCK_BYTES)
            ok = sink->write(sink->ctx, buf_str(&b), b.len) || report_sink_failed(err);
        if (last || b.len >= BLOCK_BYTES)
            buf_clear(&b);
    }
    buf_release(&b);
    buf_release(&scratch);
    return ok;
}

bool dump_diff(const struct heap *base, const struct heap *current, const struct report_sink *sink,
               struct err *err)
{
    struct comparison c;
    struct column order = {0};
    if (!comparison_make(base, current, &c, err))
        return false;
    bool ok = comparison_sort(&c, &order, err) && put_rows(&c, &order, sink, err);
    column_release(&order);
    comparison_release(&c);
    return ok;
}
