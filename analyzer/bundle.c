/* Bundles and their maps: see bundle.h. */
#include "analyzer/bundle.h"

#include "base/input.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* No bundle is larger, and all of it is held in memory. */
#define FILE_BYTES_MAX ((uint64_t)256 << 20)

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size <= FILE_BYTES_MAX;
}

/* A path out of an input must not lead out of the folder. */
static bool goes_up(const char *path)
{
    for (const char *p = strstr(path, ".."); p; p = strstr(p + 2, "..")) {
        if ((p == path || p[-1] == '/') && (p[2] == '/' || !p[2]))
            return true;
    }
    return false;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* "%5Bid%5D.js" as "[id].js". */
static void put_decoded(const char *text, size_t len, struct buf *out)
{
    for (size_t i = 0; i < len; i++) {
        int high = text[i] == '%' && i + 2 < len ? hex_digit(text[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low >= 0 && (high || low)) {
            buf_putc(out, (char)(high * 16 + low));
            i += 2;
        } else {
            buf_putc(out, text[i]);
        }
    }
}

/* -- the files -- */

static void put_path(const char *folder, const char *part, const char *ending, struct buf *out)
{
    buf_clear(out);
    buf_printf(out, "%s/%s%s", folder, part, ending);
}

/* From the whole path on, a folder less each time. */
static bool find_file(const char *folder, const char *path, struct buf *ret)
{
    for (const char *part = path; part; part = strchr(part, '/')) {
        while (*part == '/')
            part++;
        put_path(folder, part, ".map", ret);
        bool has_map = *part && is_file(buf_str(ret));
        put_path(folder, part, "", ret);
        if (*part && !ret->failed && (has_map || is_file(buf_str(ret))))
            return true;
    }
    return false;
}

static bool read_file(const char *path, struct buf *ret, struct err *err)
{
    struct input *in;
    uint8_t block[16384];
    size_t len = 1;
    if (!input_open(path, &in, err))
        return false;
    bool ok = true;
    while (ok && len && ret->len <= FILE_BYTES_MAX) {
        ok = input_read(in, block, sizeof block, &len, err);
        if (ok)
            buf_append(ret, block, len);
    }
    input_close(in);
    return ok && (!ret->failed || err_nomem(err, ret->len, "a bundle"));
}

static bool parse_map(const struct buf *text, struct source_map **ret, struct err *err)
{
    struct source_map *m;
    if (!source_map_new(&m, err))
        return false;
    if (source_map_feed(m, (const uint8_t *)buf_str(text), text->len, err) &&
        source_map_finish(m, err)) {
        *ret = m;
        return true;
    }
    source_map_free(m);
    return false;
}

/* What stands behind the last "sourceMappingURL=", as a file beside the bundle. */
static void put_mapping_url(const struct bundle *b, struct buf *out)
{
    static const char mark[] = "sourceMappingURL=";
    struct span text = {buf_str(&b->text), b->text.len};
    size_t at = span_find_last(text, mark);
    const char *slash = strrchr(buf_str(&b->path), '/');
    if (at == SPAN_NONE || !slash)
        return;
    struct span url = span_from(text, at + sizeof mark - 1);
    size_t len = 0;
    while (len < url.len && (unsigned char)url.p[len] > ' ')
        len++;
    struct buf name = {0};
    put_decoded(url.p, len, &name);
    if (len < 1024 && !goes_up(buf_str(&name)) && !strstr(buf_str(&name), ":"))
        buf_printf(out, "%.*s/%s", (int)(slash - buf_str(&b->path)), buf_str(&b->path),
                   buf_str(&name));
    buf_release(&name);
}

static bool read_map(struct bundle *b, struct err *err)
{
    struct buf path = {0}, text = {0};
    put_mapping_url(b, &path);
    if (!path.len || !is_file(buf_str(&path))) {
        buf_clear(&path);
        buf_printf(&path, "%s.map", buf_str(&b->path));
    }
    bool ok = is_file(buf_str(&path)) && read_file(buf_str(&path), &text, err);
    if (ok && !parse_map(&text, &b->map, err))
        ok = err_prefix(err, buf_str(&path));
    buf_release(&path);
    buf_release(&text);
    return ok;
}

bool bundle_open(const char *folder, const char *script, struct bundle *ret, struct err *err)
{
    static const char scheme[] = "file://";
    struct bundle b = {0};
    struct buf path = {0};
    if (!strncmp(script, scheme, sizeof scheme - 1))
        put_decoded(script + sizeof scheme - 1, strlen(script) - sizeof scheme + 1, &path);
    else
        buf_puts(&path, script);
    *err = (struct err){0};
    bool ok = !goes_up(buf_str(&path)) && find_file(folder, buf_str(&path), &b.path) &&
              (!is_file(buf_str(&b.path)) || read_file(buf_str(&b.path), &b.text, err)) &&
              read_map(&b, err);
    buf_release(&path);
    if (ok)
        *ret = b;
    else
        bundle_release(&b);
    return ok;
}

void bundle_release(struct bundle *b)
{
    buf_release(&b->path);
    buf_release(&b->text);
    source_map_free(b->map);
    *b = (struct bundle){0};
}

void source_path_put(const char *source, struct buf *out)
{
    static const char *const roots[] = {"[project]/", "./", "../", "/"};
    const char *scheme = strstr(source, "://");
    if (scheme && strncmp(source, "file:", 5)) {
        /* "webpack://shop/./lib/a.js": the project's name, then the path */
        const char *slash = strchr(scheme + 3, '/');
        source = slash && scheme[3] != '/' ? slash + 1 : scheme + 3;
    } else if (scheme) {
        source = scheme + 3;
        put_decoded(source, strlen(source), out);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
        size_t len = strlen(roots[i]);
        if (!strncmp(source, roots[i], len)) {
            source += len;
            i = SIZE_MAX; /* from the first again */
        }
    }
    put_decoded(source, strlen(source), out);
}
