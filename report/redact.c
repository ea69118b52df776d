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
