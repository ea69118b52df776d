/* Dockerfiles, systemd units and .env files: see config_lines.h. */
#include "parsers/config_lines.h"

#include "base/buf.h"

#include <strings.h>

struct reader {
    struct config_tree tree;
    struct span rest;
    uint64_t line;   /* of the next line */
    uint64_t begins; /* of the line that was taken, which may go on over several */
    char continued;  /* the character at the end of a line that goes on */
    struct buf joined;
    struct err *err;
};

static void begin(struct reader *r, struct span text, const char *file, enum config_kind source,
                  const struct setting_sink *sink, struct err *err)
{
    *r = (struct reader){.rest = text, .line = 1, .err = err};
    r->tree.sink = sink;
    r->tree.setting.source = source;
    r->tree.setting.file = file;
    span_take(&r->rest, "\xef\xbb\xbf");
}

static bool take_physical_line(struct reader *r, struct span *ret)
{
    if (!r->rest.len)
        return false;
    const char *end = memchr(r->rest.p, '\n', r->rest.len);
    size_t len = end ? (size_t)(end - r->rest.p) : r->rest.len;
    *ret = span_head(r->rest, len);
    r->rest = span_from(r->rest, len + 1);
    r->line++;
    if (ret->len && ret->p[ret->len - 1] == '\r')
        ret->len--;
    *ret = span_trim(*ret);
    return true;
}

static bool is_comment(struct span s)
{
    return !s.len || *s.p == '#' || *s.p == ';';
}

/* A line with those that it goes on in; comments between them are passed over. */
static bool take_line(struct reader *r, struct span *ret)
{
    struct span s;
    buf_clear(&r->joined);
    do {
        if (!take_physical_line(r, &s))
            return false;
    } while (is_comment(s));
    r->begins = r->line - 1;
    while (s.len && r->continued && s.p[s.len - 1] == r->continued) {
        buf_append(&r->joined, s.p, s.len - 1);
        buf_putc(&r->joined, ' ');
        do {
            if (!take_physical_line(r, &s))
                s.len = 0;
        } while (r->rest.len && is_comment(s));
    }
    buf_append(&r->joined, s.p, s.len);
    *ret = span_trim((struct span){buf_str(&r->joined), r->joined.len});
    return !r->joined.failed || err_nomem(r->err, s.len, "a line");
}

static bool give(struct reader *r, const char *section, struct span key, struct span text)
{
    size_t path = config_tree_key(&r->tree, (struct span){section, strlen(section)});
    if (key.len)
        config_tree_key(&r->tree, key);
    bool ok = config_tree_give(&r->tree, VALUE_TEXT, text, 0, r->begins, r->err);
    config_tree_back(&r->tree, path);
    return ok;
}

/* -- assignments: NAME=value NAME="va lue" 'NAME=value' -- */

/* One word of a shell, its quotes taken off into `out`. */
static bool take_shell_word(struct span *s, struct buf *out)
{
    char quote = '\0';
    *s = span_trim_left(*s);
    if (!s->len)
        return false;
    buf_clear(out);
    for (; s->len && (quote || !char_is_space(*s->p)); *s = span_from(*s, 1)) {
        char c = *s->p;
        if (c == quote) {
            quote = '\0';
        } else if (!quote && (c == '"' || c == '\'')) {
            quote = c;
        } else {
            if (c == '\\' && quote != '\'' && s->len > 1) {
                *s = span_from(*s, 1);
                c = *s->p;
            }
            buf_putc(out, c);
        }
    }
    return true;
}

static bool give_assignments(struct reader *r, const char *section, struct span s)
{
    struct buf word = {0};
    bool ok = true;
    while (ok && take_shell_word(&s, &word)) {
        struct span w = {buf_str(&word), word.len};
        size_t equals = span_find(w, "=");
        if (equals != SPAN_NONE)
            ok = give(r, section, span_head(w, equals), span_from(w, equals + 1));
    }
    ok = ok && (!word.failed || err_nomem(r->err, s.len, "a line"));
    buf_release(&word);
    return ok;
}

bool env_name_matters(struct span name)
{
    static const char *const names[] = {"NODE_OPTIONS", "UV_THREADPOOL_SIZE", "MALLOC_ARENA_MAX"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (span_is(name, names[i]))
            return true;
    }
    return false;
}

/* -- Dockerfile -- */

static bool is_word(struct span s, const char *word)
{
    return s.len == strlen(word) && !strncasecmp(s.p, word, s.len);
}

