/* The state of memory in a kernel's OOM report: Mem-Info and the cgroup's block, read by the words.
 *
 * The kernel changed the order and the lines of both with almost every version, but hardly a word:
 * so each line is cut into words and what is not known is passed over. rsyslog writes a record of
 * several lines as one, with "#012" for the line ends: that is a space here.
 */
#include "parsers/log_report.h"

struct word {
    const char *name;
    size_t offset;
};

/* -- words -- */

/* The next word up to a space or "#012". */
static bool next_word(struct span *s, struct span *ret)
{
    struct span rest = span_trim_left(*s);
    while (span_take(&rest, "#012"))
        rest = span_trim_left(rest);
    size_t n = 0;
    while (n < rest.len && !char_is_space(rest.p[n]) &&
           !(rest.p[n] == '#' && span_starts(span_from(rest, n), "#012")))
        n++;
    if (!n)
        return false;
    *ret = span_head(rest, n);
    *s = span_from(rest, n);
    return true;
}

/* "active_anon:5653768kB": name, value, and whether the value is in KiB. */
static bool take_pair(struct span word, struct span *ret_name, int64_t *ret_value, bool *ret_kib)
{
    size_t colon = span_find(word, ":");
    if (colon == SPAN_NONE || !colon)
        return false;
    struct span value = span_from(word, colon + 1);
    if (!span_take_signed(&value, ret_value))
        return false;
    *ret_name = span_head(word, colon);
    *ret_kib = span_starts(value, "kB") || span_starts(value, "KB");
    return true;
}

static struct number *member_of(struct oom_facts *f, const struct word *words, size_t count,
                                struct span name)
{
    for (size_t i = 0; i < count; i++)
        if (span_is(name, words[i].name))
            return (struct number *)((char *)f + words[i].offset);
    return NULL;
}

struct number number_after(struct span s, const char *key)
{
    int64_t v;
    size_t at = span_find(s, key);
    struct span rest = span_from(s, at == SPAN_NONE ? s.len : at + strlen(key));
    return span_take_signed(&rest, &v) ? (struct number){true, v} : (struct number){0};
}

static void add_to(struct number *n, int64_t value)
{
    if (value >= 0 && value < INT64_MAX / 2 && n->value < INT64_MAX / 2)
        *n = (struct number){true, n->value + value};
}

/* -- the machine -- */

static const struct word page_words[] = {
    {"active_anon", offsetof(struct oom_facts, active_anon_pages)},
    {"Active_anon", offsetof(struct oom_facts, active_anon_pages)},
    {"inactive_anon", offsetof(struct oom_facts, inactive_anon_pages)},
    {"active_file", offsetof(struct oom_facts, active_file_pages)},
    {"inactive_file", offsetof(struct oom_facts, inactive_file_pages)},
    {"unevictable", offsetof(struct oom_facts, unevictable_pages)},
    {"slab_reclaimable", offsetof(struct oom_facts, slab_reclaimable_pages)},
    {"slab_unreclaimable", offsetof(struct oom_facts, slab_unreclaimable_pages)},
    {"slab", offsetof(struct oom_facts, slab_unreclaimable_pages)}, /* 2.6.18: undivided */
    {"mapped", offsetof(struct oom_facts, mapped_pages)},
    {"shmem", offsetof(struct oom_facts, shmem_pages)},
    {"pagetables", offsetof(struct oom_facts, pagetables_pages)},
    {"free", offsetof(struct oom_facts, free_pages)},
};

/* "active_anon:1413442 inactive_anon:1509191 isolated_anon:0": values without a unit are pages. */
static bool take_pages(struct oom_facts *f, struct span s)
{
    struct span word, name;
    int64_t value;
    bool kib, any = false;
    while (next_word(&s, &word)) {
        if (!take_pair(word, &name, &value, &kib) || kib)
            continue;
        struct number *to = member_of(f, page_words, ARRAY_LEN(page_words), name);
        if (to)
            *to = (struct number){true, value};
        any |= to != NULL;
    }
    return any;
}

