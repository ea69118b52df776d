/* Lines for next.config.js: see next_config.h. */
#include "analyzer/next_config.h"

#include "analyzer/identity.h"

#define ISR_FIRST NEXT_VERSION(11, 1, 0)
#define MAX_FIRST NEXT_VERSION(14, 1, 0)

enum cache_key next_cache_key(const struct next_info *next)
{
    if (!next->found || next->certainty == CERTAINTY_NONE)
        return CACHE_KEY_UNKNOWN;
    if (next->version_min >= MAX_FIRST)
        return CACHE_KEY_MAX;
    if (next->version_max < ISR_FIRST)
        return CACHE_KEY_NONE;
    return next->version_min >= ISR_FIRST && next->version_max < MAX_FIRST ? CACHE_KEY_ISR
                                                                           : CACHE_KEY_UNKNOWN;
}

/* 52428800 is written as 50 * 1024 * 1024, so that nobody takes it for pages. */
static const char *size_text(uint64_t bytes, struct arena *arena)
{
    uint64_t mib = bytes >> 20;
    if (bytes && mib << 20 == bytes)
        return arena_printf(arena, "%llu * 1024 * 1024", (unsigned long long)mib);
    return arena_printf(arena, "%llu", (unsigned long long)bytes);
}

static const char *note(uint64_t bytes)
{
    return bytes ? "bytes, for each process" : "bytes: 0 turns the in-memory cache off";
}

static const char *max_line(uint64_t bytes, struct arena *arena)
{
    return arena_printf(arena, "  cacheMaxMemorySize: %s, // %s\n", size_text(bytes, arena),
                        note(bytes));
}

static const char *isr_line(uint64_t bytes, struct arena *arena)
{
    return arena_printf(arena, "  experimental: { isrMemoryCacheSize: %s }, // %s\n",
                        size_text(bytes, arena), note(bytes));
}

const char *next_cache_limit_lines(const struct next_info *next, uint64_t bytes,
                                   struct arena *arena)
{
    switch (next_cache_key(next)) {
    case CACHE_KEY_MAX:
        return arena_printf(arena, "module.exports = {\n%s}", max_line(bytes, arena));
    case CACHE_KEY_ISR:
        return arena_printf(arena, "module.exports = {\n%s}", isr_line(bytes, arena));
    case CACHE_KEY_NONE:
        return NULL;
    case CACHE_KEY_UNKNOWN:
        break;
    }
    return arena_printf(arena,
                        "module.exports = {\n  // Next.js 14.1 and later:\n%s"
                        "  // Next.js 11.1 to 14.0, instead:\n  // %s}",
                        max_line(bytes, arena), isr_line(bytes, arena) + 2);
}

const char *next_cache_handler_lines(const struct next_info *next, struct arena *arena)
{
    static const char newer[] = "  cacheHandler: require.resolve('./cache-handler.js'),\n"
                                "  cacheMaxMemorySize: 0, // the handler is the only cache\n";
    static const char older[] = "  experimental: {\n"
                                "    incrementalCacheHandlerPath: "
                                "require.resolve('./cache-handler.js'),\n"
                                "    isrMemoryCacheSize: 0, // the handler is the only cache\n"
                                "  },\n";
    switch (next_cache_key(next)) {
    case CACHE_KEY_MAX:
        return arena_printf(arena, "module.exports = {\n%s}", newer);
    case CACHE_KEY_ISR:
        return arena_printf(arena, "module.exports = {\n%s}", older);
    case CACHE_KEY_NONE:
        return NULL;
    case CACHE_KEY_UNKNOWN:
        break;
    }
    return arena_printf(arena,
                        "// Next.js 14.1 and later:\nmodule.exports = {\n%s}\n"
                        "// Next.js 12.2 to 14.0, instead:\nmodule.exports = {\n%s}",
                        newer, older);
}

bool next_has_server_minification(const struct next_info *next)
{
    return next->found && next->version_min >= NEXT_VERSION(13, 4, 0);
}
