/* The largest of many, and more of them on demand: a list of millions of which a screen shows
 * thirty.
 *
 * A round offers every candidate once and keeps the best `more` that come behind those already
 * known, so memory is that of the rows asked for, and a round costs one comparison for most
 * candidates: ranking_begin(r, 256, err);  for each: ranking_offer(r, key, item);  ranking_end(r);
 * Larger keys come first; `precedes` orders equal keys and must be a total order on items.
 */
#ifndef MORTEM_ANALYZER_RANKING_H
#define MORTEM_ANALYZER_RANKING_H

#include "base/err.h"

struct ranked {
    uint64_t key;
    uint64_t item;
};

struct ranking {
    struct ranked *rows;
    size_t known; /* rows[0..known) are final */
    size_t fresh; /* of this round, behind them: a heap with the last on top */
    size_t more;  /* at most so many this round */
    bool (*precedes)(void *ctx, uint64_t a, uint64_t b);
    void *ctx;
};

void ranking_release(struct ranking *r);

bool ranking_begin(struct ranking *r, size_t more, struct err *err) WARN_UNUSED;
void ranking_offer(struct ranking *r, uint64_t key, uint64_t item);
void ranking_end(struct ranking *r);

#endif
