/* Objects of JSON text as the fields of records, in pieces of any size.
 *
 * A record is the document itself, each object of a document that is a list, or each object of a
 * list that a document is known to be made of ("items", "dmesg" and the like). Objects inside a
 * record are passed over, but for those whose fields are wanted (record_fields.h).
 */
#ifndef MORTEM_PARSERS_JSON_RECORD_H
#define MORTEM_PARSERS_JSON_RECORD_H

#include "parsers/json_walk.h"
#include "parsers/record_fields.h"

struct json_record {
    void *ctx;
    /* A record has ended, or its text has: `fields` are what it says. */
    bool (*done)(void *ctx, struct err *err);
    struct record_fields fields;
    uint64_t line;         /* the caller's, of what is fed */
    uint64_t message_line; /* on which the message was, 0 if there is none yet */
    struct json_walk walk;
    unsigned record, list; /* depths of the record and of the list around it, 0 if none */
    enum record_group group, key_group;
    enum record_field field;
    bool listed; /* the document is a list of records */
    bool array, list_key, dmesg_key, wrapper_key, dmesg;
};

void json_record_reset(struct json_record *j);
/* As if the record had begun, for one whose head is lost. */
void json_record_assume(struct json_record *j);
void json_record_release(struct json_record *j);

/* As json_walk_feed(). */
enum json_status json_record_feed(struct json_record *j, struct span s, size_t *ret_used,
                                  struct err *err);
/* The text is cut here: what is there of a record is given, if it is anything. */
bool json_record_cut(struct json_record *j, struct err *err) WARN_UNUSED;

#endif
