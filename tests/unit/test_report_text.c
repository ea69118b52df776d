/* report/report_text: the page drawn from models built by hand, friendly and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/report_text.h"
#include "tests/unit/model_fixture.h"

static char *render(const struct analysis *a, struct report_options o)
{
    struct kept k = {0};
    struct report_sink sink = keeper(&k);
    struct err err;
    assert_true(report_text(a, &o, &sink, &err));
    assert_false(k.text.failed);
    return k.text.data;
}

static void expect_in(const char *page, const char *text)
{
    if (!strstr(page, text))
        fail_msg("no \"%s\" in:\n%s", text, page);
}

static void expect_not_in(const char *page, const char *text)
{
    if (strstr(page, text))
        fail_msg("\"%s\" in:\n%s", text, page);
}

static void test_top_answers(void **state)
{
    (void)state;
    static const char top[] =
        "What killed it  The kernel killed next-server (v1 at the limit of its memory cgroup, "
        "2026-11-23\n"
        "                14:54:16 (and 1 more death below)\n"
        "What held it    The ISR cache keeps 1,200 rendered pages (412.3 MB, 52.0 % of the heap)\n"
        "What to change  Bound the cache, in next.config.js: the lines are at the end\n"
        "Incomplete      cut.heapsnapshot: byte 4096: expected ',' or ']' in nodes, found the end\n"
        "\n"
        "Inputs\n";
    struct fixture f;
    fixture_init(&f);
    char *page = render(&f.a, (struct report_options){0});
    assert_memory_equal(page, top, sizeof top - 1);
    free(page);
}

static void test_facts(void **state)
{
    (void)state;
    static const char *const facts[] = {
        "  ! cut.heapsnapshot: heap snapshot, 4.1 kB, incomplete (see the top)\n",
        "Next.js 14.2.3, known from package.json of next in the heap; Node.js 20.x\n",
        "  1. The kernel killed next-server (v1 at the limit of its memory cgroup.\n"
        "     kernel, memory cgroup at its limit; next-server (v1, pid 523; 2026-11-23 14:54:16\n",
        "[dmesg.log:1234]\n",
        "app.heapsnapshot: 793.2 MB in 11,400,000 nodes and 27,200,000 edges\n",
        "other JS objects 472.7 MB (59.6 %)",
        "other native 500.0 kB",
        "leak The ISR cache keeps 1,200 rendered pages. (isr-cache, confidence 95 %)\n",
        "     variable   pageCache\n",
        "     script     .next/server/pages/product/[id].js\n",
        "     entries    1,200\n",
        "     retained   412.3 MB, 52.0 % of the heap\n",
        "     held by    (Global handles) @19\n"
        "                pageCache (variable) \xE2\x86\x92 Map @4711\n"
        "                [17] \xE2\x86\x92 string of 17 bytes\n",
        "     - 1,200 keys look like /product/##### @4711\n",
        "     retained   999 B\n     snapshot   other.heapsnapshot\n",
        "(system)",
        "  1. Bound the cache\n     It grows with each new page.\n     In next.config.js:\n\n"
        "          module.exports = {\n              cacheMaxMemorySize: 50000000,\n          }\n",
        "\n  2. Lower the heap limit below the container's\n     In a shell:\n\n"
        "          export NODE_OPTIONS=--max-old-space-size=384\n",
    };
    struct fixture f;
    fixture_init(&f);
    char *page = render(&f.a, (struct report_options){0});
    for (size_t i = 0; i < ARRAY_LEN(facts); i++)
        expect_in(page, facts[i]);
    expect_not_in(page, "  3. ");
    expect_not_in(page, "a customer's name");
    free(page);
    page = render(&f.a, (struct report_options){.show_strings = true});
    expect_in(page, "\"a customer's name\"");
    free(page);
}

static void test_nothing_known(void **state)
{
    (void)state;
    struct analysis a = {0};
    char *page = render(&a, (struct report_options){0});
    expect_in(page, "What killed it  not known: no log was given\n");
    expect_in(page, "What held it    not known: no heap snapshot was given\n");
    expect_in(page, "journalctl -k -b -1");
    expect_in(page, "--heapsnapshot-near-heap-limit=1");
    free(page);
}

static void test_no_findings_is_no_acquittal(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    f.a.finding_count = f.a.death_count = 0;
    char *page = render(&f.a, (struct report_options){0});
    expect_in(page, "the logs given show no process killed for memory\n");
    expect_in(page, "no rule found a leak in the heap of 793.2 MB");
    expect_in(page, "No log given has a kill for memory.");
    expect_in(page, "One snapshot shows what is there, not what grows");
    free(page);
}

static void test_cut_heap(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    f.a.heap.file = f.inputs[2].file;
    char *page = render(&f.a, (struct report_options){0});
    expect_in(page, "The heap in cut.heapsnapshot, as far as it could be read: 793.2 MB");
    free(page);
}

/* The worst are told in full, the others by their titles. */
static void test_many_findings(void **state)
{
    (void)state;
    enum { COUNT = 100 };
    struct fixture f;
    fixture_init(&f);
    struct finding *all = calloc(COUNT, sizeof *all);
    for (size_t i = 0; i < COUNT; i++) {
        char title[32];
        snprintf(title, sizeof title, "cause %zu", i);
        all[i] = f.findings[0];
        all[i].title = arena_strdup(&f.a.arena, title);
    }
    f.a.findings = all;
    f.a.finding_count = COUNT;
    char *page = render(&f.a, (struct report_options){0});
    expect_in(page, "leak cause 5 (isr-cache, confidence 95 %)\n     variable");
    expect_in(page, "leak cause 6 (isr-cache, confidence 95 %)\nleak cause 7 (");
    expect_in(page, "leak cause 29 (");
    expect_not_in(page, "leak cause 30 (");
    expect_in(page, "70 more findings, less severe");
    free(page);
    free(all);
    arena_release(&f.a.arena);
}

