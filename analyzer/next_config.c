/* Settings by version, and lines for next.config.js: see next_config.h. */
#include "analyzer/next_config.h"

#include <string.h>

#include "base/buf.h"

#define V NEXT_VERSION
#define END NEXT_PATCH_END
#define ON NEXT_VERSION_END

const struct setting_row setting_rows[SETTING_COUNT] = {
    [SETTING_ISR_MEMORY_CACHE_SIZE] = {"isrMemoryCacheSize",
                                       PLACE_EXPERIMENTAL,
                                       UNIT_BYTES,
                                       {{V(11, 1, 0), V(14, 0, END)}},
                                       "50 * 1024 * 1024"},
    [SETTING_CACHE_MAX_MEMORY_SIZE] =
        {"cacheMaxMemorySize", PLACE_TOP, UNIT_BYTES, {{V(14, 1, 0), ON}}, "50 * 1024 * 1024"},
    [SETTING_INCREMENTAL_CACHE_HANDLER_PATH] = {"incrementalCacheHandlerPath",
                                                PLACE_EXPERIMENTAL,
                                                UNIT_PATH,
                                                {{V(12, 2, 0), V(14, 0, END)}},
                                                NULL},
    [SETTING_CACHE_HANDLER] = {"cacheHandler", PLACE_TOP, UNIT_PATH, {{V(14, 1, 0), ON}}, NULL},
    [SETTING_EXPERIMENTAL_CACHE_HANDLERS] =
        {"cacheHandlers", PLACE_EXPERIMENTAL, UNIT_PATHS, {{V(15, 0, 0), V(15, 999, END)}}, NULL},
    [SETTING_CACHE_HANDLERS] = {"cacheHandlers", PLACE_TOP, UNIT_PATHS, {{V(16, 0, 0), ON}}, NULL},
    [SETTING_ISR_FLUSH_TO_DISK] =
        {"isrFlushToDisk", PLACE_EXPERIMENTAL, UNIT_SWITCH, {{V(11, 1, 0), ON}}, "true"},
    [SETTING_PRELOAD_ENTRIES_ON_START] =
        {"preloadEntriesOnStart", PLACE_EXPERIMENTAL, UNIT_SWITCH, {{V(14, 2, 0), ON}}, "true"},
    [SETTING_SERVER_MINIFICATION] =
        {"serverMinification", PLACE_EXPERIMENTAL, UNIT_SWITCH, {{V(13, 4, 0), ON}}, "true"},
    [SETTING_SERVER_SOURCE_MAPS] =
        {"serverSourceMaps", PLACE_EXPERIMENTAL, UNIT_SWITCH, {{V(13, 4, 0), ON}}, "false"},
    [SETTING_IMG_OPT_CONCURRENCY] =
        {"imgOptConcurrency", PLACE_EXPERIMENTAL, UNIT_THREADS, {{V(15, 0, 0), ON}}, NULL},
    [SETTING_IMAGES_MAXIMUM_RESPONSE_BODY] = {"maximumResponseBody",
                                              PLACE_IMAGES,
                                              UNIT_BYTES,
                                              {{V(15, 5, 10), V(15, 5, END)}, {V(16, 1, 5), ON}},
                                              "50_000_000"},
    [SETTING_IMAGES_UNOPTIMIZED] =
        {"unoptimized", PLACE_IMAGES, UNIT_SWITCH, {{V(12, 2, 0), ON}}, "false"},
    /* The loader itself is older; a file for it makes it the application's own. */
    [SETTING_IMAGES_LOADER] = {"loader", PLACE_IMAGES, UNIT_WORD, {{V(10, 0, 0), ON}}, "'default'"},
    [SETTING_IMAGES_LOADER_FILE] =
        {"loaderFile", PLACE_IMAGES, UNIT_PATH, {{V(13, 0, 0), ON}}, NULL},
};

/* -- versions and settings -- */

static struct version_span range_found(const struct next_info *next)
{
    if (!next->found || next->certainty == CERTAINTY_NONE || !next->version_max)
        return (struct version_span){0, NEXT_VERSION_END};
    return (struct version_span){next->version_min, next->version_max};
}

static bool meet(struct version_span a, struct version_span b, struct version_span *ret)
{
    if (!a.to || !b.to || a.from > b.to || b.from > a.to)
        return false;
    ret->from = a.from > b.from ? a.from : b.from;
    ret->to = a.to < b.to ? a.to : b.to;
    return true;
}

