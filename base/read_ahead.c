/* Reading on a thread: see read_ahead.h. */
#include "base/read_ahead.h"

#include "base/tasks.h"

#include <pthread.h>
#include <stdlib.h>

#define BLOCKS 4
#define BLOCK_BYTES ((size_t)512 << 10)

struct block {
    size_t len;
    uint64_t file_offset; /* of the input behind the block */
    bool failed;
    struct err err;
    uint8_t bytes[BLOCK_BYTES];
};

/* Blocks go round: the reader fills number `filled`, the user holds number `taken - 1`. */
struct read_ahead {
    struct input *in;
    bool has_thread; /* without one the user reads */
    pthread_t thread;
    pthread_mutex_t lock; /* of the counters */
    pthread_cond_t moved;
    uint64_t filled, taken;
    bool holding;
    bool ended;
    uint64_t file_offset;
    struct block blocks[BLOCKS];
};

/* A place for the next block; the block that the user holds is not one. */
static struct block *wait_for_room(struct read_ahead *r)
{
    int old;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
    pthread_mutex_lock(&r->lock);
    while (!r->ended && r->filled - r->taken + r->holding >= BLOCKS)
        pthread_cond_wait(&r->moved, &r->lock);
    struct block *b = r->ended ? NULL : &r->blocks[r->filled % BLOCKS];
    pthread_mutex_unlock(&r->lock);
    pthread_setcancelstate(old, NULL);
    return b;
}

static void hand_over(struct read_ahead *r)
{
    int old;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
    pthread_mutex_lock(&r->lock);
    r->filled++;
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
    pthread_setcancelstate(old, NULL);
}

static void fill(struct read_ahead *r, struct block *b)
{
    b->err = (struct err){0};
    b->len = 0;
    b->failed = !input_read(r->in, b->bytes, BLOCK_BYTES, &b->len, &b->err);
    b->file_offset = input_file_offset(r->in);
}

static void *run(void *arg)
{
    struct read_ahead *r = arg;
    bool more = true;
    while (more) {
        struct block *b = wait_for_room(r);
        if (!b)
            break;
        fill(r, b);
        more = !b->failed && b->len;
        hand_over(r);
    }
    return NULL;
}

bool read_ahead_new(struct input *in, struct read_ahead **ret, struct err *err)
{
    struct read_ahead *r = malloc(sizeof *r);
    if (!r)
        return err_nomem(err, sizeof *r, "the read buffers");
    r->in = in;
    r->filled = r->taken = r->file_offset = 0;
    r->holding = r->ended = false;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->moved, NULL);
    r->has_thread = tasks_threads() > 1 && pthread_create(&r->thread, NULL, run, r) == 0;
    *ret = r;
    return true;
}

static const struct block *wait_for_block(struct read_ahead *r)
{
    pthread_mutex_lock(&r->lock);
    r->holding = false;
    pthread_cond_broadcast(&r->moved);
    while (r->filled == r->taken)
        pthread_cond_wait(&r->moved, &r->lock);
    const struct block *b = &r->blocks[r->taken % BLOCKS];
    bool last = b->failed || !b->len; /* stays in front: asked again it is told again */
    r->taken += !last;
    r->holding = !last;
    pthread_mutex_unlock(&r->lock);
    return b;
}

bool read_ahead_next(struct read_ahead *r, const uint8_t **ret_bytes, size_t *ret_len,
                     struct err *err)
{
    const struct block *b = r->blocks;
    if (r->has_thread)
        b = wait_for_block(r);
    else
        fill(r, r->blocks);
    r->file_offset = b->file_offset;
    if (b->failed) {
        *err = b->err;
        return false;
    }
    *ret_bytes = b->bytes;
    *ret_len = b->len;
    return true;
}

uint64_t read_ahead_file_offset(const struct read_ahead *r)
{
    return r->file_offset;
}

void read_ahead_free(struct read_ahead *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->ended = true;
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
    if (r->has_thread && !input_file_bytes(r->in)) /* of a pipe a read perhaps never ends */
        pthread_cancel(r->thread);
    if (r->has_thread)
        pthread_join(r->thread, NULL);
    pthread_cond_destroy(&r->moved);
    pthread_mutex_destroy(&r->lock);
    free(r);
}
