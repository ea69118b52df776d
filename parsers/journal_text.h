/* The journal as text with all fields: `journalctl -o export` and `-o verbose`.
 *
 * In export a value with line ends stands behind its length, eight bytes of any value. A length is
 * believed as far as it goes: when the next record's __CURSOR= comes inside of such a value, or no
 * line end behind it, the length was wrong, and what was taken for the value is given as messages.
 */
#ifndef MORTEM_PARSERS_JOURNAL_TEXT_H
#define MORTEM_PARSERS_JOURNAL_TEXT_H

#include "base/err.h"
#include "parsers/record_fields.h"

#define JOURNAL_VALUE_MAX ((uint64_t)768 << 20) /* systemd's own limit */

struct journal_text {
    void *ctx;
    bool (*done)(void *ctx, struct err *err); /* a record has ended */
    struct record_fields fields;
    uint64_t message_line;
    bool open, verbose;
    bool skip_line;          /* the rest of a line that was begun as bytes */
    enum record_field field; /* that a value is read of */
    size_t indent;           /* verbose: of the lines that go on with it; 0 if none may */
    uint8_t wanted;          /* export: 0 if lines, else which bytes */
    uint8_t length_bytes;
    uint64_t length;     /* left of the value */
    unsigned cursor_len; /* how much of "\n__CURSOR=" the last bytes are */
};

void journal_text_release(struct journal_text *t);

/* Whether the line begins a record; it is taken then. */
bool journal_text_begins(struct journal_text *t, struct span line, uint64_t number);
/* A line of an open record. *ret_again: it is none, the record has ended before it. */
bool journal_text_line(struct journal_text *t, struct span line, uint64_t number, bool *ret_again,
                       struct err *err) WARN_UNUSED;
static inline bool journal_text_wants_bytes(const struct journal_text *t)
{
    return t->wanted != 0;
}
/* `lines` is the number of lines before these bytes. */
bool journal_text_bytes(struct journal_text *t, struct span s, uint64_t lines, size_t *ret_used,
                        uint64_t *ret_lines, struct err *err) WARN_UNUSED;
bool journal_text_finish(struct journal_text *t, struct err *err) WARN_UNUSED;

#endif
