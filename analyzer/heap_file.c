/* The analyzed heap of one file: see heap_file.h. */
#include "analyzer/heap_file.h"

#include <string.h>

#include "analyzer/passes.h"

#define TELL_BYTES 4096 /* from the beginning, to tell the kind */

static size_t skip_space(const uint8_t *p, size_t len, size_t at)
{
    while (at < len && memchr(" \t\r\n", p[at], 4))
        at++;
    return at;
}

bool bytes_are_heap_snapshot(const uint8_t *p, size_t len)
{
    static const char mark[] = "\xef\xbb\xbf", key[] = "\"snapshot\"";
    size_t i = len >= sizeof mark - 1 && !memcmp(p, mark, sizeof mark - 1) ? sizeof mark - 1 : 0;
    i = skip_space(p, len, i);
    if (i == len || p[i] != '{')
        return false;
    i = skip_space(p, len, i + 1);
    return len - i >= sizeof key - 1 && !memcmp(p + i, key, sizeof key - 1);
}

const char *heap_missing(const struct heap *h)
{
    if (!(h->sections & HEAP_HAS_NODES))
        return "only sizes by type are left, of the objects read so far";
    if (!(h->sections & HEAP_HAS_EDGES))
        return "the rest of the graph and all names are missing";
    if (!strings_count(&h->strings))
        return "all names are missing";
    return "names are missing from here on";
}

static bool name_file(struct err *err, const char *name)
{
    return strstr(err->msg, name) ? false : err_prefix(err, name);
}

static void describe_damage(struct heap *h, const char *name)
{
    struct err what = h->damage;
    name_file(&what, name);
    err_set(&h->damage, what.code, what.offset, "%.350s; analyzed as far as it goes: %s", what.msg,
            heap_missing(h));
}

static bool check_kind(struct input *in, struct err *err)
{
    const uint8_t *bytes;
    size_t len;
    if (!input_peek(in, TELL_BYTES, &bytes, &len, err))
        return false;
    if (bytes_are_heap_snapshot(bytes, len))
        return true;
    return err_set(err, ERR_INPUT, 0, "%s: byte 0: expected a heap snapshot, found %s",
                   input_name(in), len ? "something else" : "an empty file");
}

bool heap_of_file(const char *path, const struct heap_load_options *o, struct heap *ret,
                  const struct progress *p, struct err *err)
{
    struct input *in;
    struct heap h = {0};
    if (!input_open(path, &in, err))
        return false;
    bool loaded = check_kind(in, err) && heap_load(in, o, &h, p, err);
    bool ok = loaded && heap_analyze(&h, p, err);
    if (ok && !h.complete)
        describe_damage(&h, input_name(in));
    if (!ok)
        name_file(err, input_name(in));
    input_close(in);
    if (!ok) {
        if (loaded)
            heap_release(&h);
        return false;
    }
    store_trim(h.store); /* the caller may keep several */
    *ret = h;
    return true;
}
