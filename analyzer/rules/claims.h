/* Which finding explains which bytes: one cause is reported once.
 *
 * A finding claims nodes; everything that a claimed node dominates is explained by it. A rule that
 * comes later leaves alone what is explained, and the bytes explained in all are counted once
 * however many findings claim them.
 */
#ifndef MORTEM_ANALYZER_RULES_CLAIMS_H
#define MORTEM_ANALYZER_RULES_CLAIMS_H

#include "analyzer/heap.h"
#include "base/u64_map.h"

struct claims {
    const struct heap *h;
    struct u64_map finding_of; /* node to the finding's place */
};

bool claims_init(struct claims *c, const struct heap *h, struct err *err) WARN_UNUSED;
void claims_release(struct claims *c);

/* The first finding to claim a node keeps it. */
bool claims_add(struct claims *c, uint32_t n, uint32_t finding, struct err *err) WARN_UNUSED;

/* Whose claim is n itself? false: nobody's. */
bool claims_of(const struct claims *c, uint32_t n, uint32_t *ret_finding);

/* Who claims n or what dominates it? Looks some hundred steps up: lists make deep trees. */
bool claims_explain(const struct claims *c, uint32_t n, uint32_t *ret_finding);

/* Retained by the claimed nodes together, each byte once. One sweep over the dominator tree. */
uint64_t claims_bytes(const struct claims *c);

#endif
