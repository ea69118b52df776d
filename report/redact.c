/* Patterns instead of contents: see redact.h. */
#include "report/redact.h"

#include <ctype.h>
#include <string.h>

/* Longer than any name that people give. */
#define NAME_MAX_BYTES 40
#define DATA_DIGITS 4
/* Enough to tell a digit from an id; more would tell its length. */
#define HASHES_MAX 8

static bool is_word(unsigned char c)
{
    return isalnum(c) || c >= 0x80 || c == '_' || c == '$';
}

/* `name` of `len` bytes looks like something a programmer wrote. */
static bool is_name(const char *name, size_t len)
{
    size_t digits = 0;
    for (size_t i = 0; i < len; i++) {
        if (!is_word((unsigned char)name[i]) && !strchr(" .#<>()[]", name[i]))
            return false;
        digits += isdigit((unsigned char)name[i]) != 0;
    }
    return len <= NAME_MAX_BYTES && digits < DATA_DIGITS;
}

/* "[17]": an index says nothing about contents. */
static bool is_index(const char *edge)
{
    size_t digits = strspn(edge + (*edge == '['), "0123456789");
    return edge[0] == '[' && digits > 0 && strcmp(edge + 1 + digits, "]") == 0;
}

static void put_hashes(struct buf *b, size_t len)
{
    for (size_t i = 0; i < len && i < HASHES_MAX; i++)
        buf_putc(b, '#');
}

static void put_word(struct buf *b, const char *word, size_t len, bool secret)
{
    size_t digits = 0;
    for (size_t i = 0; i < len; i++)
        digits += isdigit((unsigned char)word[i]) != 0;
    if (digits > 0 || secret || len > NAME_MAX_BYTES / 2)
        put_hashes(b, len);
    else
        buf_append(b, word, len);
}

static void put_pattern(struct buf *b, const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        size_t end = at;
        while (end < len && is_word((unsigned char)text[end]))
            end++;
        if (end > at) {
            bool secret = (at > 0 && strchr("=@", text[at - 1])) || (end < len && text[end] == '@');
            put_word(b, text + at, end - at, secret);
            at = end;
        } else {
            buf_putc(b, text[at++]);
        }
    }
}

void redact_edge(struct buf *b, const char *edge, bool show_strings)
{
    static const char variable[] = " (variable)";
    size_t len = strlen(edge), tail = sizeof variable - 1;
    size_t name = len > tail && strcmp(edge + len - tail, variable) == 0 ? len - tail : len;
    if (!show_strings && strstr(edge, " / part of key (")) {
        buf_puts(b, "(entry of a WeakMap)"); /* the name quotes the key and the value */
        return;
    }
    if (show_strings || is_index(edge) || is_name(edge, name)) {
        buf_append(b, edge, len);
        return;
    }
    put_pattern(b, edge, name);
    buf_append(b, edge + name, len - name);
}

void redact_node(struct buf *b, const char *node, bool show_strings)
{
    size_t len = strlen(node);
    if (show_strings || node[0] != '"')
        buf_append(b, node, len);
    else
        buf_printf(b, "string of %zu bytes", len >= 2 && node[len - 1] == '"' ? len - 2 : len - 1);
}

/* Properties stand between ", "; one that is quoted and holds that is cut in pieces, and each piece
 * is looked at by itself. */
static void put_properties(struct buf *b, const char *text, size_t len)
{
    static const char separator[] = ", ", ellipsis[] = "\xE2\x80\xA6";
    for (size_t at = 0; at < len;) {
        const char *next = memmem(text + at, len - at, separator, sizeof separator - 1);
        size_t end = next ? (size_t)(next - text) : len;
        bool is_ellipsis =
            end - at == sizeof ellipsis - 1 && !memcmp(text + at, ellipsis, end - at);
        if (is_ellipsis || is_name(text + at, end - at))
            buf_append(b, text + at, end - at);
        else
            put_pattern(b, text + at, end - at);
        if (next)
            buf_puts(b, separator);
        at = end + (next ? sizeof separator - 1 : 0);
    }
}

void redact_name(struct buf *b, const char *name, bool show_strings)
{
    size_t len = strlen(name), from = strncmp(name, "Detached <", 10) == 0 ? 10 : 0;
    const char *open = strchr(name, '{'), *space = strchr(name + from, ' ');
    if (show_strings || name[0] == '"') {
        redact_node(b, name, show_strings);
    } else if (open && name[len - 1] == '}') {
        buf_append(b, name, (size_t)(open - name) + 1);
        put_properties(b, open + 1, (size_t)(name + len - 1 - (open + 1)));
        buf_putc(b, '}');
    } else if ((from || name[0] == '<') && space) {
        buf_append(b, name, (size_t)(space - name));
        buf_putc(b, '>');
    } else if (strstr(name, "://")) {
        put_pattern(b, name, len);
    } else {
        buf_append(b, name, len);
    }
}

void redact_string(struct buf *b, const char *text, bool show_strings)
{
    size_t len = strlen(text);
    if (show_strings)
        buf_append(b, text, len);
    else if ((text[0] == '/' || strstr(text, "://")) && !strpbrk(text, " \t\n\r"))
        put_pattern(b, text, len);
    else
        buf_printf(b, "string of %zu bytes", len);
}
