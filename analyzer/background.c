/* An analysis on a thread of its own: see background.h. */
#include "analyzer/background.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "analyzer/heap.h"

/* Somebody has left and wants the prompt back. */
#define STOP_WAIT_MS 300

struct background {
    const char *const *files;
    size_t count;
    struct analyze_options options;
    struct index_options index;
    struct progress progress;
    atomic_bool cancelled;
    pthread_t thread;
    pthread_mutex_t lock; /* of the state */
    pthread_cond_t moved;
    bool left; /* nobody waits for the thread any more: it frees all */
    struct background_state state;
    struct analysis answers; /* the thread's until the state points to it */
    struct heap heap;        /* the same */
};

/* -- on the thread -- */

static void report(void *ctx, const char *phase, uint64_t done, uint64_t total)
{
    struct background *b = ctx;
    pthread_mutex_lock(&b->lock);
    snprintf(b->state.phase, sizeof b->state.phase, "%s", phase);
    b->state.units = done;
    b->state.total_units = total;
    pthread_mutex_unlock(&b->lock);
}

static void publish_answers(struct background *b)
{
    pthread_mutex_lock(&b->lock);
    b->state.answers = &b->answers;
    b->state.heap = b->answers.graph;
    pthread_cond_broadcast(&b->moved);
    pthread_mutex_unlock(&b->lock);
}

static void release(struct background *b)
{
    heap_release(&b->heap);
    analysis_release(&b->answers);
    pthread_cond_destroy(&b->moved);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

/* Returns whether somebody is there to hear it. */
static bool publish_end(struct background *b, const struct err *problem)
{
    pthread_mutex_lock(&b->lock);
    bool left = b->left;
    b->state.done = true;
    b->state.problem = *problem;
    if (b->heap.store)
        b->state.heap = &b->heap;
    pthread_cond_broadcast(&b->moved);
    pthread_mutex_unlock(&b->lock);
    return !left;
}

static void *run(void *arg)
{
    struct background *b = arg;
    struct err problem = {0};
    if (analyze_files(b->files, b->count, &b->options, &b->answers, &b->progress, &problem)) {
        problem = (struct err){0};
        publish_answers(b);
        if (b->answers.heap.present && !b->answers.graph &&
            analyze_graph(&b->answers, &b->options, &b->heap, &b->progress, &problem))
            problem = (struct err){0};
    }
    if (!publish_end(b, &problem))
        release(b);
    return NULL;
}

/* -- the other side -- */

/* Signals are for the thread that has the terminal; faults are everybody's own. */
static bool start_thread(struct background *b)
{
    sigset_t all, before;
    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGABRT);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = pthread_create(&b->thread, NULL, run, b) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

bool background_start(const char *const *files, size_t count, const struct analyze_options *o,
                      struct background **ret, struct err *err)
{
    struct background *b = calloc(1, sizeof *b);
    if (!b)
        return err_nomem(err, sizeof *b, "the analysis");
    b->files = b->state.files = files;
    b->count = b->state.file_count = count;
    b->options = *o;
    b->options.keep_heap = true;
    b->options.index_problem = NULL;
    if (o->index) {
        b->index = *o->index;
        b->options.index = &b->index;
    }
    b->progress = (struct progress){.report = report, .ctx = b, .cancelled = &b->cancelled};
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->moved, NULL);
    if (!start_thread(b)) {
        free(b);
        return err_set(err, ERR_RESOURCE, 0, "no thread could be started to analyse the files");
    }
    *ret = b;
    return true;
}

void background_look(struct background *b, struct background_state *ret)
{
    pthread_mutex_lock(&b->lock);
    *ret = b->state;
    pthread_mutex_unlock(&b->lock);
}

/* Until it is done, or the answers are there if these are enough, or the time is over. With the
 * lock held. */
static void wait_for(struct background *b, bool answers_do, unsigned wait_ms)
{
    struct timespec until;
    int status = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    while (!b->state.done && !(answers_do && b->state.answers) && status != ETIMEDOUT)
        status = pthread_cond_timedwait(&b->moved, &b->lock, &until);
}

void background_wait(struct background *b, unsigned wait_ms)
{
    pthread_mutex_lock(&b->lock);
    wait_for(b, true, wait_ms);
    pthread_mutex_unlock(&b->lock);
}

void background_stop(struct background *b)
{
    if (!b)
        return;
    b->cancelled = true;
    pthread_mutex_lock(&b->lock);
    wait_for(b, false, STOP_WAIT_MS);
    b->left = !b->state.done;
    bool left = b->left;
    pthread_t thread = b->thread;
    pthread_mutex_unlock(&b->lock);
    if (left) {
        pthread_detach(thread);
    } else {
        pthread_join(thread, NULL);
        release(b);
    }
}
