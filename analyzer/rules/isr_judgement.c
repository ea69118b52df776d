/* Settings of the cache judged: see isr_judgement.h. */
#include "analyzer/rules/isr_judgement.h"

#include <string.h>

#include "base/text.h"

/* Nobody means a cache of less: the number was taken for pages, or for megabytes. */
#define LEAST_SENSIBLE_BYTES 65536
/* The cache would fill V8's heap, 2 to 4 GB by default, before it drops anything. */
#define MOST_SENSIBLE_BYTES ((uint64_t)2 << 30)

bool isr_is_size_key(const char *key)
{
    return !strcmp(key, "isrMemoryCacheSize") || !strcmp(key, "cacheMaxMemorySize");
}

bool isr_is_handler_key(const char *key)
{
    return !strcmp(key, "cacheHandler") || !strcmp(key, "incrementalCacheHandlerPath") ||
           !strcmp(key, "cacheHandlers");
}

size_t isr_row(const struct isr_setting *s, bool any_place)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (!strcmp(setting_rows[i].key, s->key) &&
            (any_place || setting_rows[i].place == s->place))
            return i;
    }
    return SETTING_COUNT;
}

static const char *consequence(const char *key)
{
    return isr_is_size_key(key) ? "the cache has its default size" : "the handler is not used";
}

/* A key that the version ignores, or that it looks for elsewhere. */
static bool judge_key(const struct next_info *next, const struct isr_setting *s,
                      struct arena *arena, struct isr_judgement *ret)
{
    size_t row = isr_row(s, false);
    ret->severity = SEVERITY_WARN;
    if (row == SETTING_COUNT) {
        size_t other = isr_row(s, true);
        if (other == SETTING_COUNT || setting_fit(next, (enum next_setting)other) != FIT_ALL)
            return false;
        ret->title =
            arena_printf(arena, "%s stands at the wrong place, %s reads it as %s: %s", s->key,
                         next_version_words(next, arena),
                         setting_text((enum next_setting)other, arena), consequence(s->key));
        return true;
    }
    if (setting_fit(next, (enum next_setting)row) != FIT_NONE)
        return false;
    ret->title =
        arena_printf(arena, "%s is set, which %s ignores (it is for %s): %s",
                     setting_text((enum next_setting)row, arena), next_version_words(next, arena),
                     setting_versions((enum next_setting)row, arena), consequence(s->key));
    return true;
}

static const char *bytes_words(uint64_t bytes, struct arena *arena)
{
    struct buf b = {0};
    text_put_bytes(&b, bytes);
    const char *text = arena_strndup(arena, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

static bool judge_size(const struct isr_setting *s, struct arena *arena, struct isr_judgement *ret)
{
    ret->severity = SEVERITY_WARN;
    if (s->number && s->number < LEAST_SENSIBLE_BYTES) {
        ret->title = arena_printf(arena,
                                  "%s: %llu in next.config.js is a size in bytes, not in "
                                  "pages: nothing fits, nothing is cached in memory",
                                  s->key, (unsigned long long)s->number);
        return true;
    }
    if (s->number >= MOST_SENSIBLE_BYTES) {
        ret->title = arena_printf(arena,
                                  "%s is set to %s: V8's heap is full before the cache "
                                  "drops anything",
                                  s->key, bytes_words(s->number, arena));
        return true;
    }
    if (s->number || s->has_handler)
        return false;
    ret->severity = SEVERITY_INFO;
    ret->title = arena_printf(arena,
                              "%s is 0 and there is no cache handler: every page is "
                              "read from the disk anew",
                              s->key);
    return true;
}

bool isr_judge(const struct next_info *next, const struct isr_setting *s, struct arena *arena,
               struct isr_judgement *ret)
{
    if (!isr_is_size_key(s->key) && !isr_is_handler_key(s->key))
        return false;
    if (s->is_own && judge_key(next, s, arena, ret))
        return true;
    return s->is_number && isr_is_size_key(s->key) && judge_size(s, arena, ret);
}
