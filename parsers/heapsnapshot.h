/* The streaming reader of V8's .heapsnapshot and .heaptimeline files.
 *
 * In: the JSON text in chunks of any size; the result never depends on the chunking. Out: through a
 * sink, first the meta, then blocks of whole rows of the numeric sections and pieces of strings, in
 * file order. yajl reads the envelope and everything that is not bulk; inside `nodes`, `edges`,
 * `locations` and `strings` kernels of our own take over until the closing bracket.
 *
 * Memory: a few hundred KiB, whatever the input. Nothing is buffered but one block of rows.
 */
#ifndef MORTEM_PARSERS_HEAPSNAPSHOT_H
#define MORTEM_PARSERS_HEAPSNAPSHOT_H

#include "base/err.h"

enum snapshot_section {
    SECTION_NONE,
    SECTION_NODES,
    SECTION_EDGES,
    SECTION_LOCATIONS,
    SECTION_STRINGS,
    SECTION_COUNT,
};

#define SNAPSHOT_TYPE_MAX 48
#define SNAPSHOT_TYPE_NAME_MAX 32
#define SNAPSHOT_ROW_MAX 16 /* fields in a row, more is an error */

/* What the header says. Field positions are -1 where the writer has no such field. */
struct snapshot_meta {
    uint64_t node_count;
    uint64_t edge_count;
    uint64_t root_index; /* in the flat nodes array; 0 if not given */
    uint64_t extra_native_bytes;
    bool has_extra_native_bytes;
    unsigned node_width, edge_width, location_width;
    int node_type, node_name, node_id, node_self_size, node_edge_count;
    int node_trace_node_id, node_detachedness;
    int edge_type, edge_name, edge_to;
    int location_object, location_script, location_line, location_column;
    unsigned node_type_count, edge_type_count;
    char node_types[SNAPSHOT_TYPE_MAX][SNAPSHOT_TYPE_NAME_MAX];
    char edge_types[SNAPSHOT_TYPE_MAX][SNAPSHOT_TYPE_NAME_MAX];
    char unknown_fields[128]; /* "node field \"x\", edge field \"y\"", as many as fit */
};

/* Returning false ends the parse with the *err that was filled. */
struct snapshot_sink {
    void *ctx;
    /* Once, before any row: the required fields are all there. */
    bool (*meta)(void *ctx, const struct snapshot_meta *meta, struct err *err);
    /* `rows` rows of the section's width. `offset` is the byte where the text of the first row
     * began or a little before it. */
    bool (*rows)(void *ctx, enum snapshot_section s, const uint64_t *values, size_t rows,
                 uint64_t offset, struct err *err);
    /* A piece of the current string as WTF-8; `last` ends it. A piece may be empty. */
    bool (*string)(void *ctx, const char *bytes, size_t len, bool last, struct err *err);
};

struct snapshot_parser;

/* `all_yajl` reads the bulk with yajl too. It is the oracle of the kernels and gives the same rows
 * and strings, but for two things: yajl turns a lone surrogate into '?', which the kernel keeps,
 * and takes form feeds and vertical tabs for white space, which they are not in JSON. */
bool snapshot_parser_new(const struct snapshot_sink *sink, bool all_yajl,
                         struct snapshot_parser **ret, struct err *err) WARN_UNUSED;
void snapshot_parser_free(struct snapshot_parser *p);

/* Errors name the byte offset in the stream. After a failure snapshot_finish() still hands over the
 * whole rows that wait; nothing more can be fed. */
bool snapshot_feed(struct snapshot_parser *p, const uint8_t *buf, size_t len,
                   struct err *err) WARN_UNUSED;

/* The end of the input. Whole rows that wait are delivered. *ret_complete is false when the
 * document is not closed. An input that ends before its meta is an error. */
bool snapshot_finish(struct snapshot_parser *p, bool *ret_complete, struct err *err) WARN_UNUSED;

/* `nodes` and `edges` may be read in part by somebody else, on several threads: hands over the rows
 * that wait and says in which section, if the input so far ends behind a whole row of one and white
 * space; SECTION_NONE if it does not. */
bool snapshot_pause(struct snapshot_parser *p, enum snapshot_section *ret,
                    struct err *err) WARN_UNUSED;
/* After a pause: the next `len` bytes need not be fed, they are whole rows (each with the comma in
 * front of it) and white space. */
void snapshot_skip(struct snapshot_parser *p, uint64_t len);

/* Sections read to their end so far: bit 1 << enum snapshot_section. */
unsigned snapshot_sections_done(const struct snapshot_parser *p);
/* The section that the input was in when it ended or failed, SECTION_NONE between them. */
enum snapshot_section snapshot_section_open(const struct snapshot_parser *p);
const char *snapshot_section_name(enum snapshot_section s);

#endif
