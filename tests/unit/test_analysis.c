/* analyzer/analysis: the words of the enums are stable, and none is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/analysis.h"

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(input_kind_word(INPUT_HEAP_SNAPSHOT), "heap-snapshot");
    assert_string_equal(severity_word(SEVERITY_LEAK), "leak");
    assert_string_equal(certainty_word(CERTAINTY_EXACT), "exact");
    assert_string_equal(death_cause_word(DEATH_CGROUP_OOM), "cgroup-oom");
    for (int i = 0; i < INPUT_KIND_COUNT; i++)
        assert_non_null(input_kind_word((enum input_kind)i));
    for (int i = 0; i < DEATH_CAUSE_COUNT; i++)
        assert_non_null(death_cause_word((enum death_cause)i));
}

static void test_release(void **state)
{
    (void)state;
    struct analysis a = {0};
    analysis_release(NULL);
    analysis_release(&a);
    assert_string_equal(arena_strdup(&a.arena, "kept"), "kept");
    analysis_release(&a);
    assert_null(a.arena.head);
    analysis_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_release),
    };
    return cmocka_run_group_tests_name("analysis", tests, NULL, NULL);
}
