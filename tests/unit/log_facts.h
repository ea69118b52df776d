/* Facts of the catalogue's manifest against events: what the tests of real logs compare with.
 *
 * A check is true if the fact is of its kind and holds; it fails the test where the fact is of its
 * kind and does not hold, and is false where the fact is none of its business.
 */
#ifndef MORTEM_TESTS_LOG_FACTS_H
#define MORTEM_TESTS_LOG_FACTS_H

#include "tests/unit/log_fixture.h"

#include <yajl/yajl_tree.h>

static inline const char *text_of(yajl_val v)
{
    const char *text = YAJL_GET_STRING(v);
    return text ? text : "";
}

static inline bool check_number(const char *file, const char *key, int64_t expected,
                                struct number is)
{
    if (!number_is(is, expected))
        fail_msg("%s: %s is %" PRId64 " (known %d), not %" PRId64, file, key, is.value, is.known,
                 expected);
    return true;
}

static inline bool check_text(const char *file, const char *key, const char *expected,
                              const char *is)
{
    if (!is || strcmp(is, expected))
        fail_msg("%s: %s is '%s', not '%s'", file, key, is ? is : "(none)", expected);
    return true;
}

static inline size_t count_lost(const struct event_list *l)
{
    int64_t n = 0;
    for (size_t i = 0; i < l->count; i++)
        if (l->events[i].kind == EVENT_LOG_GAP)
            n += l->events[i].note->count.value;
    return (size_t)n;
}

/* -- killers that are programs, containers, what is no kill -- */

static inline const struct event *last_of_kinds(const struct event_list *l,
                                                const enum event_kind *kinds, size_t count)
{
    for (size_t i = l->count; i-- > 0;)
        for (size_t k = 0; k < count; k++)
            if (l->events[i].kind == kinds[k])
                return &l->events[i];
    return NULL;
}

static inline bool check_killer_fact(const char *file, const char *key, yajl_val v,
                                     const struct event_list *l)
{
    static const enum event_kind kinds[] = {EVENT_USER_KILL}, memory[] = {EVENT_MEMORY};
    const struct event *e = last_of_kinds(l, kinds, 1), *m = last_of_kinds(l, memory, 1);
    if (!e || count_kind(l, EVENT_KERNEL_OOM))
        return false;
    const struct killer_facts *f = e->killer;
    if (!strcmp(key, "kind"))
        return check_text(file, key, text_of(v), "userspace");
    if (!strcmp(key, "killer"))
        return check_text(file, key, text_of(v), killer_word(f->killer));
    if (!strcmp(key, "cgroup"))
        return check_text(file, key, text_of(v), f->cgroup);
    if (!strcmp(key, "signal"))
        return check_text(file, key, text_of(v), f->signal);
    if (!strcmp(key, "pid"))
        return check_number(file, key, YAJL_GET_INTEGER(v), e->pid);
    if (!strcmp(key, "comm"))
        return check_text(file, key, text_of(v), e->comm);
    if (!strcmp(key, "attempts"))
        return check_number(file, key, YAJL_GET_INTEGER(v), number_of(f->attempt));
    if (!strcmp(key, "mem_used"))
        return check_number(file, key, YAJL_GET_INTEGER(v), f->memory_used_bytes);
    if (!strcmp(key, "swap_total_mib"))
        return m && check_number(file, key, YAJL_GET_INTEGER(v) * 1024, m->memory->swap_total_kib);
    if (strcmp(key, "rss_mib"))
        return false;
    if (YAJL_IS_NUMBER(v))
        return check_number(file, key, YAJL_GET_INTEGER(v) * 1024, f->rss_kib);
    for (size_t i = 0; i < v->u.array.len; i++)
        check_number(file, key, YAJL_GET_INTEGER(v->u.array.values[i]) * 1024,
                     nth_of_kind(l, EVENT_USER_KILL, i)->killer->rss_kib);
    return true;
}

static inline bool check_container_fact(const char *file, const char *key, yajl_val v,
                                        const struct event_list *l)
{
    bool pods = !strcmp(key, "pod_uids"), ids = !strcmp(key, "container_ids");
    if (pods || ids) {
        for (size_t i = 0; i < v->u.array.len; i++) {
            const struct oom_facts *f = nth_of_kind(l, EVENT_KERNEL_OOM, i)->oom;
            check_text(file, key, YAJL_GET_STRING(v->u.array.values[i]),
                       pods ? f->identity.pod_uid : f->identity.container_id);
        }
        return true;
    }
    if (!count_kind(l, EVENT_CONTAINER_OOM))
        return false;
    const struct container_facts *f = nth_of_kind(l, EVENT_CONTAINER_OOM, 0)->container;
    if (!strcmp(key, "pod"))
        return check_text(file, key, text_of(v), f->pod);
    if (!strcmp(key, "reason"))
        return check_text(file, key, text_of(v), f->reason);
    if (!strcmp(key, "restarts"))
        return check_number(file, key, YAJL_GET_INTEGER(v), f->restarts);
    return !strcmp(key, "container") && check_text(file, key, text_of(v), f->id);
}

static inline bool check_note_fact(const char *file, const char *key, yajl_val v,
                                   const struct event_list *l)
{
    static const enum event_kind kinds[] = {EVENT_ALLOC_FAILURE, EVENT_HUNG_TASK};
    const struct event *e = last_of_kinds(l, kinds, ARRAY_LEN(kinds));
    if (!e)
        return false;
    if (!strcmp(key, "comm"))
        return check_text(file, key, text_of(v), e->comm);
    if (!strcmp(key, "pid"))
        return check_number(file, key, YAJL_GET_INTEGER(v), e->pid);
    if (!strcmp(key, "order"))
        return check_number(file, key, YAJL_GET_INTEGER(v), e->note->order);
    if (!strcmp(key, "seconds"))
        return check_number(file, key, YAJL_GET_INTEGER(v), e->note->seconds);
    return !strcmp(key, "mode") &&
           check_number(file, key, strtoll(text_of(v), NULL, 16), e->note->gfp);
}

#endif
