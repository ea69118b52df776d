/* analyzer/rules/explanations: the public ids are all there, every rule is explained, and every
 * threshold that the text of a rule names is known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "analyzer/rules/explanations.h"
#include "analyzer/rules/rule.h"

/* Scripts and suppressions name them. */
static const char *const public_ids[] = {
    "isr-cache",
    "isr-config",
    "module-collection",
    "request-retention",
    "timer-leak",
    "listener-leak",
    "pending-promises",
    "unread-bodies",
    "image-buffers",
    "closure-flood",
    "als-retention",
    "detached-contexts",
    "duplicate-strings",
    "large-string",
    "next-known-leak",
    "source-maps-retained",
    "growth",
    "config-limits",
    "config-next",
};

static void test_public_ids(void **state)
{
    (void)state;
    assert_int_equal(explanation_count, ARRAY_LEN(public_ids));
    for (size_t i = 0; i < ARRAY_LEN(public_ids); i++) {
        const struct explanation *e = explanation_find(public_ids[i]);
        assert_non_null(e);
        assert_true(e->means[0] && e->decides[0] && e->fooled[0] && e->fix[0] && e->carries[0]);
    }
    assert_null(explanation_find("quatsch"));
}

static void check_text(const char *id, const char *text)
{
    struct buf b = {0};
    if (!explanation_put(&b, text))
        fail_msg("%s: a threshold is not in the table, behind: %s", id, buf_str(&b));
    buf_release(&b);
}

static void test_every_rule_is_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < rule_count; i++) {
        const struct explanation *e = explanation_find(rules[i].id);
        if (!e)
            fail_msg("%s has no row in explanations.c", rules[i].id);
        const char *const texts[] = {e->means, e->decides, e->fooled, e->fix, e->carries};
        for (size_t k = 0; k < ARRAY_LEN(texts); k++)
            check_text(e->id, texts[k]);
        assert_true(rules[i].summary[0]);
    }
}

static void test_thresholds_in_texts(void **state)
{
    (void)state;
    struct buf b = {0};
    assert_true(explanation_put(&b, "{kind} from {COLLECTION_LEAST_ENTRIES} on, {A b}, {"));
    assert_string_equal(buf_str(&b), "{kind} from 40 on, {A b}, {");
    assert_false(explanation_put(&b, "{NO_SUCH_NUMBER}"));
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_public_ids),
        cmocka_unit_test(test_every_rule_is_explained),
        cmocka_unit_test(test_thresholds_in_texts),
    };
    return cmocka_run_group_tests_name("explanations", tests, NULL, NULL);
}
