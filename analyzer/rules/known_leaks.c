/* The table of Next.js' own leaks: see known_leaks.h.
 *
 * Versions were read in the published packages; where only an issue claims them, what the rule says
 * of it is no more than a warning.
 */
#include "analyzer/rules/known_leaks.h"

#include "analyzer/identity.h"

#define V NEXT_VERSION
#define LAST 999

static const char router_around[] =
    "# nginx: paths that the app does not have never reach Next.js\n"
    "location ~ ^/(_next/|api/|blog/|products/|$) { proxy_pass http://127.0.0.1:3000; }\n"
    "location / { return 404; }";

static const char plain_fetch[] =
    "import { fetch } from 'undici' // npm install undici; not the fetch that Next.js patches\n"
    "const response = await fetch(url)";

static const struct known_leak leaks[LEAK_COUNT] = {
    [LEAK_ROUTER_UNBOUNDED] =
        {
            .issue = "#89033",
            .affected = {{V(15, 5, 0), V(15, 5, 10)}, {V(16, 0, 0), V(16, 1, LAST)}},
            .affected_text = "15.5.0 .. 15.5.10, 16.0.0 .. 16.1.7",
            .fixed_text = "15.5.11 and 16.2.0 (capped at 1,048,576 paths), 16.3.0 (at 8 MiB)",
            .upgrade = "npm install next@^16.3.0  # staying on 15: next@^15.5.11, which still "
                       "keeps up to 1,048,576 paths",
            .upgrade_why = "An entry for a path without a file counted as size 0, so that the LRU "
                           "never evicted one.",
            .around_title = "Keep unknown paths away from Next.js until then",
            .around_where = "nginx.conf",
            .around = router_around,
            .around_why = "Each path that is no file of the app adds an entry: scanners and "
                          "crawlers fill it.",
        },
    [LEAK_ROUTER_CAPPED] =
        {
            .issue = "#94890",
            .affected = {{V(15, 5, 11), V(15, 5, LAST)}, {V(16, 2, 0), V(16, 2, LAST)}},
            .affected_text = "15.5.11 .. 15.5.29, 16.2.x",
            .fixed_text = "16.3.0 (bounded at 8 MiB)",
            .upgrade = "npm install next@^16.3.0",
            .upgrade_why = "Until then an entry counts as 1 whatever its path's length, and the "
                           "bound is 1,048,576 entries: 170 to 340 MB in each process.",
            .around_title = "Keep unknown paths away from Next.js until then",
            .around_where = "nginx.conf",
            .around = router_around,
            .around_why = "Each path that is no file of the app adds an entry: scanners and "
                          "crawlers fill it.",
        },
    [LEAK_FETCH_METRICS] =
        {
            .issue = "#64212",
            .affected = {{V(13, 4, 0), V(14, 1, LAST)}},
            .affected_text = "13.4 .. 14.1",
            .fixed_text = "14.2.0",
            .upgrade = "npm install next@^14.2.0",
            .upgrade_why = "Each fetch() outside of an App Router render (getServerSideProps, API "
                           "routes, timers) adds a record to one list for ever, and each new one "
                           "scans that list.",
            .around_title = "Use a fetch that Next.js did not patch",
            .around_where = "pages and API routes that fetch",
            .around = plain_fetch,
            .around_why = "Only the patched fetch keeps records.",
        },
    [LEAK_USE_CACHE_REQUESTS] =
        {
            .issue = NULL,
            .affected = {{V(15, 2, 0), V(16, 2, LAST)}},
            .affected_text = "seen in 15.5 and 16.0 on Node 20",
            .fixed_text = "not seen in 16.4.6, nor on Node 24",
            .upgrade = "npm install next@^16.4.6\nnvm install 24",
            .upgrade_why = "A stream in the cache holds the AsyncLocalStorage store of the request "
                           "that filled it: 120 kB each, of which the cache counts only the text.",
            .around_title = "Or run it on Node 24",
            .around_where = "Dockerfile",
            .around = "FROM node:24-slim",
            .around_why = "Node 24 does not keep the store at each promise.",
        },
    [LEAK_USE_CACHE_ENTRIES] =
        {
            .issue = NULL,
            .affected = {{V(15, 0, 0), V(15, 1, LAST)}},
            .affected_text = "15.0, 15.1",
            .fixed_text = "15.2.0 (50 MiB)",
            .upgrade = "npm install next@^15.2.0",
            .upgrade_why = "The bound of the 'use cache' handler is 50,000,000 entries instead of "
                           "bytes.",
        },
    [LEAK_TIMEOUT_IDS] =
        {
            .issue = "#95094",
            .affected = {{V(13, 0, 0), V(15, 5, LAST)}, {V(16, 0, 0), V(16, 2, LAST)}},
            .affected_text = "to 15.5.29, 16.0.0 .. 16.2.12",
            .fixed_text = "16.3.0",
            .upgrade = "npm install next@^16.3.0",
            .upgrade_why = "The sandbox of middleware and edge routes keeps the id of each timeout "
                           "until it is cleared; those that fire stay, and each clear copies the "
                           "whole list.",
            .around_title = "Clear each timeout, those that have fired too",
            .around_where = "middleware.js",
            .around = "const timer = setTimeout(() => { clearTimeout(timer); work() }, 100)",
            .around_why = "clearTimeout takes the id out of the list.",
        },
    [LEAK_CLONED_BODIES] =
        {
            .issue = "#85914",
            .affected = {{V(13, 4, 0), V(15, 5, LAST)}, {V(16, 0, 0), V(16, 1, LAST)}},
            .affected_text = "to 15.5.29, 16.0.0 .. 16.1.7",
            .fixed_text = "16.2.0",
            .upgrade = "npm install next@^16.2.0",
            .upgrade_why = "The patched fetch clones responses and lets go of one of the two "
                           "clones only: the other keeps its bytes.",
            .around_title = "Use a fetch that Next.js did not patch for large bodies",
            .around_where = "the code that fetches",
            .around = plain_fetch,
            .around_why = "Its responses are not cloned.",
        },
    [LEAK_ABORT_SIGNALS] =
        {
            .issue = "#97938",
            .affected = {{V(16, 3, 0), V(16, 3, 4)}},
            .affected_text = "16.3.0 .. 16.3.4 with cacheComponents",
            .fixed_text = "16.3.5",
            .upgrade = "npm install next@^16.3.5",
            .upgrade_why = "The signal of each prerender stays and holds what was rendered.",
        },
    [LEAK_ROUTE_INDEX] =
        {
            .issue = NULL,
            .affected_text = "all versions",
            .fixed_text = "none",
            .around_title = "Answer only the paths that exist",
            .around_where = "the page with generateStaticParams or getStaticPaths",
            .around = "export const dynamicParams = false // app\n"
                      "// pages: getStaticPaths returns { paths, fallback: false }",
            .around_why = "Each path that was ever rendered keeps 100 to 330 bytes for ever; made "
                          "up paths too.",
        },
    [LEAK_ERRORS] =
        {
            .issue = "#97899",
            .affected = {{V(16, 3, 0), V(16, 3, 4)}},
            .affected_text = "claimed for 16.3.0 .. 16.3.4, like #97316 and #84648",
            .fixed_text = "16.3.5 for those",
            .upgrade = "npm install next@^16.3.5",
            .upgrade_why = "An error whose stack nobody has read holds the functions of its "
                           "frames, and with them what the render had at hand.",
            .around_title = "Keep messages, not errors",
            .around_where = "the code that collects errors",
            .around =
                "failures.push(String(error.stack)) // reading the stack lets go of its frames",
            .around_why = "The text is made once and the frames are dropped.",
        },
};