/* Of an ordered list of spans: none, some or all of `range`. */
static enum fit fit_of(struct version_span range, const struct version_span *spans, size_t count)
{
    bool some = false, all = false;
    for (size_t i = 0; i < count; i++) {
        struct version_span common;
        if (!meet(range, spans[i], &common))
            continue;
        some = true;
        all |= common.from == range.from && common.to == range.to;
    }
    return all ? FIT_ALL : some ? FIT_PARTLY : FIT_NONE;
}

enum fit setting_fit(const struct next_info *next, enum next_setting s)
{
    return fit_of(range_found(next), setting_rows[s].spans, SETTING_SPANS_MAX);
}

const char *setting_text(enum next_setting s, struct arena *arena)
{
    static const char *const places[] = {
        [PLACE_TOP] = "", [PLACE_EXPERIMENTAL] = "experimental.", [PLACE_IMAGES] = "images."};
    return arena_printf(arena, "%s%s", places[setting_rows[s].place], setting_rows[s].key);
}

static const char *spans_text(const struct version_span *spans, size_t count, struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; i < count && spans[i].to; i++)
        text = arena_printf(arena, "%s%s%s", text, i ? ", " : "",
                            next_versions_text(spans[i].from, spans[i].to, arena));
    return text;
}

const char *setting_versions(enum next_setting s, struct arena *arena)
{
    return spans_text(setting_rows[s].spans, SETTING_SPANS_MAX, arena);
}

const char *next_version_words(const struct next_info *next, struct arena *arena)
{
    return next->version ? arena_printf(arena, "Next.js %s", next->version)
                         : "a Next.js of unknown version";
}

/* -- lines -- */

/* The versions that have all settings of a form. */
static size_t form_spans(const struct setting_form *form, struct version_span *ret)
{
    size_t count = 0;
    for (size_t i = 0; i < SETTING_SPANS_MAX; i++) {
        struct version_span span = setting_rows[form->lines[0].setting].spans[i];
        bool common = span.to != 0;
        for (size_t k = 1; k < form->count && common; k++)
            common = meet(span, setting_rows[form->lines[k].setting].spans[0], &span);
        if (common)
            ret[count++] = span;
    }
    return count;
}

static void put_line(struct buf *b, const struct setting_line *l, const char *indent)
{
    buf_printf(b, "%s%s: %s,", indent, setting_rows[l->setting].key, l->value);
    if (l->note)
        buf_printf(b, " // %s", l->note);
    buf_putc(b, '\n');
}

static void put_form(struct buf *b, const struct setting_form *form)
{
    static const struct {
        enum setting_place place;
        const char *open, *indent, *close;
    } groups[] = {{PLACE_TOP, "", "  ", ""},
                  {PLACE_EXPERIMENTAL, "  experimental: {\n", "    ", "  },\n"},
                  {PLACE_IMAGES, "  images: {\n", "    ", "  },\n"}};
    buf_puts(b, "module.exports = {\n");
    for (size_t g = 0; g < ARRAY_LEN(groups); g++) {
        bool open = false;
        for (size_t i = 0; i < form->count; i++) {
            if (setting_rows[form->lines[i].setting].place != groups[g].place)
                continue;
            buf_puts(b, open ? "" : groups[g].open);
            open = true;
            put_line(b, &form->lines[i], groups[g].indent);
        }
        buf_puts(b, open ? groups[g].close : "");
    }
    buf_putc(b, '}');
}

/* Only one form can be live: pasted as a whole, the others must not undo it. */
static void put_commented(struct buf *b, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        buf_puts(b, "\n// ");
        buf_append(b, text, len);
        text += len + (text[len] == '\n');
    }
}

const char *next_config_lines(const struct next_info *next, const struct setting_form *forms,
                              size_t count, struct arena *arena)
{
    struct version_span range = range_found(next), spans[SETTING_SPANS_MAX];
    struct buf b = {0}, one = {0};
    unsigned shown = 0;
    for (size_t i = 0; i < count; i++) {
        size_t span_count = form_spans(&forms[i], spans);
        enum fit fit = fit_of(range, spans, span_count);
        if (fit == FIT_NONE)
            continue;
        buf_clear(&one);
        put_form(&one, &forms[i]);
        if (fit == FIT_PARTLY)
            buf_printf(&b, "%s// Next.js %s%s:", shown ? "\n" : "",
                       spans_text(spans, span_count, arena), shown ? ", instead" : "");
        if (shown++)
            put_commented(&b, buf_str(&one));
        else
            buf_printf(&b, "%s%s", fit == FIT_PARTLY ? "\n" : "", buf_str(&one));
    }
    arena->failed |= b.failed || one.failed;
    const char *text = shown ? arena_strdup(arena, buf_str(&b)) : NULL;
    buf_release(&b);
    buf_release(&one);
    return text;
}

