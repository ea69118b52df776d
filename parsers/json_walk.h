/* A forgiving reader of JSON text in pieces of any size: what logs need of it.
 *
 * In: bytes of one document, an object or an array. Out: keys, values and brackets, in order. A
 * value is held as a whole up to JSON_TOKEN_KEEP bytes, what is beyond that is skipped; nothing
 * else is kept, so that neither a long line nor a deep document costs memory. Only what must be
 * known to find the ends of strings and containers is checked: this is no validator.
 */
#ifndef MORTEM_PARSERS_JSON_WALK_H
#define MORTEM_PARSERS_JSON_WALK_H

#include "base/buf.h"
#include "base/err.h"
#include "parsers/span.h"

#define JSON_TOKEN_KEEP 65536

enum json_token {
    JSON_KEY,
    JSON_STRING, /* without quotes and escapes; lone surrogates become U+FFFD */
    JSON_NUMBER,
    JSON_LITERAL, /* true, false, null */
    JSON_OPEN_OBJECT,
    JSON_OPEN_ARRAY,
    JSON_CLOSE,
};

struct json_walk {
    void *ctx;
    /* `depth` counts the containers around the token, its own included if it is a bracket. False
     * ends the walk with *err filled. */
    bool (*token)(void *ctx, enum json_token t, struct span text, unsigned depth, struct err *err);
    unsigned depth;
    bool skip; /* set by token() on a key: the text of what follows is not wanted; not copied */
    uint8_t state, string_is_key;
    uint8_t escape;  /* how much of an escape was read */
    uint32_t code;   /* of "\uXXXX", so far */
    uint32_t high;   /* a first surrogate whose second has not come, else 0 */
    uint64_t object; /* bit n: the container at depth n + 1 is an object */
    struct buf text;
};

enum json_status {
    JSON_MORE, /* the document goes on */
    JSON_DONE, /* its last bracket was read */
    JSON_BAD,  /* no JSON from here on; the walk can only be reset */
    JSON_FAILED,
};

/* Begins a document; token and ctx stay. */
void json_walk_reset(struct json_walk *w);
/* As if "{" had been read: for a document whose head is lost. */
void json_walk_assume_object(struct json_walk *w);
void json_walk_release(struct json_walk *w);

/* *ret_used is how much was read: all of it, or up to where the document ends or is damaged. */
enum json_status json_walk_feed(struct json_walk *w, struct span s, size_t *ret_used,
                                struct err *err);

/* The text ends here, or is cut: gives the string or number that is being read, if it is a value.
 */
bool json_walk_cut(struct json_walk *w, struct err *err) WARN_UNUSED;

#endif
