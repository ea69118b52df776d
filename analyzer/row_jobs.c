/* Blocks and their rows: see row_jobs.h.
 *
 * Blocks go round in a ring: [head, filled) hold text that is not done with. Of these [head, taken)
 * were given to threads in a run. Only what lies in front of the head is taken for good, so a block
 * that turns out to be unusual is still there, and so are those behind it.
 */
#include "analyzer/row_jobs.h"

#include "base/tasks.h"
#include "parsers/byte_scan.h"
#include "parsers/numbers.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Blocks a thread: one more than it works on, for when another one is late. */
#define BLOCKS_PER_THREAD 2
#define BLOCKS_MAX (BLOCKS_PER_THREAD * TASKS_MAX)
/* Numbers on their way from text to columns: they stay in the first cache. */
#define CHUNK_VALUES 2048

enum outcome { RUNNING, USUAL, UNUSUAL, OTHER_SHAPE };

struct block {
    uint8_t *bytes;
    size_t len;
    uint64_t first; /* ordinal of its first row, one a line */
    uint64_t lines;
    enum outcome outcome;
    struct row_marks marks;
};

struct row_jobs {
    struct input *in;
    size_t block_bytes;
    unsigned threads;
    uint8_t *text; /* of all blocks */
    struct block blocks[BLOCKS_MAX];
    size_t rest_len; /* bytes behind the end of the block that was filled last */
    bool ended;      /* the input, perhaps by a failure */
    struct err failure;
    uint64_t head, taken, filled;
    pthread_mutex_t lock; /* of the ring and the input, in a run */
    pthread_cond_t moved;
    struct row_run *run;
    uint64_t next_first, room; /* of the run: rows given out, and those that the columns hold */
    bool stopping;
};

static struct block *block_at(struct row_jobs *j, uint64_t number)
{
    return &j->blocks[number % (BLOCKS_PER_THREAD * j->threads)];
}

/* -- text -- */

/* A small file is not worth a thread. */
static unsigned threads_for(const struct input *in, size_t block_bytes)
{
    uint64_t bytes = input_container(in) == CONTAINER_PLAIN ? input_file_bytes(in) : 0;
    unsigned threads = tasks_threads();
    return bytes ? (unsigned)min_u64(threads, bytes / block_bytes + 1) : threads;
}

bool row_jobs_new(struct input *in, size_t block_bytes, struct row_jobs **ret, struct err *err)
{
    struct row_jobs *j = calloc(1, sizeof *j);
    if (!j)
        return err_nomem(err, sizeof *j, "the read buffers");
    j->in = in;
    j->block_bytes = block_bytes;
    j->threads = threads_for(in, block_bytes);
    const size_t blocks = BLOCKS_PER_THREAD * j->threads;
    j->text = malloc(blocks * block_bytes);
    if (!j->text) {
        free(j);
        return err_nomem(err, blocks * block_bytes, "the read buffers");
    }
    for (size_t i = 0; i < blocks; i++)
        j->blocks[i].bytes = j->text + i * block_bytes;
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->moved, NULL);
    *ret = j;
    return true;
}

void row_jobs_free(struct row_jobs *j)
{
    if (!j)
        return;
    pthread_cond_destroy(&j->moved);
    pthread_mutex_destroy(&j->lock);
    free(j->text);
    free(j);
}

/* One block more, if there is one. The rest of the line that the last one broke off is still in
 * that one's buffer. */
static void fill_block(struct row_jobs *j)
{
    struct block *b = block_at(j, j->filled);
    size_t len = j->rest_len, whole;
    assert(j->filled - j->head < BLOCKS_PER_THREAD * j->threads);
    if (len) {
        const struct block *last = block_at(j, j->filled - 1);
        memcpy(b->bytes, last->bytes + last->len, len);
    }
    while (!j->ended && len < j->block_bytes) {
        size_t more;
        j->ended =
            !input_read(j->in, b->bytes + len, j->block_bytes - len, &more, &j->failure) || !more;
        len += j->ended ? 0 : more;
    }
    for (whole = len; whole && b->bytes[whole - 1] != '\n';)
        whole--;
    b->len = whole ? whole : len;
    j->rest_len = len - b->len;
    j->filled += b->len > 0;
}

bool row_jobs_peek(struct row_jobs *j, const uint8_t **ret_bytes, size_t *ret_len, struct err *err)
{
    if (j->head == j->filled)
        fill_block(j);
    const struct block *b = block_at(j, j->head);
    bool is_end = j->head == j->filled;
    if (is_end && j->failure.code) {
        *err = j->failure;
        return false;
    }
    *ret_bytes = b->bytes;
    *ret_len = is_end ? 0 : b->len;
    return true;
}

void row_jobs_take(struct row_jobs *j)
{
    j->head++;
}

uint64_t row_jobs_file_offset(const struct row_jobs *j)
{
    return input_file_offset(j->in);
}

/* -- a thread's work -- */

static bool put_rows(const struct row_run *r, uint64_t first, const uint64_t *values, size_t rows,
                     struct row_marks *marks)
{
    return r->section == SECTION_NODES
               ? rows_put_nodes(r->plan, r->heap, first, values, rows, marks)
               : rows_put_edges(r->plan, r->heap, first, values, rows, marks);
}

/* The block's rows to their places and nowhere else. Its lines may be broken in other ways than
 * V8's as long as there are as many as rows: then the blocks behind it are right as well. */