static const struct word zone_words[] = {
    {"free", offsetof(struct oom_zone, free_kib)},
    {"min", offsetof(struct oom_zone, min_kib)},
    {"low", offsetof(struct oom_zone, low_kib)},
    {"high", offsetof(struct oom_zone, high_kib)},
    {"present", offsetof(struct oom_zone, present_kib)},
    {"managed", offsetof(struct oom_zone, managed_kib)},
};

/* "DMA free:13312kB min:64kB low:80kB ... kernel_stack:16kB" behind "Node 0 " */
static void take_zone(struct oom_facts *f, struct number node, struct span name, struct span s)
{
    struct oom_zone zone = {.node = node};
    struct span word, key;
    int64_t value;
    bool kib;
    span_copy(zone.name, sizeof zone.name, name);
    while (next_word(&s, &word)) {
        if (!take_pair(word, &key, &value, &kib) || !kib)
            continue;
        for (size_t i = 0; i < ARRAY_LEN(zone_words); i++)
            if (span_is(key, zone_words[i].name))
                *(struct number *)((char *)&zone + zone_words[i].offset) =
                    (struct number){true, value};
        if (span_is(key, "kernel_stack"))
            add_to(&f->kernel_stack_kib, value);
    }
    if (f->zone_count < OOM_ZONES_MAX)
        f->zones[f->zone_count++] = zone;
}

/* "hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB" */
static void take_hugepages(struct oom_facts *f, struct span s)
{
    struct number total = number_after(s, "hugepages_total="), free = number_after(s, "_free="),
                  size = number_after(s, "hugepages_size=");
    if (!size.known || size.value < 0 || size.value > INT64_C(1) << 32 || total.value < 0 ||
        total.value > INT64_C(1) << 28 || free.value < 0 || free.value > INT64_C(1) << 28)
        return;
    add_to(&f->hugepages_total_kib, total.value * size.value);
    add_to(&f->hugepages_free_kib, free.value * size.value);
}

/* The first size of the free lists is the page's: "6676*4kB (UME) 2120*8kB". */
static bool take_free_lists(struct oom_facts *f, struct span s)
{
    uint64_t count, kib;
    s = span_trim_left(s);
    if (!span_take_number(&s, &count) || !span_take(&s, "*") || !span_take_number(&s, &kib) ||
        !span_starts(s, "kB"))
        return false;
    if (kib >= 4 && kib <= 64)
        f->page_kib = (int64_t)kib;
    return true;
}

/* A line of a node or zone; 2.6 on 32 bits has no "Node 0 ". */
static bool node_line(struct oom_facts *f, struct span s)
{
    uint64_t id;
    struct span word, name, rest;
    int64_t value;
    bool kib;
    struct number node = {0};
    if (span_take(&s, "Node ") && span_take_number(&s, &id))
        node = number_of(id);
    rest = s;
    if (!next_word(&rest, &name))
        return false;
    if (node.known && span_starts(name, "hugepages_total=")) {
        take_hugepages(f, s);
        return true;
    }
    if (name.p[name.len - 1] == ':')
        return take_free_lists(f, rest);
    if (span_starts(span_trim_left(rest), "free:") && span_find(rest, "min:") != SPAN_NONE) {
        take_zone(f, node, name, rest);
        return true;
    }
    if (!node.known || !take_pair(name, &word, &value, &kib) || !kib)
        return false;
    struct number stack = number_after(s, " kernel_stack:");
    if (stack.known)
        add_to(&f->kernel_stack_kib, stack.value);
    return true;
}

