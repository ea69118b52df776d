/* What is searched for: see search.h. */
#include "tui/search.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/text.h"

/* A row is short; more is an expression that explodes. */
#define MATCH_LIMIT 100000
#define TEXT_BYTES_MAX 200

static void release_code(struct search *s)
{
    pcre2_code_free(s->code);
    pcre2_match_data_free(s->match);
    pcre2_match_context_free(s->limits);
    s->code = s->match = s->limits = NULL;
}

void search_release(struct search *s)
{
    release_code(s);
    buf_release(&s->text);
}

static bool has_capital(const struct buf *b)
{
    for (size_t i = 0; i < b->len; i++) {
        /* \S and its like are no letters. */
        bool escaped = i > 0 && b->data[i - 1] == '\\';
        if (b->data[i] >= 'A' && b->data[i] <= 'Z' && !escaped)
            return true;
    }
    return false;
}

bool search_compile(struct search *s, struct err *err)
{
    int problem;
    PCRE2_SIZE at;
    uint32_t flags = has_capital(&s->text) ? 0 : PCRE2_CASELESS;
    PCRE2_SPTR text = (PCRE2_SPTR)buf_str(&s->text);
    release_code(s);
    if (s->text.failed)
        return err_nomem(err, s->text.len, "the search");
    if (s->text.len == 0)
        return true;
    s->code = pcre2_compile(text, s->text.len, flags | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF,
                            &problem, &at, NULL);
    if (!s->code)
        s->code = pcre2_compile(text, s->text.len, flags | PCRE2_LITERAL, &problem, &at, NULL);
    if (s->code)
        s->match = pcre2_match_data_create_from_pattern(s->code, NULL);
    s->limits = pcre2_match_context_create(NULL);
    if (!s->code || !s->match || !s->limits) {
        release_code(s);
        return err_nomem(err, s->text.len, "the search");
    }
    pcre2_set_match_limit(s->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(s->limits, MATCH_LIMIT);
    return true;
}

bool search_matches(const struct search *s, const char *subject, size_t len)
{
    return s->code &&
           pcre2_match(s->code, (PCRE2_SPTR)subject, len, 0, 0, s->match, s->limits) >= 0;
}

void search_type(struct search *s, uint32_t character)
{
    if (s->text.len < TEXT_BYTES_MAX && text_char_shown(character))
        text_put_char(&s->text, character);
}

void search_erase(struct search *s)
{
    struct buf *b = &s->text;
    while (b->len > 0 && ((unsigned char)b->data[b->len - 1] & 0xC0) == 0x80)
        b->data[--b->len] = '\0';
    if (b->len > 0)
        b->data[--b->len] = '\0';
}