/* 52428800 is written as 50 * 1024 * 1024, so that nobody takes it for pages. */
static const char *size_text(uint64_t bytes, struct arena *arena)
{
    uint64_t mib = bytes >> 20;
    if (bytes && mib << 20 == bytes)
        return arena_printf(arena, "%llu * 1024 * 1024", (unsigned long long)mib);
    return arena_printf(arena, "%llu", (unsigned long long)bytes);
}

const char *next_cache_limit_lines(const struct next_info *next, uint64_t bytes,
                                   struct arena *arena)
{
    const char *size = size_text(bytes, arena);
    const char *note = bytes ? "bytes, for each process" : "bytes: 0 turns the in-memory cache off";
    const struct setting_form forms[] = {
        {{{SETTING_CACHE_MAX_MEMORY_SIZE, size, note}}, 1},
        {{{SETTING_ISR_MEMORY_CACHE_SIZE, size, note}}, 1},
    };
    return next_config_lines(next, forms, ARRAY_LEN(forms), arena);
}

const char *next_cache_handler_lines(const struct next_info *next, struct arena *arena)
{
    static const char path[] = "require.resolve('./cache-handler.js')";
    static const char note[] = "the handler is the only cache";
    static const struct setting_form forms[] = {
        {{{SETTING_CACHE_HANDLER, path, NULL}, {SETTING_CACHE_MAX_MEMORY_SIZE, "0", note}}, 2},
        {{{SETTING_INCREMENTAL_CACHE_HANDLER_PATH, path, NULL},
          {SETTING_ISR_MEMORY_CACHE_SIZE, "0", note}},
         2},
    };
    return next_config_lines(next, forms, ARRAY_LEN(forms), arena);
}

const char *next_use_cache_handler_lines(const struct next_info *next, struct arena *arena)
{
    static const char paths[] = "{ default: require.resolve('./use-cache-handler.js') }";
    static const struct setting_form forms[] = {
        {{{SETTING_CACHE_HANDLERS, paths, NULL}}, 1},
        {{{SETTING_EXPERIMENTAL_CACHE_HANDLERS, paths, NULL}}, 1},
    };
    return next_config_lines(next, forms, ARRAY_LEN(forms), arena);
}

static const char *single(const struct next_info *next, struct setting_line line,
                          struct arena *arena)
{
    const struct setting_form form = {{line}, 1};
    return next_config_lines(next, &form, 1, arena);
}

const char *next_image_loader_lines(const struct next_info *next, struct arena *arena)
{
    static const struct setting_form form = {
        {{SETTING_IMAGES_LOADER_FILE, "'./image-loader.js'", "returns the CDN's URL of an image"},
         {SETTING_IMAGES_LOADER, "'custom'", NULL}},
        2};
    return next_config_lines(next, &form, 1, arena);
}

const char *next_unoptimized_lines(const struct next_info *next, struct arena *arena)
{
    return single(next, (struct setting_line){SETTING_IMAGES_UNOPTIMIZED, "true", NULL}, arena);
}

const char *next_image_threads_lines(const struct next_info *next, struct arena *arena)
{
    return single(next, (struct setting_line){SETTING_IMG_OPT_CONCURRENCY, "1", "threads of sharp"},
                  arena);
}

const char *next_image_body_lines(const struct next_info *next, struct arena *arena)
{
    return single(next,
                  (struct setting_line){SETTING_IMAGES_MAXIMUM_RESPONSE_BODY, "10_000_000",
                                        "bytes of an original image"},
                  arena);
}

const char *next_option(const struct next_info *next, const char *key)
{
    for (size_t i = 0; i < next->option_count; i++) {
        if (!strcmp(next->options[i].key, key))
            return next->options[i].value;
    }
    return NULL;
}

bool next_has_server_minification(const struct next_info *next)
{
    const char *now = next_option(next, "experimental.serverMinification");
    return next->found && setting_fit(next, SETTING_SERVER_MINIFICATION) == FIT_ALL &&
           !(now && !strcmp(now, "false"));
}
