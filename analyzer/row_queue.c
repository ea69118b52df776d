/* Rows between two threads: see row_queue.h. */
#include "analyzer/row_queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS 4

struct block {
    enum snapshot_section section;
    size_t rows;
    uint64_t offset;
    uint64_t *values;
    size_t cap; /* of values */
};

struct row_queue {
    row_fn *take;
    void *ctx;
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t moved;
    uint64_t put, taken;
    bool ending, failed;
    struct err err;
    struct block blocks[BLOCKS];
};

/* The next block to take, NULL at the end. */
static const struct block *wait_for_block(struct row_queue *q)
{
    pthread_mutex_lock(&q->lock);
    while (q->put == q->taken && !q->ending)
        pthread_cond_wait(&q->moved, &q->lock);
    const struct block *b = q->put == q->taken ? NULL : &q->blocks[q->taken % BLOCKS];
    pthread_mutex_unlock(&q->lock);
    return b;
}

static void finish_block(struct row_queue *q, bool ok, const struct err *err)
{
    pthread_mutex_lock(&q->lock);
    q->taken++;
    if (!ok) {
        q->failed = true;
        q->err = *err;
    }
    pthread_cond_broadcast(&q->moved);
    pthread_mutex_unlock(&q->lock);
}

static void *run(void *arg)
{
    struct row_queue *q = arg;
    const struct block *b;
    bool ok = true;
    while ((b = wait_for_block(q))) {
        struct err err = {0};
        bool was_ok = ok;
        ok = ok && q->take(q->ctx, b->section, b->values, b->rows, b->offset, &err);
        finish_block(q, ok || !was_ok, &err);
    }
    return NULL;
}

bool row_queue_new(row_fn *take, void *ctx, struct row_queue **ret, struct err *err)
{
    struct row_queue *q = calloc(1, sizeof *q);
    if (!q)
        return err_nomem(err, sizeof *q, "the queue of rows");
    q->take = take;
    q->ctx = ctx;
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->moved, NULL);
    if (pthread_create(&q->thread, NULL, run, q)) {
        free(q);
        return err_set(err, ERR_RESOURCE, 0, "no thread could be started to read the snapshot");
    }
    *ret = q;
    return true;
}

static bool failure(const struct row_queue *q, struct err *err)
{
    if (q->failed)
        *err = q->err;
    return !q->failed;
}

static bool fill(struct block *b, enum snapshot_section s, const uint64_t *values, size_t rows,
                 size_t count, uint64_t offset, struct err *err)
{
    if (count > b->cap) {
        uint64_t *bigger = realloc(b->values, count * sizeof *bigger);
        if (!bigger)
            return err_nomem(err, count * sizeof *bigger, "the queue of rows");
        b->values = bigger;
        b->cap = count;
    }
    memcpy(b->values, values, count * sizeof *values);
    b->section = s;
    b->rows = rows;
    b->offset = offset;
    return true;
}

bool row_queue_put(struct row_queue *q, enum snapshot_section s, const uint64_t *values,
                   size_t rows, size_t width, uint64_t offset, struct err *err)
{
    pthread_mutex_lock(&q->lock);
    while (q->put - q->taken == BLOCKS)
        pthread_cond_wait(&q->moved, &q->lock);
    bool ok = failure(q, err);
    pthread_mutex_unlock(&q->lock);
    if (!ok || !fill(&q->blocks[q->put % BLOCKS], s, values, rows, rows * width, offset, err))
        return false;
    pthread_mutex_lock(&q->lock);
    q->put++;
    pthread_cond_broadcast(&q->moved);
    pthread_mutex_unlock(&q->lock);
    return true;
}

bool row_queue_drain(struct row_queue *q, struct err *err)
{
    pthread_mutex_lock(&q->lock);
    while (q->put != q->taken)
        pthread_cond_wait(&q->moved, &q->lock);
    bool ok = failure(q, err);
    pthread_mutex_unlock(&q->lock);
    return ok;
}

void row_queue_free(struct row_queue *q)
{
    if (!q)
        return;
    pthread_mutex_lock(&q->lock);
    q->ending = true;
    pthread_cond_broadcast(&q->moved);
    pthread_mutex_unlock(&q->lock);
    pthread_join(q->thread, NULL);
    for (size_t i = 0; i < BLOCKS; i++)
        free(q->blocks[i].values);
    pthread_cond_destroy(&q->moved);
    pthread_mutex_destroy(&q->lock);
    free(q);
}