const struct known_leak *known_leak(enum known_leak_id id)
{
    return &leaks[id];
}

enum standing known_leak_standing(const struct known_leak *k, const struct next_info *next)
{
    if (!k->affected[0].to)
        return STANDING_AFFECTED;
    if (!next->found || !next->version_max)
        return STANDING_POSSIBLE;
    bool touched = false;
    for (size_t i = 0; i < KNOWN_RANGES_MAX && k->affected[i].to; i++) {
        const struct version_range *r = &k->affected[i];
        if (next->version_min >= r->from && next->version_max <= r->to)
            return STANDING_AFFECTED;
        touched = touched || (next->version_min <= r->to && next->version_max >= r->from);
    }
    bool decided = next->certainty >= CERTAINTY_LIKELY || !touched;
    return decided ? STANDING_FIXED : STANDING_POSSIBLE;
}

static unsigned confidence_of(const struct next_info *next, enum standing standing)
{
    if (standing == STANDING_POSSIBLE)
        return 60;
    return next->certainty == CERTAINTY_EXACT ? 95 : 80;
}

/* A shape that only affected versions make stands above what is known of the version. */
static enum standing standing_of(struct rule_input *in, enum known_leak_id which, bool proven)
{
    return proven ? STANDING_AFFECTED : known_leak_standing(known_leak(which), &in->analysis->next);
}

void known_leak_advise(struct rule_input *in, struct finding *f, const struct known_leak *k)
{
    if (k->upgrade)
        advice_add(in, f, "Upgrade Next.js to a version that has the fix", NULL, k->upgrade,
                   k->upgrade_why);
    if (k->around)
        advice_add(in, f, k->around_title, k->around_where, k->around, k->around_why);
}

void known_leak_put_versions(struct rule_input *in, struct finding *f, const struct known_leak *k,
                             enum standing standing)
{
    static const char *const word[] = {
        [STANDING_AFFECTED] = "has it",
        [STANDING_POSSIBLE] = "may have it",
        [STANDING_FIXED] = "does not have it",
    };
    const struct next_info *next = &in->analysis->next;
    evidence_add(in, f, NO_NODE, "%s%saffected: %s; fixed: %s; this is Next.js %s, which %s",
                 k->issue ? k->issue : "", k->issue ? ": " : "", k->affected_text, k->fixed_text,
                 next->version ? next->version : "of an unknown version", word[standing]);
}

struct finding *known_leak_report(struct rule_input *in, enum known_leak_id which,
                                  enum severity severity, uint32_t n, bool proven)
{
    const struct known_leak *k = known_leak(which);
    enum standing standing = standing_of(in, which, proven);
    if (standing == STANDING_FIXED)
        severity = SEVERITY_INFO;
    if (standing == STANDING_POSSIBLE && severity > SEVERITY_WARN)
        severity = SEVERITY_WARN;
    struct finding *f = finding_add(in, KNOWN_LEAK_RULE, severity, n);
    if (!f)
        return NULL;
    f->issue = k->issue;
    f->confidence = confidence_of(&in->analysis->next, standing);
    known_leak_put_versions(in, f, k, standing);
    if (standing != STANDING_FIXED)
        known_leak_advise(in, f, k);
    return f;
}