/* "4115400 pages RAM", "97082 pages reserved", "44659 total pagecache pages" */
static bool count_line(struct oom_facts *f, struct span s)
{
    static const struct word counts[] = {
        {" pages RAM", offsetof(struct oom_facts, ram_pages)},
        {" pages of RAM", offsetof(struct oom_facts, ram_pages)},
        {" pages reserved", offsetof(struct oom_facts, reserved_pages)},
        {" reserved pages", offsetof(struct oom_facts, reserved_pages)},
        {" total pagecache pages", offsetof(struct oom_facts, pagecache_pages)},
        {" pages in swap cache", offsetof(struct oom_facts, swap_cache_pages)},
    };
    uint64_t pages;
    if (!span_take_number(&s, &pages))
        return false;
    struct number *to = member_of(f, counts, ARRAY_LEN(counts), s);
    if (to)
        *to = number_of(pages);
    return to != NULL;
}

static bool swap_line(struct oom_facts *f, struct span s, uint64_t line)
{
    struct number total = number_after(s, "Total swap = "), free = number_after(s, "Free swap  = ");
    if (!free.known)
        free = number_after(s, "Free swap = ");
    if (total.known) {
        f->swap_total_kib = total;
        f->swap_line = line;
    }
    if (free.known)
        f->swap_free_kib = free;
    return total.known || free.known;
}

bool meminfo_starts(struct span payload)
{
    struct span s = span_trim(payload);
    return span_starts(s, "Mem-Info:") || span_starts(s, "Mem-info:") ||
           span_starts(s, "active_anon:") || span_starts(s, "Active_anon:");
}

bool meminfo_line(struct oom_facts *f, struct span payload, uint64_t line)
{
    struct span s = span_trim(payload);
    if (!s.len)
        return false;
    if (char_is_digit(*s.p))
        return count_line(f, s);
    if (span_starts(s, "Free swap") || span_starts(s, "Total swap"))
        return swap_line(f, s, line);
    if (span_starts(s, "Node ") || span_starts(s, "DMA") || span_starts(s, "Normal") ||
        span_starts(s, "HighMem"))
        return node_line(f, s);
    size_t colon = span_find(span_head(s, 24), ":");
    return colon != SPAN_NONE && span_find(span_head(s, colon), " ") == SPAN_NONE &&
           take_pages(f, s);
}

/* -- the cgroup -- */

/* In bytes since 5.x, one a line; the totals count the descendants of a v1 cgroup. */
static const struct word byte_words[] = {
    {"anon", offsetof(struct oom_facts, cgroup_anon_kib)},
    {"rss", offsetof(struct oom_facts, cgroup_anon_kib)},
    {"total_rss", offsetof(struct oom_facts, cgroup_anon_kib)},
    {"file", offsetof(struct oom_facts, cgroup_file_kib)},
    {"cache", offsetof(struct oom_facts, cgroup_file_kib)},
    {"total_cache", offsetof(struct oom_facts, cgroup_file_kib)},
    {"shmem", offsetof(struct oom_facts, cgroup_shmem_kib)},
    {"total_shmem", offsetof(struct oom_facts, cgroup_shmem_kib)},
    {"kernel", offsetof(struct oom_facts, cgroup_kernel_kib)},
    {"slab", offsetof(struct oom_facts, cgroup_slab_kib)},
    {"sock", offsetof(struct oom_facts, cgroup_sock_kib)},
    {"swap", offsetof(struct oom_facts, cgroup_swap_kib)},
    {"total_swap", offsetof(struct oom_facts, cgroup_swap_kib)},
};

/* "memory: usage 20480kB, limit 20480kB, failcnt 1204"; also of memory+swap (v1), swap (v2), kmem
 */
static bool usage_line(struct oom_facts *f, struct span s, uint64_t line)
{
    struct number usage = number_after(s, ": usage "), limit = number_after(s, "limit ");
    if (!usage.known)
        return false;
    if (span_starts(s, "memory: ")) {
        f->usage_kib = usage;
        f->limit_kib = limit;
        f->failcnt = number_after(s, "failcnt ");
        f->limit_line = line;
    } else if (span_starts(s, "swap: ")) {
        f->swap_usage_kib = usage;
        f->swap_limit_kib = limit;
        f->cgroup_version = number_of(2);
    } else if (span_starts(s, "memory+swap: ")) {
        f->memsw_usage_kib = usage;
        f->memsw_limit_kib = limit;
        f->cgroup_version = number_of(1);
    } else if (span_starts(s, "kmem: ")) {
        f->cgroup_kernel_kib = usage;
    } else {
        return false;
    }
    return true;
}

