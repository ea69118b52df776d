/* Diffs: see config_diff.h. */
#include "analyzer/config_diff.h"

#include "base/buf.h"
#include "parsers/js_lexer.h"

struct span config_line(const struct config_file *f, uint64_t line)
{
    struct span s = f->text;
    for (uint64_t i = 1;; i++) {
        const char *end = s.len ? memchr(s.p, '\n', s.len) : NULL;
        size_t len = end ? (size_t)(end - s.p) : s.len;
        if (i == line || !s.len) {
            struct span found = span_head(s, len);
            if (found.len && found.p[found.len - 1] == '\r')
                found.len--;
            return found;
        }
        s = span_from(s, len + 1);
    }
}

/* -- what may be shown -- */

static bool is_harmless(struct span word)
{
    static const char *const words[] = {"node",
                                        "next",
                                        "npm",
                                        "npx",
                                        "yarn",
                                        "pnpm",
                                        "bun",
                                        "run",
                                        "start",
                                        "exec",
                                        "server.js",
                                        "pm2",
                                        "pm2-runtime",
                                        "cross-env",
                                        "production",
                                        "--",
                                        "-",
                                        "//",
                                        "#",
                                        "ENV",
                                        "CMD",
                                        "ENTRYPOINT",
                                        "FROM",
                                        "AS",
                                        "Environment",
                                        "ExecStart",
                                        "NODE_OPTIONS",
                                        "MALLOC_ARENA_MAX",
                                        "UV_THREADPOOL_SIZE",
                                        "NODE_ENV",
                                        "PORT",
                                        "export",
                                        "const",
                                        "default",
                                        "module.exports",
                                        "/usr/bin/node",
                                        "/usr/local/bin/node"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (span_is(word, words[i]))
            return true;
    }
    return false;
}

static bool is_word_char(char c)
{
    return js_is_name(c) || strchr("./@-+%#&?!~\\", c);
}

/* Is a key, or the name of a variable: `name: `, `"name": `, `NAME=value`. What a value ends with,
 * such as the padding of base64, is none. */
static bool is_key(char before, struct span word, struct span behind)
{
    for (size_t i = 0; i < word.len; i++) {
        if (!js_is_name(word.p[i]) && word.p[i] != '-')
            return false;
    }
    bool value = span_starts(behind, "=") && behind.len > 1 && !strchr("= \t\"'`,;)", behind.p[1]);
    if (value && (!before || strchr(" \t\"'", before)))
        return true;
    if (behind.len && (*behind.p == '"' || *behind.p == '\''))
        behind = span_from(behind, 1);
    if (span_is(behind, "=") && (!before || char_is_space(before)))
        return true; /* its value is what changes */
    return span_starts(behind, ":") && (behind.len == 1 || strchr(" \t", behind.p[1]));
}

static void put_rest(struct buf *b, struct span s)
{
    bool hidden = false; /* several words in a row are one "..." */
    char before = '\0';
    while (s.len) {
        size_t len = 0;
        while (len < s.len && s.p[len] && is_word_char(s.p[len]))
            len++;
        struct span word = span_head(s, len ? len : 1);
        s = span_from(s, word.len);
        bool blank = !len && char_is_space(*word.p);
        bool shown = !len || is_harmless(word) || is_key(before, word, s);
        if (shown && !(blank && hidden))
            buf_append(b, word.p, word.len);
        else if (!shown && !hidden)
            buf_puts(b, "...");
        hidden = !shown || (blank && hidden);
        before = word.p[word.len - 1];
    }
}

static size_t indent_of(struct span line, bool with_dash)
{
    size_t n = 0;
    while (n < line.len && (char_is_space(line.p[n]) || (with_dash && line.p[n] == '-')))
        n++;
    return n;
}

/* -- the edits -- */

static size_t find_old(struct span line, const char *old)
{
    size_t at = *old ? span_find(line, old) : SPAN_NONE;
    /* As a number or a word of its own. */
    while (at != SPAN_NONE) {
        struct span behind = span_from(line, at + strlen(old));
        bool begins = !at || !js_is_name(line.p[at - 1]) || !js_is_name(*old);
        if (begins && (!behind.len || !js_is_name(*behind.p)))
            return at;
        size_t next = span_find(span_from(line, at + 1), old);
        at = next == SPAN_NONE ? SPAN_NONE : at + 1 + next;
    }
    return at;
}

