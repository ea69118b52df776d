/* The kernel for the inside of a JSON array of strings.
 *
 * Unescapes to WTF-8: a surrogate pair becomes one character, a lone surrogate its three bytes.
 * Bytes outside ASCII are passed on as they are. Chunks of any size; a string is handed over in
 * pieces, none is ever held.
 */
#ifndef MORTEM_PARSERS_JSON_STRINGS_H
#define MORTEM_PARSERS_JSON_STRINGS_H

#include "base/err.h"

enum strings_result {
    STRINGS_MORE, /* the chunk is used up */
    STRINGS_END,  /* behind the closing bracket */
    STRINGS_BAD,  /* *pos is the byte that cannot be there; see `bad` */
    STRINGS_SINK, /* the sink refused: its *err is filled */
};

typedef bool string_piece_fn(void *ctx, const char *bytes, size_t len, bool last, struct err *err);

struct json_strings {
    enum {
        JS_BEFORE,      /* a string or the bracket */
        JS_AFTER,       /* a comma or the bracket */
        JS_AFTER_COMMA, /* a string */
        JS_INSIDE,
        JS_ESCAPE,  /* behind a backslash */
        JS_UNICODE, /* inside \uXXXX */
    } state;
    unsigned hex_digits;
    uint32_t code_unit;
    uint32_t high; /* a high surrogate that waits for its partner, 0: none */
    const char *bad;
    string_piece_fn *piece;
    void *ctx;
};

enum strings_result json_strings_scan(struct json_strings *s, const uint8_t **pos,
                                      const uint8_t *end, struct err *err);

/* Is a string begun and not ended? */
bool json_strings_inside(const struct json_strings *s);

#endif