/* "Task in /a/b killed as a result of limit of /a", "Memory limit reached of cgroup /a" */
static bool old_limit_line(struct oom_facts *f, struct span s)
{
    static const char killed[] = " killed as a result of limit of ";
    size_t at = span_find(s, killed);
    if (span_take(&s, "Memory limit reached of cgroup ")) {
        span_copy(f->oom_memcg, sizeof f->oom_memcg, span_trim(s));
    } else if (at != SPAN_NONE && span_starts(s, "Task in ")) {
        struct span who = span_from(span_head(s, at), strlen("Task in "));
        span_copy(f->task_memcg, sizeof f->task_memcg, span_trim(who));
        span_copy(f->oom_memcg, sizeof f->oom_memcg, span_trim(span_from(s, at + strlen(killed))));
    } else {
        return false;
    }
    f->kind = OOM_MEMCG;
    return true;
}

/* "cache:0KB rss:980KB ..." of one cgroup: those of the descendants come as lines of their own and
 * are not in it, so that all are added up. */
static void take_kib_stats(struct oom_facts *f, struct span s)
{
    struct span word, name;
    int64_t value;
    bool kib;
    while (next_word(&s, &word)) {
        if (!take_pair(word, &name, &value, &kib) || !kib)
            continue;
        struct number *to = member_of(f, byte_words, ARRAY_LEN(byte_words), name);
        if (to)
            add_to(to, value);
    }
}

/* "anon 31154200576", any number of them */
static bool take_byte_stats(struct oom_facts *f, struct span s)
{
    struct span name, value;
    uint64_t bytes;
    bool any = false;
    while (next_word(&s, &name) && next_word(&s, &value)) {
        if (!span_take_number(&value, &bytes) || value.len)
            return any;
        struct number *to = member_of(f, byte_words, ARRAY_LEN(byte_words), name);
        if (to)
            *to = number_of(bytes / 1024);
        any = true;
    }
    return any;
}

/* "Memory cgroup stats for /path: cache:0KB ...", "Memory cgroup stats for /path:#012anon 0..." */
static bool stats_line(struct oom_facts *f, struct span s)
{
    static const char head[] = "Memory cgroup stats";
    if (!span_take(&s, head))
        return false;
    bool path = span_take(&s, " for ");
    size_t colon = span_find(s, ": "), end = span_find(s, ":#012");
    if (colon == SPAN_NONE)
        colon = end != SPAN_NONE ? end : s.len && s.p[s.len - 1] == ':' ? s.len - 1 : SPAN_NONE;
    if (colon == SPAN_NONE)
        return true;
    if (path && !f->oom_memcg[0])
        span_copy(f->oom_memcg, sizeof f->oom_memcg, span_head(s, colon));
    s = span_from(s, colon + 1);
    if (span_find(s, "KB") != SPAN_NONE)
        take_kib_stats(f, s);
    else
        (void)take_byte_stats(f, s);
    return true;
}

bool memcg_block_starts(struct span payload)
{
    struct span s = span_trim(payload);
    return span_starts(s, "memory: usage ") || span_starts(s, "Task in ") ||
           span_starts(s, "Memory limit reached of cgroup ");
}

bool memcg_line(struct oom_facts *f, struct span payload, uint64_t line)
{
    struct span s = span_trim(payload);
    if (!s.len)
        return false;
    switch (*s.p) {
    case 'T':
        return old_limit_line(f, s);
    case 'M':
        return old_limit_line(f, s) || stats_line(f, s);
    default:
        return usage_line(f, s, line) || (f->limit_line && take_byte_stats(f, s));
    }
}