/* ["node", "server.js"] as words; the form of a shell as it is. */
static struct span command_of(struct span s, struct buf *out)
{
    if (!span_starts(s, "["))
        return s;
    for (size_t i = 1; i < s.len && s.p[i] != ']'; i++) {
        if (s.p[i] != '"')
            continue;
        buf_puts(out, out->len ? " " : "");
        for (i++; i < s.len && s.p[i] != '"'; i++) {
            i += s.p[i] == '\\' && i + 1 < s.len;
            buf_putc(out, s.p[i]);
        }
    }
    return (struct span){buf_str(out), out->len};
}

static bool take_image(struct reader *r, struct span s, bool *any_stage)
{
    struct span image;
    r->tree.setting.document += *any_stage;
    *any_stage = true;
    while (span_take_word(&s, &image)) {
        if (!span_starts(image, "--"))
            return give(r, "FROM", (struct span){"", 0}, image);
    }
    return true;
}

static bool take_env(struct reader *r, struct span s)
{
    struct span first, rest = s;
    if (!span_take_word(&rest, &first))
        return true;
    if (span_find(first, "=") != SPAN_NONE)
        return give_assignments(r, "ENV", s);
    return give(r, "ENV", first, span_trim(rest)); /* ENV NAME value */
}

bool dockerfile_read(struct span text, const char *file, const struct setting_sink *sink,
                     struct err *err)
{
    struct reader r;
    struct span s, word;
    struct buf command = {0};
    bool ok = true, any_stage = false;
    begin(&r, text, file, CONFIG_KIND_DOCKERFILE, sink, err);
    r.continued = '\\';
    while (ok && take_line(&r, &s) && span_take_word(&s, &word)) {
        s = span_trim(s);
        buf_clear(&command);
        if (is_word(word, "FROM"))
            ok = take_image(&r, s, &any_stage);
        else if (is_word(word, "ENV"))
            ok = take_env(&r, s);
        else if (is_word(word, "CMD"))
            ok = give(&r, "CMD", (struct span){"", 0}, command_of(s, &command));
        else if (is_word(word, "ENTRYPOINT"))
            ok = give(&r, "ENTRYPOINT", (struct span){"", 0}, command_of(s, &command));
    }
    buf_release(&command);
    buf_release(&r.joined);
    return ok;
}

/* -- systemd -- */

bool systemd_unit_read(struct span text, const char *file, const struct setting_sink *sink,
                       struct err *err)
{
    struct reader r;
    struct span s;
    char section[64] = "";
    bool ok = true;
    begin(&r, text, file, CONFIG_KIND_SYSTEMD, sink, err);
    r.continued = '\\';
    while (ok && take_line(&r, &s)) {
        size_t equals = span_find(s, "=");
        if (span_starts(s, "[")) {
            size_t end = span_find(s, "]");
            span_copy(section, sizeof section, span_from(span_head(s, end), 1));
        } else if (equals != SPAN_NONE) {
            struct span key = span_trim(span_head(s, equals));
            struct span value = span_trim(span_from(s, equals + 1));
            if (!span_is(key, "Environment")) {
                ok = give(&r, section, key, value);
                continue;
            }
            char place[96] = "Environment";
            if (section[0]) {
                span_copy(place, sizeof place, (struct span){section, strlen(section)});
                strcat(place, ".Environment");
            }
            ok = give_assignments(&r, place, value);
        }
    }
    buf_release(&r.joined);
    return ok;
}

/* -- .env -- */

/* "value" # comment */
static struct span env_value(struct span s)
{
    s = span_trim(s);
    if (s.len && (*s.p == '"' || *s.p == '\'')) {
        const char *end = memchr(s.p + 1, *s.p, s.len - 1);
        if (end)
            return (struct span){s.p + 1, (size_t)(end - s.p - 1)};
    }
    size_t comment = span_find(s, " #");
    return span_trim(comment == SPAN_NONE ? s : span_head(s, comment));
}

bool env_file_read(struct span text, const char *file, const struct setting_sink *sink,
                   struct err *err)
{
    struct reader r;
    struct span s;
    bool ok = true;
    begin(&r, text, file, CONFIG_KIND_ENV, sink, err);
    while (ok && take_line(&r, &s)) {
        span_take(&s, "export ");
        size_t equals = span_find(s, "=");
        struct span name = span_trim(span_head(s, equals));
        if (equals != SPAN_NONE && env_name_matters(name)) {
            char key[32];
            span_copy(key, sizeof key, name);
            ok = give(&r, key, (struct span){"", 0}, env_value(span_from(s, equals + 1)));
        }
    }
    buf_release(&r.joined);
    return ok;
}
