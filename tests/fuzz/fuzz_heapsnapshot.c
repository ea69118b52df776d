/* Any bytes as a snapshot: the chunks, the blocks that threads take and the reader of the bulk make
 * no difference, and what is loaded can be analysed without an access outside of a column.
 */
#include "tests/fuzz/fuzz.h"

#include "analyzer/passes.h"
#include "tests/unit/heap_from_text.h"
#include "tests/unit/plain_store.h"
#include "tests/unit/random_heap.h"
#include "tests/unit/snapshot_recording.h"

const char *const fuzz_words[] = {
    "\"snapshot\":{",
    "\"meta\":{",
    "\"nodes\":[",
    "\"edges\":[",
    "\"locations\":[",
    "\"strings\":[",
    "\"node_fields\":[",
    "\"edge_types\":[[",
    "\"self_size\"",
    "\"edge_count\"",
    "\"root_index\":",
    "],",
    "}",
    "{",
    "[",
    "[[",
    ",",
    "\"",
    "\\",
    "\\u",
    "\\ud83d",
    "\\ude00",
    "\\u0000",
    "\"__proto__\"",
    "null",
    "true",
    " ",
    "\n",
    "\r\n\t",
    "-",
    ".5",
    "\xFF",
    "\xEF\xBB\xBF",
    "\"Object\"",
    "0,0,0,",
    "1 / part of key (a @1) -> value (b @2) pair in WeakMap (table @3)",
    NULL,
};

void fuzz_seed(unsigned index, struct buf *b)
{
    static struct model m;
    model_make(&m, index % 4000);
    model_write(&m, index, b);
    model_release(&m);
}

/* yajl turns lone surrogates into something else, and takes \f and \v for white space. */
static bool yajl_may_differ(const uint8_t *data, size_t size)
{
    if (memchr(data, '\f', size) || memchr(data, '\v', size))
        return true;
    for (size_t i = 0; i + 3 < size; i++) {
        if (data[i] == '\\' && data[i + 1] == 'u' && (data[i + 2] | 0x20) == 'd' &&
            data[i + 3] >= '8')
            return true;
    }
    return false;
}

static void check_parser(const uint8_t *data, size_t size)
{
    struct recording whole, chunked, yajl;
    size_t chunk = size ? 1 + (data[0] * 31u + data[size / 2] * 7u + data[size - 1]) % 67 : 1;
    recording_run(&whole, data, size, 0, false);
    recording_run(&chunked, data, size, chunk, false);
    recording_run(&yajl, data, size, chunk, true);
    FUZZ_CHECK(whole.metas <= 1);
    FUZZ_CHECK(whole.ok == chunked.ok && whole.complete == chunked.complete);
    FUZZ_CHECK(whole.done == chunked.done && whole.open == chunked.open);
    FUZZ_CHECK(whole.err.code == chunked.err.code);
    FUZZ_CHECK(whole.ok || (whole.err.msg[0] && whole.err.offset <= size));
    FUZZ_CHECK(recording_same(&whole, &chunked));
    /* Of a cut document yajl has not yet judged the token that it ends in. */
    if (yajl.complete && !yajl_may_differ(data, size))
        FUZZ_CHECK(whole.ok && whole.complete && recording_same(&whole, &yajl));
    recording_release(&whole);
    recording_release(&chunked);
    recording_release(&yajl);
}

static void check_heap(const uint8_t *data, size_t size)
{
    const struct heap_load_options blocks = {.block_bytes = 20 + (size ? data[size / 2] : 0)};
    struct heap h, other;
    struct err err = {0}, other_err = {0};
    const char *what;
    bool ok = heap_from_text(data, size, false, &h, &err);
    FUZZ_CHECK(heap_from_text_as(data, size, &blocks, &other, &other_err) == ok);
    FUZZ_CHECK(err.code == other_err.code);
    if (!ok) {
        FUZZ_CHECK(err.code == ERR_INPUT || err.code == ERR_RESOURCE);
        FUZZ_CHECK(err.msg[0]);
        return;
    }
    FUZZ_CHECK(heap_same_as_loaded(&h, &other, &what));
    heap_release(&other);
    FUZZ_CHECK(heap_is_sound(&h, &what));
    if (h.node_count < 100000)
        FUZZ_CHECK(heap_analyze(&h, NULL, &err));
    heap_release(&h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_parser(data, size);
    check_heap(data, size);
    return 0;
}
