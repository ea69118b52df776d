/* What logs add to the findings: options that Next.js refused, memory outside of the heap. */
#include "analyzer/log_findings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/next_version.h"

static struct analysis of_version(uint32_t version, const char *text)
{
    return (struct analysis){.next = {.found = true,
                                      .certainty = CERTAINTY_EXACT,
                                      .version = text,
                                      .version_min = version,
                                      .version_max = version}};
}

static void take(struct analysis *a, const struct event *e)
{
    struct event copy = *e;
    const struct event_list events = {.events = &copy, .count = 1};
    logs_find(&events, a);
}

static void test_refused_option(void **state)
{
    (void)state;
    struct analysis a = of_version(NEXT_VERSION(14, 2, 3), "14.2.3");
    const struct event e = {.kind = EVENT_NEXT_BAD_OPTION,
                            .file = "out.log",
                            .line = 7,
                            .text = "experimental.isrMemoryCacheSize"};
    take(&a, &e);
    assert_int_equal(a.finding_count, 1);
    assert_string_equal(a.findings[0].rule, "isr-config");
    assert_int_equal(a.findings[0].severity, SEVERITY_WARN);
    assert_string_equal(a.findings[0].variable, "isrMemoryCacheSize");
    assert_string_equal(a.findings[0].evidence[0].file, "out.log");
    assert_int_equal(a.findings[0].evidence[0].line, 7);
    assert_non_null(strstr(a.findings[0].advice[0].paste, "cacheMaxMemorySize"));
    assert_null(strstr(a.findings[0].advice[0].paste, "isrMemoryCacheSize"));
    /* The other line about it, in short, is evidence of the same. */
    const struct event again = {
        .kind = EVENT_NEXT_BAD_OPTION, .file = "out.log", .line = 9, .text = "isrMemoryCacheSize"};
    take(&a, &again);
    assert_int_equal(a.finding_count, 1);
    assert_int_equal(a.findings[0].evidence_count, 2);
    const struct event other = {.kind = EVENT_NEXT_BAD_OPTION, .text = "appDir"};
    take(&a, &other);
    assert_int_equal(a.finding_count, 1);
    arena_release(&a.arena);
}

static struct analysis of_images(const char *images, uint64_t heap_bytes)
{
    struct analysis a = of_version(NEXT_VERSION(14, 2, 3), "14.2.3");
    a.runtime.images = images;
    a.heap.present = true;
    a.heap.file = "a.heapsnapshot";
    a.heap.total_bytes = heap_bytes;
    return a;
}

static void test_rss(void **state)
{
    (void)state;
    const struct pm2_facts facts = {.memory_bytes = {true, 450 << 20}};
    const struct event e = {.kind = EVENT_PM2_MEMORY, .file = "pm2.log", .line = 3, .pm2 = &facts};
    struct analysis a = of_images("sharp", 60 << 20);
    take(&a, &e);
    assert_int_equal(a.finding_count, 1);
    assert_string_equal(a.findings[0].rule, "image-buffers");
    assert_int_equal(a.findings[0].severity, SEVERITY_INFO);
    assert_non_null(strstr(a.findings[0].title, "sharp"));
    assert_int_equal(a.findings[0].evidence[0].line, 3);
    for (size_t i = 0; i < a.findings[0].advice_count; i++)
        assert_null(strstr(a.findings[0].advice[i].paste, "imgOptConcurrency"));
    arena_release(&a.arena);
    a = of_images("sharp", 300 << 20); /* the heap itself is large */
    take(&a, &e);
    assert_int_equal(a.finding_count, 0);
    arena_release(&a.arena);
    a = of_images(NULL, 60 << 20); /* nothing makes images */
    take(&a, &e);
    assert_int_equal(a.finding_count, 0);
    arena_release(&a.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_option),
        cmocka_unit_test(test_rss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
