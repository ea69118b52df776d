/* Copies of events: see event_list.h. */
#include "analyzer/event_list.h"

#include <string.h>

#define LOOK_BACK 32 /* events among which the one before is searched */

static const void *copy_of(struct arena *a, const void *what, size_t bytes)
{
    void *copy = what ? arena_alloc(a, bytes) : NULL;
    return copy ? memcpy(copy, what, bytes) : NULL;
}

static bool same_text(const struct event *a, const struct event *b)
{
    return a->text && b->text && !strcmp(a->text, b->text);
}

/* Whether `e` adds nothing to `old` but that it is newer (or, for versions, that it is again). */
static bool supersedes(const struct event *e, const struct event *old)
{
    if (e->kind != old->kind || e->file != old->file || e->boot != old->boot)
        return false;
    switch (e->kind) {
    case EVENT_V8_GC:
        return e->pid.known && number_is(old->pid, e->pid.value);
    case EVENT_NEXT_VERSION:
    case EVENT_NODE_VERSION:
    case EVENT_NEXT_BAD_OPTION:
        return same_text(e, old);
    default:
        return false;
    }
}

static struct event *superseded(const struct event_list *l, const struct event *e)
{
    for (size_t i = l->count; i-- > 0 && l->count - i <= LOOK_BACK;)
        if (supersedes(e, &l->events[i]))
            return &l->events[i];
    return NULL;
}

bool event_list_add(void *list, const struct event *e, struct err *err)
{
    struct event_list *l = list;
    struct event *old = superseded(l, e);
    if (old && e->kind == EVENT_V8_GC && old->v8) {
        struct v8_facts *facts = (struct v8_facts *)old->v8; /* the list's own copy */
        *facts = *e->v8;
        *old = *e;
        old->v8 = facts;
        return true;
    }
    if (old)
        return true;
    struct event *copy = arena_push(&l->arena, (void **)&l->events, &l->count, sizeof *copy);
    if (copy) {
        *copy = *e;
        copy->text = e->text ? arena_strdup(&l->arena, e->text) : NULL;
        copy->oom = copy_of(&l->arena, e->oom, sizeof *e->oom);
        copy->v8 = copy_of(&l->arena, e->v8, sizeof *e->v8);
        copy->report = copy_of(&l->arena, e->report, sizeof *e->report);
        copy->pm2 = copy_of(&l->arena, e->pm2, sizeof *e->pm2);
    }
    if (l->arena.failed)
        return err_nomem(err, sizeof *e, "the events of the logs");
    return true;
}

void event_list_release(struct event_list *l)
{
    arena_release(&l->arena);
    *l = (struct event_list){0};
}
