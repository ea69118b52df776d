/* Any bytes as a log: text of all forms, structured records among it. However the bytes are cut,
 * what comes of them is the same, and every event makes sense.
 */
#include "tests/fuzz/fuzz.h"

#include "parsers/log.h"
#include "parsers/log_record.h"

#include <inttypes.h>
#include <string.h>

const char *const fuzz_words[] = {"{\"MESSAGE\":\"",
                                  "\"_BOOT_ID\":\"aa\",",
                                  "\"MESSAGE\":[75,105],",
                                  "\\u003c",
                                  "\\n",
                                  "\n",
                                  "{\n",
                                  "}\n",
                                  "\t\"MESSAGE\" : \"",
                                  "\x1e{",
                                  "data: {",
                                  "__CURSOR=s=1\n",
                                  "MESSAGE\n",
                                  "\x05\0\0\0\0\0\0",
                                  "    MESSAGE=",
                                  "            ",
                                  "{\"log\":\"",
                                  "\",\"stream\":\"stderr\"}\n",
                                  "2026-11-23T13:25:00Z stdout P ",
                                  "2026-11-23T13:25:00Z stdout F ",
                                  "\"dmesg\": [",
                                  "\"items\": [",
                                  "Killed process 5 (a b) c) total-vm:1kB, anon-rss:2kB",
                                  "node invoked oom-killer: gfp_mask=0xcc0",
                                  "FATAL ERROR: Reached heap limit Allocation failed",
                                  "<--- Last few GCs --->",
                                  "\xff\xfe",
                                  "3,425,1393561602,-;",
                                  "\\x0a",
                                  "#012",
                                  "-- Boot ",
                                  "[    1.000000] ",
                                  "\x1b[31m",
                                  "2|web | {\"msg\":\"",
                                  NULL};

static const char *const lines[] = {
    "[ 1393.558390] node invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, "
    "oom_score_adj=0\n",
    "[ 1393.561602] Memory cgroup out of memory: Killed process 18465 (node) total-vm:1138944kB, "
    "anon-rss:152704kB, file-rss:34220kB, shmem-rss:0kB, UID:0 pgtables:756kB oom_score_adj:0\n",
    "MESSAGE\n\x03\0\0\0\0\0\0\0a\nb\n",
    "{\"level\":50,\"time\":1,\"err\":{\"stack\":\"Killed process 6 (x) "
    "total-vm:1kB\"},\"msg\":\"m\"}\n",
};

/* Forms' samples by turns, with lines between them. */
void fuzz_seed(unsigned index, struct buf *b)
{
    size_t count;
    const struct record_form *forms = record_forms(&count);
    for (unsigned part = 0; part < 2 + index % 4; part++) {
        const struct record_form *f = &forms[(index * 7 + part * 5) % count];
        if (f->form.samples[0])
            buf_puts(b, f->form.samples[0]);
        size_t line = (index + part) % ARRAY_LEN(lines);
        buf_append(b, lines[line], line == 2 ? 20 : strlen(lines[line]));
    }
}

static bool write_down(void *ctx, const struct event *e, struct err *err)
{
    struct buf *b = ctx;
    (void)err;
    FUZZ_CHECK(e->kind > EVENT_NONE && e->kind < EVENT_KIND_COUNT);
    FUZZ_CHECK(memchr(e->comm, 0, sizeof e->comm) &&
               (!e->boot_id || strlen(e->boot_id) < BOOT_ID_MAX));
    FUZZ_CHECK(memchr(e->time.text, 0, sizeof e->time.text));
    buf_printf(b, "%s %" PRIu64 "-%" PRIu64 " %u %s %d %" PRId64 " %d %" PRId64 " %s %s\n",
               event_kind_word(e->kind), e->first_line, e->line, e->boot,
               e->boot_id ? e->boot_id : "-", e->pid.known, e->pid.value, e->time.wall_us.known,
               e->time.wall_us.value, e->time.text, e->comm);
    return true;
}

static void parse(const uint8_t *data, size_t size, size_t step, struct buf *out)
{
    struct event_sink sink = {out, write_down};
    struct log_parser *p = NULL;
    struct err err = {0};
    FUZZ_CHECK(log_parser_new("f", &sink, &p, &err));
    for (size_t at = 0; at < size;) {
        size_t n = step < size - at ? step : size - at;
        uint8_t *copy = malloc(n);
        FUZZ_CHECK(copy);
        memcpy(copy, data + at, n);
        FUZZ_CHECK(log_feed(p, copy, n, &err));
        free(copy);
        at += n;
    }
    FUZZ_CHECK(log_finish(p, &err));
    log_parser_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf whole = {0}, pieces = {0};
    (void)log_bytes_look_like_text(data, size);
    parse(data, size, SIZE_MAX, &whole);
    parse(data, size, 1 + size % 97, &pieces);
    FUZZ_CHECK(whole.len == pieces.len && !memcmp(buf_str(&whole), buf_str(&pieces), whole.len));
    buf_release(&whole);
    buf_release(&pieces);
    return 0;
}
