/* Settings by version: every boundary of the table, and lines that no version found would refuse.
 */
#include "analyzer/next_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct next_info exactly(uint32_t version)
{
    return (struct next_info){.found = true,
                              .certainty = CERTAINTY_EXACT,
                              .version_min = version,
                              .version_max = version};
}

static struct next_info between(uint32_t from, uint32_t to)
{
    return (struct next_info){
        .found = true, .certainty = CERTAINTY_RANGE, .version_min = from, .version_max = to};
}

#define V NEXT_VERSION

/* The last version without, the first with, the last with, the first without; 0: there is none. */
static const struct {
    enum next_setting setting;
    uint32_t before, first, last, behind;
} bounds[] = {
    {SETTING_ISR_MEMORY_CACHE_SIZE, V(11, 0, 1), V(11, 1, 0), V(14, 0, 4), V(14, 1, 0)},
    {SETTING_CACHE_MAX_MEMORY_SIZE, V(14, 0, 4), V(14, 1, 0), V(16, 4, 6), 0},
    {SETTING_INCREMENTAL_CACHE_HANDLER_PATH, V(12, 1, 6), V(12, 2, 0), V(14, 0, 4), V(14, 1, 0)},
    {SETTING_CACHE_HANDLER, V(14, 0, 4), V(14, 1, 0), V(16, 4, 6), 0},
    {SETTING_EXPERIMENTAL_CACHE_HANDLERS, V(14, 2, 35), V(15, 0, 0), V(15, 5, 29), V(16, 0, 0)},
    {SETTING_CACHE_HANDLERS, V(15, 5, 29), V(16, 0, 0), V(16, 4, 6), 0},
    {SETTING_ISR_FLUSH_TO_DISK, V(11, 0, 1), V(11, 1, 0), V(16, 4, 6), 0},
    {SETTING_PRELOAD_ENTRIES_ON_START, V(14, 1, 4), V(14, 2, 0), V(16, 4, 6), 0},
    {SETTING_SERVER_MINIFICATION, V(13, 3, 4), V(13, 4, 0), V(16, 4, 6), 0},
    {SETTING_SERVER_SOURCE_MAPS, V(13, 3, 4), V(13, 4, 0), V(16, 4, 6), 0},
    {SETTING_IMG_OPT_CONCURRENCY, V(14, 2, 35), V(15, 0, 0), V(16, 4, 6), 0},
    {SETTING_IMAGES_MAXIMUM_RESPONSE_BODY, V(15, 5, 9), V(15, 5, 10), V(15, 5, 29), V(16, 0, 0)},
    {SETTING_IMAGES_MAXIMUM_RESPONSE_BODY, V(16, 1, 4), V(16, 1, 5), V(16, 4, 6), 0},
    {SETTING_IMAGES_UNOPTIMIZED, V(12, 1, 6), V(12, 2, 0), V(16, 4, 6), 0},
    {SETTING_IMAGES_LOADER_FILE, V(12, 3, 7), V(13, 0, 0), V(16, 4, 6), 0},
};

static void assert_fit(enum next_setting s, uint32_t version, enum fit want)
{
    struct next_info next = exactly(version);
    if (version && setting_fit(&next, s) != want)
        fail_msg("%s at %u: %d", setting_rows[s].key, version, setting_fit(&next, s));
}

static void test_boundaries(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
        assert_fit(bounds[i].setting, bounds[i].before, FIT_NONE);
        assert_fit(bounds[i].setting, bounds[i].first, FIT_ALL);
        assert_fit(bounds[i].setting, bounds[i].last, FIT_ALL);
        assert_fit(bounds[i].setting, bounds[i].behind, FIT_NONE);
    }
}

static void test_ranges(void **state)
{
    (void)state;
    struct next_info over = between(V(14, 0, 0), V(14, 2, 999));
    struct next_info newer = between(V(14, 1, 0), NEXT_VERSION_END);
    struct next_info older = between(V(9, 5, 0), V(11, 0, 999));
    struct next_info unknown = {.found = true};
    assert_int_equal(setting_fit(&over, SETTING_CACHE_MAX_MEMORY_SIZE), FIT_PARTLY);
    assert_int_equal(setting_fit(&over, SETTING_ISR_MEMORY_CACHE_SIZE), FIT_PARTLY);
    assert_int_equal(setting_fit(&newer, SETTING_CACHE_MAX_MEMORY_SIZE), FIT_ALL);
    assert_int_equal(setting_fit(&newer, SETTING_ISR_MEMORY_CACHE_SIZE), FIT_NONE);
    assert_int_equal(setting_fit(&older, SETTING_ISR_MEMORY_CACHE_SIZE), FIT_NONE);
    assert_int_equal(setting_fit(&unknown, SETTING_CACHE_MAX_MEMORY_SIZE), FIT_PARTLY);
}

static void assert_lines(const char *lines, const char *want)
{
    if (want)
        assert_string_equal(lines, want);
    else
        assert_null(lines);
}

