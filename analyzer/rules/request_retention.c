/* Rule request-retention: requests and responses that ended long ago and are still held.
 *
 * A ServerResponse that is finished and has lost its socket belongs to nobody, nor does a request
 * that was read to its end and has no such response. A handful of them is normal; many, against few
 * live sockets, means that something keeps what came with each request: the props of server-side
 * rendering, closures, stores of AsyncLocalStorage. They are grouped by what holds them, and each
 * group is a cause of its own.
 */
#include "analyzer/key_pattern.h"
#include "analyzer/rules/holders.h"
#include "analyzer/rules/retention_report.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>

#define GROUPS_MAX 32

struct grouping {
    bool of_requests; /* kept without their responses */
    struct retained_group groups[GROUPS_MAX];
    size_t count;
    struct known_holders known;
    uint32_t *group_of; /* by orphan: place in groups */
};

static bool is_orphan(const struct js *js, uint32_t response)
{
    return js_is_true(js, js_property(js, response, JS_FINISHED)) &&
           !js_is_object(js, js_property(js, response, JS_SOCKET));
}

/* A server's: what a client received has no URL of its own. */
static bool is_orphan_request(const struct js *js, uint32_t message)
{
    return js_is_true(js, js_property(js, message, JS_COMPLETE)) &&
           js_text(js, js_property(js, message, JS_URL)).len &&
           !js_is_object(js, js_property(js, message, JS_REQ));
}

/* The first group is of those whose holder is not known. */
static size_t group_for(struct grouping *g, const struct holder *h, uint32_t orphan)
{
    if (h->kind == HOLDER_UNKNOWN)
        return 0;
    for (size_t i = 1; i < g->count; i++) {
        if (g->groups[i].holder.kind == h->kind && g->groups[i].holder.key == h->key)
            return i;
    }
    if (g->count == GROUPS_MAX)
        return 0;
    g->groups[g->count] = (struct retained_group){.holder = *h, .sample = orphan};
    return g->count++;
}

static void group(struct rule_input *in, struct grouping *g, const uint32_t *orphans, size_t count)
{
    g->groups[0] = (struct retained_group){.holder = {.node = NO_NODE, .carrier = NO_NODE}};
    g->count = 1;
    for (size_t i = 0; i < count; i++) {
        struct holder h;
        holder_find(in, &g->known, orphans[i], &h);
        g->group_of[i] = (uint32_t)group_for(g, &h, orphans[i]);
        g->groups[g->group_of[i]].count++;
    }
}

/* What nothing dominates is given to the holder that most of a sample have in their paths. */
static void name_unknown(struct rule_input *in, struct grouping *g, const uint32_t *orphans,
                         size_t count)
{
    enum { TRIED = 15 };
    size_t votes[GROUPS_MAX] = {0}, best = 0, left = g->groups[0].count, step = left / TRIED + 1;
    size_t seen = 0;
    for (size_t i = 0; i < count && left; i++) {
        struct holder h;
        if (g->group_of[i] || seen++ % step)
            continue;
        holder_find_by_path(in, &g->known, orphans[i], &h);
        g->groups[0].sample = orphans[i];
        size_t to = group_for(g, &h, orphans[i]);
        if (++votes[to] > votes[best])
            best = to;
    }
    if (!best)
        return;
    g->groups[best].count += left;
    g->groups[0].count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!g->group_of[i])
            g->group_of[i] = (uint32_t)best;
    }
}

/* The orphans of one group, in `ret`. */
static size_t select_group(const struct grouping *g, size_t place, const uint32_t *orphans,
                           size_t count, uint32_t *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (g->group_of[i] == place)
            ret[n++] = orphans[i];
    }
    return n;
}

