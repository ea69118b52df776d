/* The settings of next.config.js that matter for memory, and the versions that have them.
 *
 * A setting that a version does not have is ignored at best, and under `images` it ends Next.js
 * from 13.5 on. So lines to paste are made of forms (one for each group of versions), and only
 * those are shown that some version in the range found has; where it is all of them, that one
 * alone. Sizes are in bytes in every version, never in pages.
 */
#ifndef MORTEM_ANALYZER_NEXT_CONFIG_H
#define MORTEM_ANALYZER_NEXT_CONFIG_H

#include "analyzer/analysis.h"
#include "analyzer/next_version.h"

enum setting_place {
    PLACE_TOP,
    PLACE_EXPERIMENTAL,
    PLACE_IMAGES,
};

enum setting_unit {
    UNIT_BYTES,
    UNIT_SWITCH, /* true or false */
    UNIT_PATH,
    UNIT_PATHS, /* a map of names to paths */
    UNIT_THREADS,
    UNIT_WORD,
};

enum next_setting {
    SETTING_ISR_MEMORY_CACHE_SIZE,
    SETTING_CACHE_MAX_MEMORY_SIZE,
    SETTING_INCREMENTAL_CACHE_HANDLER_PATH,
    SETTING_CACHE_HANDLER,
    SETTING_EXPERIMENTAL_CACHE_HANDLERS,
    SETTING_CACHE_HANDLERS,
    SETTING_ISR_FLUSH_TO_DISK,
    SETTING_PRELOAD_ENTRIES_ON_START,
    SETTING_SERVER_MINIFICATION,
    SETTING_SERVER_SOURCE_MAPS,
    SETTING_IMG_OPT_CONCURRENCY,
    SETTING_IMAGES_MAXIMUM_RESPONSE_BODY,
    SETTING_IMAGES_UNOPTIMIZED,
    SETTING_IMAGES_LOADER,
    SETTING_IMAGES_LOADER_FILE,
    SETTING_COUNT,
};

/* Versions from `from` to `to`, both included; 0, 0: none. */
struct version_span {
    uint32_t from, to;
};

#define SETTING_SPANS_MAX 2

struct setting_row {
    const char *key;
    enum setting_place place;
    enum setting_unit unit;
    struct version_span spans[SETTING_SPANS_MAX];
    const char *default_text; /* as it would be written; NULL: unset */
};

extern const struct setting_row setting_rows[SETTING_COUNT];

/* How much of the range found has the setting. Nothing known of the version: FIT_PARTLY. */
enum fit {
    FIT_NONE,
    FIT_PARTLY,
    FIT_ALL,
};

enum fit setting_fit(const struct next_info *next, enum next_setting s);

/* "experimental.isrMemoryCacheSize" */
const char *setting_text(enum next_setting s, struct arena *arena);
/* "11.1 to 14.0", "15.5.10 to 15.5, 16.1.5 and later" */
const char *setting_versions(enum next_setting s, struct arena *arena);
/* "Next.js 14.2.3", "Next.js 14.1 .. 14.2", "a Next.js of unknown version" */
const char *next_version_words(const struct next_info *next, struct arena *arena);

struct setting_line {
    enum next_setting setting;
    const char *value;
    const char *note; /* a comment behind it; NULL */
};

#define FORM_LINES_MAX 3

/* One way to write it, for the versions that have all of its settings. */
struct setting_form {
    struct setting_line lines[FORM_LINES_MAX];
    size_t count;
};

/* The whole of next.config.js in the forms, the newest first, that the version may have. NULL: it
 * has none of them. */
const char *next_config_lines(const struct next_info *next, const struct setting_form *forms,
                              size_t count, struct arena *arena);

/* Limits the cache of pages and fetches to `bytes`; 0 turns it off. NULL: to 11.0 nothing can be
 * set. */
const char *next_cache_limit_lines(const struct next_info *next, uint64_t bytes,
                                   struct arena *arena);

/* A cache handler of the user's in `./cache-handler.js`, and Next.js' own cache off. */
const char *next_cache_handler_lines(const struct next_info *next, struct arena *arena);
/* The same for what 'use cache' keeps. */
const char *next_use_cache_handler_lines(const struct next_info *next, struct arena *arena);

/* One setting of one form: images are made elsewhere, or not at all, or fewer at once. */
const char *next_image_loader_lines(const struct next_info *next, struct arena *arena);
const char *next_unoptimized_lines(const struct next_info *next, struct arena *arena);
const char *next_image_threads_lines(const struct next_info *next, struct arena *arena);
const char *next_image_body_lines(const struct next_info *next, struct arena *arena);

/* serverMinification: false keeps variables' names readable; it is there from 13.4 on, and of no
 * use where it is set already. */
bool next_has_server_minification(const struct next_info *next);

/* What the loaded configuration says, as far as the heap shows it; NULL: nothing. */
const char *next_option(const struct next_info *next, const char *key);

#endif