/* `shift`: by how many lines the edits before have moved what follows. */
static bool put_replaced(struct buf *b, const struct config_file *f, const struct config_edit *e,
                         int64_t *shift)
{
    enum { LOOK_AHEAD = 20 };
    for (uint64_t line = e->line; line < e->line + LOOK_AHEAD; line++) {
        struct span s = config_line(f, line);
        size_t at = find_old(s, e->old);
        if (at == SPAN_NONE)
            continue;
        struct span before = span_head(s, at), behind = span_from(s, at + strlen(e->old));
        buf_printf(b, "@@ -%lld +%lld @@\n-", (long long)line, (long long)line + (long long)*shift);
        put_rest(b, before);
        buf_puts(b, e->old);
        put_rest(b, behind);
        buf_puts(b, "\n+");
        put_rest(b, before);
        buf_puts(b, e->text);
        put_rest(b, behind);
        buf_putc(b, '\n');
        return true;
    }
    return false;
}

/* Nothing but one key and its value, and brackets neither open nor close. */
static bool is_alone(struct span line, const char *old)
{
    size_t at = find_old(line, old);
    if (at == SPAN_NONE)
        return false;
    struct span behind = span_from(line, at + strlen(old));
    size_t colon = span_find(line, ":");
    if (colon == SPAN_NONE || colon > at)
        return false;
    for (size_t i = 0; i < at; i++) {
        if (strchr("{}[](),", line.p[i]))
            return false;
    }
    for (size_t i = 0; i < behind.len && !span_starts(span_from(behind, i), "//"); i++) {
        if (!strchr(" \t,'\"", behind.p[i]))
            return false;
    }
    return true;
}

static bool put_deleted(struct buf *b, const struct config_file *f, const struct config_edit *e,
                        int64_t *shift)
{
    struct span line = config_line(f, e->line);
    if (!is_alone(line, e->old))
        return false;
    size_t at = find_old(line, e->old);
    buf_printf(b, "@@ -%lld +%lld,0 @@\n-", (long long)e->line,
               (long long)e->line - 1 + (long long)*shift);
    --*shift;
    put_rest(b, span_head(line, at));
    buf_puts(b, e->old);
    put_rest(b, span_from(line, at + strlen(e->old)));
    buf_putc(b, '\n');
    return true;
}

static bool is_in_braces(const struct config_file *f)
{
    return f->kind == CONFIG_KIND_PM2 || f->kind == CONFIG_KIND_NEXT ||
           f->kind == CONFIG_KIND_PACKAGE;
}

/* Behind a line that is whole by itself. */
static bool put_inserted(struct buf *b, const struct config_file *f, const struct config_edit *e,
                         int64_t *shift)
{
    struct span line = config_line(f, e->like ? e->like : e->line);
    struct span behind = span_trim(config_line(f, e->line));
    bool script = is_in_braces(f) && !span_starts(span_trim_left(f->text), "apps:");
    if (script && !e->like) {
        if (!behind.len || behind.p[behind.len - 1] != ',' || memchr(behind.p, '{', behind.len) ||
            memchr(behind.p, '}', behind.len))
            return false;
    } else if (!script && behind.len && behind.p[behind.len - 1] == '\\') {
        return false;
    }
    size_t indent = indent_of(line, !script), count = 1;
    for (const char *p = e->text; *p; p++)
        count += *p == '\n';
    buf_printf(b, "@@ -%lld,0 +%lld", (long long)e->line,
               (long long)e->line + 1 + (long long)*shift);
    *shift += (int64_t)count;
    buf_printf(b, count > 1 ? ",%zu @@\n" : " @@\n", count);
    for (const char *p = e->text; p;) {
        size_t len = strcspn(p, "\n");
        buf_putc(b, '+');
        for (size_t i = 0; i < indent; i++)
            buf_putc(b, line.p[i] == '-' ? ' ' : line.p[i]);
        buf_append(b, p, len);
        buf_putc(b, '\n');
        p = p[len] ? p + len + 1 : NULL;
    }
    return true;
}

static bool put_edit(struct buf *b, const struct config_file *f, const struct config_edit *e,
                     int64_t *shift)
{
    switch (e->kind) {
    case EDIT_REPLACE:
        return put_replaced(b, f, e, shift);
    case EDIT_DELETE:
        return put_deleted(b, f, e, shift);
    case EDIT_INSERT:
        return put_inserted(b, f, e, shift);
    }
    return false;
}

const char *config_diff(const struct config_file *f, const struct config_edit *edits, size_t count,
                        struct arena *arena)
{
    struct buf b = {0};
    bool ok = count > 0;
    int64_t shift = 0;
    buf_printf(&b, "--- %s\n+++ %s\n", f->name, f->name);
    for (size_t i = 0; ok && i < count; i++)
        ok = edits[i].line && put_edit(&b, f, &edits[i], &shift);
    if (b.len && buf_str(&b)[b.len - 1] == '\n')
        b.data[--b.len] = '\0';
    arena->failed |= b.failed;
    const char *text = ok ? arena_strndup(arena, buf_str(&b), b.len) : NULL;
    buf_release(&b);
    return text;
}
