/* Any bytes as a file: how it is read makes no difference to what is read. */
#include "tests/fuzz/fuzz.h"

#include "base/input.h"
#include "tests/unit/temp_file.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define OUTPUT_MAX ((size_t)1 << 20) /* a small file can hold a large one */

const char *const fuzz_words[] = {
    "\x1f\x8b\x08\x04",     "\x1f\x8b", "\x1f", "\x28\xb5\x2f\xfd", "\x28\xb5",
    "\x50\x2a\x4d\x18\x04", NULL,
};

static void put_gzip(struct buf *b, unsigned char *text, size_t len)
{
    unsigned char out[2048];
    z_stream z = {.next_in = text, .avail_in = (uInt)len, .next_out = out, .avail_out = sizeof out};
    if (deflateInit2(&z, (int)(len % 10), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK)
        deflate(&z, Z_FINISH);
    deflateEnd(&z);
    buf_append(b, out, z.total_out);
}

void fuzz_seed(unsigned index, struct buf *b)
{
    unsigned char text[1000], out[2048];
    for (unsigned member = 0; member <= index % 3; member++) {
        size_t len = (index * 37 + member * 101) % sizeof text;
        for (size_t i = 0; i < len; i++)
            text[i] = (unsigned char)(index % 2 ? 'a' + i % 7 : (i * i * (index + 1)) >> 3);
        if (index % 5 == 0) {
            buf_append(b, text, len);
        } else if (index % 2) {
            put_gzip(b, text, len);
        } else {
            size_t made = ZSTD_compress(out, sizeof out, text, len, (int)(index % 19));
            buf_append(b, out, ZSTD_isError(made) ? 0 : made);
        }
    }
}

/* Reads by `step` bytes; true at an orderly end. */
static bool read_all(const struct temp_file *f, size_t step, size_t peek, struct buf *out)
{
    struct input *in = NULL;
    struct err err = {0};
    char *bytes = malloc(step);
    const uint8_t *peeked;
    size_t len = 1;
    FUZZ_CHECK(bytes);
    FUZZ_CHECK(input_open(f->path, &in, &err));
    bool ok = !peek || input_peek(in, peek, &peeked, &len, &err);
    while (ok && len && out->len < OUTPUT_MAX) {
        ok = input_read(in, bytes, step, &len, &err);
        if (ok)
            buf_append(out, bytes, len);
        FUZZ_CHECK(!ok || len <= step);
        FUZZ_CHECK(input_offset(in) == out->len);
        FUZZ_CHECK(input_file_offset(in) <= input_file_bytes(in));
    }
    FUZZ_CHECK(ok || (err.code == ERR_INPUT && err.msg[0]) || err.code == ERR_RESOURCE);
    input_close(in);
    free(bytes);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct temp_file f;
    struct buf whole = {0}, pieces = {0};
    temp_file_make(&f, data, size);
    bool ok = read_all(&f, 65536, 0, &whole);
    bool same = read_all(&f, 1 + size % 97, size % 3 * 50, &pieces) == ok;
    if (whole.len < OUTPUT_MAX && pieces.len < OUTPUT_MAX) {
        /* How much of a damaged zstd frame is given depends on the room for it. */
        FUZZ_CHECK(same);
        FUZZ_CHECK(!ok || whole.len == pieces.len);
        FUZZ_CHECK(!memcmp(buf_str(&whole), buf_str(&pieces), min_u64(whole.len, pieces.len)));
    }
    buf_release(&whole);
    buf_release(&pieces);
    temp_file_remove(&f);
    return 0;
}