static void test_line_and_growth(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    f.findings[0].line = 12;
    f.findings[0].growth = (struct growth_figures){2, 2100000, 1000, 1000};
    char *page = render(&f.a, (struct report_options){0});
    expect_in(page, "     script     .next/server/pages/product/[id].js:12\n");
    expect_in(page, "     grew by    1,000 entries, 2.1 MB, 2.1 kB a request, in 2 snapshots\n");
    free(page);
    f.findings[0].growth = (struct growth_figures){3, 2100000, 0, 0};
    page = render(&f.a, (struct report_options){0});
    expect_in(page, "     grew by    2.1 MB, in 3 snapshots\n");
    free(page);
}

/* Thousands of kills are no page, and the server's is not lost among them. */
static void test_many_deaths(void **state)
{
    (void)state;
    enum { COUNT = 1000, SERVER = 400 };
    struct fixture f;
    fixture_init(&f);
    struct death *deaths = calloc(COUNT, sizeof *deaths);
    assert_non_null(deaths);
    for (size_t i = 0; i < COUNT; i++)
        deaths[i] = i == SERVER ? f.deaths[0] : f.deaths[1];
    f.a.deaths = deaths;
    f.a.death_count = COUNT;
    char *page = render(&f.a, (struct report_options){0});
    expect_in(page, "What killed it  The kernel killed next-server");
    expect_in(page, "  - 400 earlier: --format json has them all\n  401. The kernel");
    expect_in(page, "  - 590 later");
    free(page);
    free(deaths);
}

static void expect_safe(const char *page, size_t len, bool ascii)
{
    for (size_t at = 0; at < len;) {
        uint32_t code;
        at += text_decode(page + at, len - at, &code);
        assert_true(code == '\n' || text_char_shown(code));
        assert_true(!ascii || code < 0x80);
    }
}

static void test_hostile_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hostile_texts); i++) {
        struct fixture f;
        fixture_init(&f);
        fixture_set_texts(&f, hostile_texts[i]);
        for (int ascii = 0; ascii < 2; ascii++) {
            char *page =
                render(&f.a, (struct report_options){.ascii = ascii, .show_strings = true});
            expect_safe(page, strlen(page), ascii);
            expect_not_in(page + 1, "\nWhat killed it  ");
            free(page);
        }
    }
}

/* With colour the only escapes are ours, and without them the page is the same. */
static void test_colour(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    char *plain = render(&f.a, (struct report_options){0});
    char *page = render(&f.a, (struct report_options){.color = true});
    size_t to = 0;
    for (const char *p = page; *p; p++) {
        if (*p != '\x1b') {
            page[to++] = *p;
            continue;
        }
        size_t digits = strspn(p + 2, "0123456789;");
        assert_true(p[1] == '[' && p[2 + digits] == 'm');
        p += 2 + digits;
    }
    page[to] = '\0';
    assert_true(to < strlen(plain) + 1);
    assert_string_equal(page, plain);
    free(page);
    free(plain);
}

static void test_width(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    for (unsigned width = REPORT_WIDTH_MIN; width <= 140; width++) {
        char *page = render(&f.a, (struct report_options){.width = width});
        for (char *line = strtok(page, "\n"); line; line = strtok(NULL, "\n")) {
            if (text_width(line, strlen(line)) > width)
                fail_msg("wider than %u: %s", width, line);
        }
        free(page);
    }
}

static void test_sink_fails(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct kept k = {.limit = 10};
    struct report_sink sink = keeper(&k);
    struct report_options o = {0};
    struct err err;
    assert_false(report_text(&f.a, &o, &sink, &err));
    assert_int_equal(err.code, ERR_RESOURCE);
    buf_release(&k.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_top_answers),   cmocka_unit_test(test_facts),
        cmocka_unit_test(test_nothing_known), cmocka_unit_test(test_no_findings_is_no_acquittal),
        cmocka_unit_test(test_cut_heap),      cmocka_unit_test(test_many_deaths),
        cmocka_unit_test(test_many_findings), cmocka_unit_test(test_line_and_growth),
        cmocka_unit_test(test_hostile_texts), cmocka_unit_test(test_colour),
        cmocka_unit_test(test_width),         cmocka_unit_test(test_sink_fails),
    };
    return cmocka_run_group_tests_name("report_text", tests, NULL, NULL);
}