static enum outcome read_rows(const struct row_run *r, struct block *b)
{
    uint64_t values[CHUNK_VALUES], first = b->first, left = b->lines;
    const struct snapshot_meta *m = &r->plan->meta;
    const size_t width = r->section == SECTION_NODES ? m->node_width : m->edge_width;
    const size_t cap = CHUNK_VALUES / width * width;
    const uint8_t *pos = b->bytes, *end = b->bytes + b->len;
    struct numbers n = {.after_number = true};
    enum numbers_result result = NUMBERS_FULL;
    b->marks = (struct row_marks){0};
    while (result == NUMBERS_FULL) {
        size_t count = 0;
        result = numbers_scan(&n, &pos, end, values, &count, cap);
        if (result == NUMBERS_END || result == NUMBERS_BAD)
            return UNUSUAL;
        if (count % width || count / width > left)
            return OTHER_SHAPE;
        if (!put_rows(r, first, values, count / width, &b->marks))
            return UNUSUAL;
        first += count / width;
        left -= count / width;
    }
    return left || !n.after_number ? OTHER_SHAPE : USUAL;
}

/* -- a run -- */

/* Waits for a place in the ring and takes a block; NULL when the run is over. The lock is held. */
static struct block *next_block(struct row_jobs *j)
{
    while (!j->stopping && j->taken - j->head == BLOCKS_PER_THREAD * j->threads)
        pthread_cond_wait(&j->moved, &j->lock);
    if (!j->stopping && j->taken == j->filled)
        fill_block(j);
    if (j->stopping || j->taken == j->filled)
        return NULL;
    struct block *b = block_at(j, j->taken);
    b->lines = count_newlines(b->bytes, b->len);
    if (b->lines > j->room)
        return NULL;
    b->first = j->next_first;
    b->outcome = RUNNING;
    j->next_first += b->lines;
    j->room -= b->lines;
    j->taken++;
    return b;
}

/* Adds up what the block at the head says. False where a group of nodes might have too many edges,
 * counting all edges of a block that a group begins in. */
static bool accept_block(struct row_run *r, const struct block *b)
{
    const uint64_t end = b->first + b->lines;
    uint64_t edges = r->group_edges + b->marks.edges;
    if (edges > UINT32_MAX)
        return false;
    r->group_edges = b->first >> PLACES_SHIFT == end >> PLACES_SHIFT ? edges : b->marks.edges;
    r->rows += b->lines;
    r->bytes += b->len;
    r->marks.edges += b->marks.edges;
    if (b->marks.node_name_max > r->marks.node_name_max)
        r->marks.node_name_max = b->marks.node_name_max;
    if (b->marks.edge_name_max > r->marks.edge_name_max)
        r->marks.edge_name_max = b->marks.edge_name_max;
    return true;
}

/* The lock is held. */
static void finish_block(struct row_jobs *j, struct block *done, enum outcome outcome)
{
    done->outcome = outcome;
    for (; j->head < j->taken; j->head++) {
        struct block *b = block_at(j, j->head);
        if (b->outcome == USUAL && !accept_block(j->run, b))
            b->outcome = UNUSUAL;
        if (b->outcome != USUAL)
            break;
    }
    j->stopping |=
        outcome != USUAL || (j->head < j->taken && block_at(j, j->head)->outcome > USUAL);
    pthread_cond_broadcast(&j->moved);
}

struct worker {
    struct row_jobs *jobs;
    const struct progress *progress; /* of the caller's thread only */
};

static bool work(void *ctx, struct err *err)
{
    const struct worker *w = ctx;
    struct row_jobs *j = w->jobs;
    struct block *b;
    (void)err;
    pthread_mutex_lock(&j->lock);
    while (!progress_is_cancelled(w->progress) && (b = next_block(j))) {
        uint64_t offset = input_file_offset(j->in);
        pthread_mutex_unlock(&j->lock);
        progress_step(w->progress, "reading", offset, input_file_bytes(j->in));
        enum outcome outcome = read_rows(j->run, b);
        pthread_mutex_lock(&j->lock);
        finish_block(j, b, outcome);
    }
    j->stopping = true;
    pthread_cond_broadcast(&j->moved);
    pthread_mutex_unlock(&j->lock);
    return true;
}

/* Rows that can be put without any column moving. */
static uint64_t rows_of_room(const struct row_run *r)
{
    const struct heap *h = r->heap;
    uint64_t room = min_u64(h->edge_to.capacity, h->edge_label.capacity);
    if (r->section == SECTION_NODES) {
        const struct column *const columns[] = {&h->node_type, &h->node_flags, &h->node_name,
                                                &h->node_id,   &h->node_self,  &h->first_edge.low};
        room = HEAP_MAX_NODES;
        for (size_t i = 0; i < ARRAY_LEN(columns); i++)
            room = min_u64(room, columns[i]->capacity);
    }
    return room > r->first ? room - r->first : 0;
}

void row_jobs_run(struct row_jobs *j, struct row_run *r)
{
    struct worker workers[TASKS_MAX];
    struct task tasks[TASKS_MAX];
    struct err err;
    for (unsigned i = 0; i < j->threads; i++) {
        workers[i] = (struct worker){.jobs = j, .progress = i ? NULL : r->progress};
        tasks[i] = (struct task){work, &workers[i]};
    }
    j->run = r;
    j->taken = j->head;
    j->next_first = r->first;
    j->room = rows_of_room(r);
    j->stopping = false;
    if (!tasks_run(tasks, j->threads, &err))
        assert(false); /* work() does not fail */
    r->other_shape = j->head < j->taken && block_at(j, j->head)->outcome == OTHER_SHAPE;
}