static void test_cache_limit(void **state)
{
    (void)state;
    static const char newer[] = "module.exports = {\n"
                                "  cacheMaxMemorySize: 50 * 1024 * 1024, // bytes, for each "
                                "process\n}";
    static const char older[] = "module.exports = {\n  experimental: {\n"
                                "    isrMemoryCacheSize: 50 * 1024 * 1024, // bytes, for each "
                                "process\n  },\n}";
    static const struct {
        uint32_t version;
        const char *lines;
    } cases[] = {
        {V(11, 0, 1), NULL},  {V(11, 1, 0), older}, {V(13, 5, 6), older}, {V(14, 0, 4), older},
        {V(14, 1, 0), newer}, {V(14, 2, 3), newer}, {V(15, 1, 7), newer}, {V(15, 5, 9), newer},
        {V(16, 0, 3), newer}, {V(16, 4, 6), newer},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct next_info next = exactly(cases[i].version);
        assert_lines(next_cache_limit_lines(&next, (uint64_t)50 << 20, &arena), cases[i].lines);
    }
    arena_release(&arena);
}

/* Pasted as a whole, only the first form is live. */
static void test_both_forms(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct next_info next = between(V(14, 0, 0), V(14, 2, 999));
    assert_string_equal(next_cache_limit_lines(&next, 0, &arena),
                        "// Next.js 14.1 and later:\n"
                        "module.exports = {\n"
                        "  cacheMaxMemorySize: 0, // bytes: 0 turns the in-memory cache off\n"
                        "}\n"
                        "// Next.js 11.1 to 14.0, instead:\n"
                        "// module.exports = {\n"
                        "//   experimental: {\n"
                        "//     isrMemoryCacheSize: 0, // bytes: 0 turns the in-memory cache off\n"
                        "//   },\n"
                        "// }");
    next = between(V(12, 0, 0), V(13, 5, 999));
    assert_string_equal(next_cache_handler_lines(&next, &arena),
                        "// Next.js 12.2 to 14.0:\n"
                        "module.exports = {\n"
                        "  experimental: {\n"
                        "    incrementalCacheHandlerPath: require.resolve('./cache-handler.js'),\n"
                        "    isrMemoryCacheSize: 0, // the handler is the only cache\n"
                        "  },\n"
                        "}");
    next = between(V(15, 5, 0), NEXT_VERSION_END);
    assert_non_null(strstr(next_image_body_lines(&next, &arena),
                           "// Next.js 15.5.10 to 15.5, 16.1.5 and later:\n"));
    next = exactly(V(15, 1, 7));
    assert_non_null(strstr(next_use_cache_handler_lines(&next, &arena), "experimental: {\n"));
    next = exactly(V(16, 0, 3));
    assert_null(strstr(next_use_cache_handler_lines(&next, &arena), "experimental"));
    arena_release(&arena);
}

/* A key under `images` that a version does not know ends Next.js. */
static void test_image_lines(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct next_info old = exactly(V(12, 1, 0)), next14 = exactly(V(14, 2, 3));
    struct next_info next161 = exactly(V(16, 1, 4)), newest = exactly(V(16, 4, 6));
    assert_null(next_image_loader_lines(&old, &arena));
    assert_null(next_unoptimized_lines(&old, &arena));
    assert_non_null(next_image_loader_lines(&next14, &arena));
    assert_null(next_image_threads_lines(&next14, &arena));
    assert_null(next_image_body_lines(&next14, &arena));
    assert_null(next_image_body_lines(&next161, &arena));
    assert_non_null(next_image_body_lines(&newest, &arena));
    assert_non_null(next_image_threads_lines(&newest, &arena));
    arena_release(&arena);
}

static void test_minification(void **state)
{
    (void)state;
    struct next_option off = {"experimental.serverMinification", "false"};
    struct next_info next = exactly(V(14, 2, 3)), none = {0}, old = exactly(V(13, 3, 0));
    assert_true(next_has_server_minification(&next));
    assert_false(next_has_server_minification(&none));
    assert_false(next_has_server_minification(&old));
    next.options = &off;
    next.option_count = 1;
    assert_false(next_has_server_minification(&next));
}

static void test_versions(void **state)
{
    (void)state;
    struct arena arena = {0};
    uint32_t v;
    assert_true(next_version_parse((struct str){"14.2.3", 6}, &v));
    assert_int_equal(v, V(14, 2, 3));
    assert_true(next_version_parse((struct str){"15.0.0-canary.7", 15}, &v));
    assert_int_equal(v, V(15, 0, 0));
    assert_false(next_version_parse((struct str){"14.2", 4}, &v));
    assert_false(next_version_parse((struct str){"^14.2.3", 7}, &v));
    assert_false(next_version_parse((struct str){"14.2.3.4", 8}, &v));
    assert_false(next_version_parse((struct str){"1234.2.3", 8}, &v));
    assert_string_equal(next_versions_text(V(14, 1, 0), V(14, 2, 999), &arena), "14.1 to 14.2");
    assert_string_equal(next_versions_text(V(15, 5, 10), NEXT_VERSION_END, &arena),
                        "15.5.10 and later");
    assert_string_equal(next_versions_text(0, V(14, 0, 999), &arena), "up to 14.0");
    assert_string_equal(next_versions_text(V(14, 2, 3), V(14, 2, 3), &arena), "14.2.3");
    assert_string_equal(setting_text(SETTING_ISR_MEMORY_CACHE_SIZE, &arena),
                        "experimental.isrMemoryCacheSize");
    assert_string_equal(setting_versions(SETTING_ISR_MEMORY_CACHE_SIZE, &arena), "11.1 to 14.0");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boundaries),  cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_cache_limit), cmocka_unit_test(test_both_forms),
        cmocka_unit_test(test_image_lines), cmocka_unit_test(test_minification),
        cmocka_unit_test(test_versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