/* A few that something else holds as well are no cause of their own. */
static bool report_groups(struct rule_input *in, struct grouping *g, const uint32_t *orphans,
                          size_t count, struct err *err)
{
    uint32_t *members = malloc(count * sizeof *members);
    bool ok = members || err_nomem(err, count * sizeof *members, "responses");
    for (size_t i = g->count; ok && i-- > 0;) {
        struct retained_group *at = &g->groups[i];
        size_t least = at->holder.kind == HOLDER_UNKNOWN ? ORPHANS_LEAST : ORPHANS_OF_CAUSE;
        if (at->count < least || at->count * 20 < count)
            continue;
        at->of_requests = g->of_requests;
        at->members = members;
        at->count = select_group(g, i, orphans, count, members);
        ok = retention_report(in, at, err);
    }
    free(members);
    return ok;
}

static bool report(struct rule_input *in, const uint32_t *orphans, size_t count, bool of_requests,
                   struct err *err)
{
    struct grouping *g = calloc(1, sizeof *g);
    bool ok = g && (g->group_of = calloc(count, sizeof *g->group_of));
    if (ok) {
        g->of_requests = of_requests;
        group(in, g, orphans, count);
        name_unknown(in, g, orphans, count);
        ok = report_groups(in, g, orphans, count, err);
    } else {
        ok = err_nomem(err, count * sizeof(uint32_t), "responses");
    }
    if (g)
        free(g->group_of);
    free(g);
    return ok;
}

/* The orphans that `f` explains (NULL: that nothing does), in `ret`. */
static size_t explained_by(const struct finding *f, struct finding *const *by,
                           const uint32_t *orphans, size_t count, uint32_t *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (by[i] == f)
            ret[n++] = orphans[i];
    }
    return n;
}

/* Timers and listeners that were reported may hold responses: it is said there. What is left for
 * this rule stands in front afterwards; returns how many. */
static bool leave_explained(struct rule_input *in, uint32_t *orphans, size_t count,
                            bool of_requests, size_t *ret, struct err *err)
{
    enum { TOLD_MAX = 16 };
    struct finding *told[TOLD_MAX];
    struct finding **by = malloc((count + 1) * sizeof *by);
    uint32_t *members = malloc((count + 1) * sizeof *members);
    size_t told_count = 0;
    bool ok = by && members;
    for (size_t i = 0; ok && i < count; i++) {
        by[i] = finding_explaining(in, orphans[i]);
        size_t k = 0;
        while (k < told_count && told[k] != by[i])
            k++;
        if (by[i] && k == told_count && k < TOLD_MAX)
            told[told_count++] = by[i];
    }
    for (size_t i = 0; ok && i < told_count; i++) {
        size_t n = explained_by(told[i], by, orphans, count, members);
        if (n >= ORPHANS_OF_CAUSE && !of_requests) /* their responses tell more */
            retention_tell(in, told[i], members, n);
    }
    if (ok)
        *ret = explained_by(NULL, by, orphans, count, orphans);
    free(by);
    free(members);
    return ok || err_nomem(err, count * sizeof *by, "responses");
}

static bool judge(struct rule_input *in, const struct node_list *all, bool of_requests,
                  struct err *err)
{
    uint32_t *orphans = malloc((all->count + 1) * sizeof *orphans);
    size_t count = 0;
    bool ok = true;
    if (!orphans)
        return err_nomem(err, all->count * sizeof *orphans, "responses");
    for (size_t i = 0; i < all->count; i++) {
        uint32_t n = all->nodes[i];
        if ((of_requests ? is_orphan_request : is_orphan)(in->js, n) && !finding_of_node(in, n))
            orphans[count++] = n;
    }
    ok = leave_explained(in, orphans, count, of_requests, &count, err);
    if (ok && count >= ORPHANS_LEAST && count > ORPHANS_PER_SOCKET * in->census->sockets)
        ok = report(in, orphans, count, of_requests, err);
    free(orphans);
    return ok;
}

bool rule_request_retention(struct rule_input *in, struct err *err)
{
    return judge(in, &in->census->responses, false, err) &&
           judge(in, &in->census->named[CENSUS_MESSAGES], true, err);
}
