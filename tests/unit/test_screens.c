/* The browser without a terminal: keystrokes to screens, compared with tests/screen/NAME.screen.
 *
 * tests/screen/NAME.keys says which heap, which keys, and when to look. Each is run at three sizes.
 * "begin nothing" or "begin answers" opens the browser while the analysis is under way, as far as
 * the lines "news PHASE DONE TOTAL", "answers" and "heap here" let it come.
 * A line of a screen is followed by its marks where it has any: "~ r40" is 40 reversed cells, b
 * bold, d dim, u underlined. UPDATE=1 writes the screens anew.
 */
#include "tui/browse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <curses.h>
#include <glob.h>
#include <unistd.h>

#include "analyzer/heap_load.h"
#include "analyzer/passes.h"
#include "base/text.h"
#include "tests/unit/browse_heap.h"
#include "tests/unit/model_fixture.h"
#include "tui/actions.h"
#include "tui/browser.h"

#define SAMPLE "samples/shop.heapsnapshot.zst"

static const struct size {
    unsigned columns, rows;
} sizes[] = {{40, 10}, {80, 24}, {200, 60}};

/* A browser on a terminal that is none. */
struct stage {
    FILE *in, *out;
    struct screen *screen;
    struct fixture model;
    struct heap heap;
    struct background_state now;
    struct browser browser;
};

static const char *const given_files[] = {"app.heapsnapshot", "dmesg.log", "cut.heapsnapshot"};

static void load_sample(struct heap *ret)
{
    struct heap_load_options o = {0};
    struct input *in;
    struct err err;
    if (!input_open(SAMPLE, &in, &err) || !heap_load(in, &o, ret, NULL, &err) ||
        !heap_analyze(ret, NULL, &err) || !heap_find_positions(ret, &err))
        fail_msg("%s", err.msg);
    input_close(in);
}

/* The fixture's findings are about "app.heapsnapshot"; some object of the heap gets their @id. */
static void set_heap(struct stage *st, const char *name)
{
    struct analysis *a = &st->model.a;
    if (strcmp(name, "shop") == 0)
        browse_heap_shop(&st->heap);
    else if (strcmp(name, "hostile") == 0)
        browse_heap_hostile(&st->heap);
    else if (strcmp(name, "sample") == 0)
        load_sample(&st->heap);
    a->graph = st->heap.node_count ? &st->heap : NULL;
    if (!a->graph)
        return;
    a->heap.total_bytes = heap_total_bytes(&st->heap);
    st->model.findings[0].node = 5;
    st->model.findings[0].node_id = heap_id(&st->heap, 5);
    st->model.path[1].node_id = heap_id(&st->heap, 5);
    st->model.finding_evidence[0].node_id = heap_id(&st->heap, 5);
}

/* How far the analysis is: "nothing", "answers", "all". */
static void set_progress(struct stage *st, const char *there)
{
    struct background_state *now = &st->now;
    now->files = given_files;
    now->file_count = ARRAY_LEN(given_files);
    if (strcmp(there, "nothing") == 0)
        return;
    now->answers = &st->model.a;
    now->done = strcmp(there, "answers") != 0;
    now->heap = now->done ? st->model.a.graph : NULL;
}

static void stage_init_at(struct stage *st, const char *heap_name, const char *there, bool ascii)
{
    struct err err = {0};
    memset(st, 0, sizeof *st);
    fixture_init(&st->model);
    set_heap(st, heap_name);
    set_progress(st, there);
    if (strcmp(heap_name, "hostile") == 0)
        fixture_set_texts(&st->model, hostile_texts[0]);
    st->in = fopen("/dev/null", "r");
    st->out = tmpfile();
    assert_non_null(st->in);
    assert_non_null(st->out);
    struct screen_options o = {
        .in = st->in, .out = st->out, .term = "xterm-256color", .color = true, .ascii = ascii};
    if (!screen_open(&o, &st->screen, &err) ||
        !browser_init(&st->browser, &st->now, st->screen, &err))
        fail_msg("%s", err.msg);
}

static void stage_init(struct stage *st, const char *heap_name, bool ascii)
{
    stage_init_at(st, heap_name, "all", ascii);
}

static void stage_release(struct stage *st)
{
    browser_release(&st->browser);
    screen_close(st->screen);
    heap_release(&st->heap);
    fclose(st->in);
    fclose(st->out);
}

/* -- reading the screen -- */

static void put_marks(struct buf *b, const char *marks)
{
    size_t len = strlen(marks);
    while (len > 0 && marks[len - 1] == '.')
        len--;
    if (len == 0)
        return;
    buf_puts(b, "~ ");
    for (size_t at = 0; at < len;) {
        size_t run = strspn(marks + at, (char[]){marks[at], '\0'});
        buf_printf(b, "%c%zu", marks[at], at + run > len ? len - at : run);
        at += run;
    }
    buf_putc(b, '\n');
}

static void put_screen(struct buf *b, struct stage *st)
{
    struct buf marks = {0};
    browser_draw(&st->browser);
    for (unsigned row = 0; row < screen_rows(st->screen); row++) {
        screen_read_row(st->screen, row, b);
        while (b->len > 0 && b->data[b->len - 1] == ' ')
            b->data[--b->len] = '\0';
        buf_putc(b, '\n');
        buf_clear(&marks);
        screen_read_marks(st->screen, row, &marks);
        put_marks(b, buf_str(&marks));
    }
    buf_release(&marks);
}

/* -- scripts -- */

/* "Enter", "PgDn", "F1", "j". */
static uint32_t key_by_name(const char *name)
{
    uint32_t key = 0;
    struct buf b = {0};
    for (size_t i = 0; i < action_count && !key; i++) {
        for (size_t k = 0; k < ACTION_KEYS_MAX && actions[i].keys[k] && !key; k++) {
            buf_clear(&b);
            action_put_key(&b, actions[i].keys[k]);
            if (strcmp(buf_str(&b), name) == 0)
                key = actions[i].keys[k];
        }
    }
    buf_release(&b);
    if (strcmp(name, "Esc") == 0)
        key = 0x1B;
    if (!key)
        assert_int_equal(text_decode(name, strlen(name), &key), strlen(name));
    return key;
}

static void press(struct stage *st, char *names)
{
    char *rest = NULL;
    for (char *name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
        browser_key(&st->browser, key_by_name(name));
        browser_draw(&st->browser);
    }
}

/* What the analysis says next; false if the line is none of that. */
static bool hear(struct stage *st, const char *line)
{
    struct background_state *now = &st->now;
    unsigned done, total;
    if (sscanf(line, "news %47s %u %u", now->phase, &done, &total) == 3) {
        now->units = done;
        now->total_units = total;
    } else if (strcmp(line, "answers here") == 0) {
        set_progress(st, "answers");
    } else if (strcmp(line, "heap here") == 0) {
        set_progress(st, "all");
    } else if (strncmp(line, "problem ", 8) == 0) {
        set_progress(st, "all");
        now->heap = NULL;
        err_set(&now->problem, ERR_RESOURCE, 0, "%s", line + 8);
    } else {
        return false;
    }
    browser_take(&st->browser, now);
    return true;
}

static void run_line(struct stage *st, char *line, struct buf *out)
{
    line[strcspn(line, "\n")] = '\0';
    if (hear(st, line)) {
        buf_printf(out, "-- %s\n", line);
    } else if (strncmp(line, "keys ", 5) == 0) {
        buf_printf(out, "-- %s\n", line + 5);
        press(st, line + 5);
    } else if (strcmp(line, "show") == 0) {
        put_screen(out, st);
    } else if (line[0] != '#' && line[0] != '\0' && strncmp(line, "heap ", 5) != 0 &&
               strncmp(line, "begin ", 6) != 0) {
        fail_msg("not understood: %s", line);
    }
}

static void read_beginning(FILE *script, char name[static 32], char there[static 32])
{
    char line[256];
    strcpy(name, "none");
    strcpy(there, "all");
    while (fgets(line, sizeof line, script)) {
        if (sscanf(line, "heap %31s", name) != 1 && sscanf(line, "begin %31s", there) != 1 &&
            line[0] != '#')
            break;
    }
    rewind(script);
}

static void run_script(const char *path, struct buf *out)
{
    char line[256], heap_name[32], there[32];
    struct stage st;
    FILE *script = fopen(path, "r");
    assert_non_null(script);
    read_beginning(script, heap_name, there);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        rewind(script);
        stage_init_at(&st, heap_name, there, false);
        screen_resize(st.screen, sizes[i].rows, sizes[i].columns);
        browser_draw(&st.browser);
        buf_printf(out, "%s== %ux%u\n", i ? "\n" : "", sizes[i].columns, sizes[i].rows);
        while (fgets(line, sizeof line, script))
            run_line(&st, line, out);
        stage_release(&st);
    }
    fclose(script);
}

static void read_file(const char *path, struct buf *b)
{
    char block[4096];
    size_t len;
    FILE *f = fopen(path, "r");
    if (!f)
        return;
    while ((len = fread(block, 1, sizeof block, f)) > 0)
        buf_append(b, block, len);
    fclose(f);
}

static void write_file(const char *path, const struct buf *b)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(buf_str(b), f);
    assert_int_equal(fclose(f), 0);
}

/* Shows both where they part. */
static bool compare(const char *path, const struct buf *got)
{
    struct buf want = {0};
    read_file(path, &want);
    bool same = strcmp(buf_str(&want), buf_str(got)) == 0;
    if (!same && getenv("UPDATE")) {
        write_file(path, got);
        print_message("%s: updated\n", path);
        same = true;
    } else if (!same) {
        size_t at = 0, line = 0;
        const char *w = buf_str(&want), *g = buf_str(got);
        for (size_t i = 0; w[i] && w[i] == g[i]; i++) {
            if (w[i] == '\n') {
                at = i + 1;
                line++;
            }
        }
        print_error("%s:%zu: want: %.*s\n", path, line + 1, (int)strcspn(w + at, "\n"), w + at);
        print_error("%s:%zu:  got: %.*s\n", path, line + 1, (int)strcspn(g + at, "\n"), g + at);
    }
    buf_release(&want);
    return same;
}

static void test_screens(void **state)
{
    (void)state;
    glob_t scripts;
    bool same = true;
    assert_int_equal(glob("tests/screen/*.keys", 0, NULL, &scripts), 0);
    for (size_t i = 0; i < scripts.gl_pathc; i++) {
        struct buf got = {0}, path = {0};
        const char *script = scripts.gl_pathv[i];
        run_script(script, &got);
        buf_append(&path, script, strlen(script) - strlen(".keys"));
        buf_puts(&path, ".screen");
        same = compare(buf_str(&path), &got) && same;
        buf_release(&got);
        buf_release(&path);
    }
    globfree(&scripts);
    assert_true(same);
}

/* -- hostile names, any keys, any size -- */

static void assert_screen_is_safe(struct stage *st)
{
    struct buf b = {0};
    for (unsigned row = 0; row < screen_rows(st->screen); row++)
        screen_read_row(st->screen, row, &b);
    for (size_t at = 0; at < b.len;) {
        uint32_t code;
        at += text_decode(b.data + at, b.len - at, &code);
        if (code == TEXT_INVALID || !text_char_shown(code))
            fail_msg("U+%04X on the screen", code);
    }
    buf_release(&b);
}

/* What was sent to the terminal holds none of the heap's own sequences. */
static void assert_nothing_slipped_out(struct stage *st)
{
    char block[4096];
    size_t len;
    fflush(st->out);
    rewind(st->out);
    while ((len = fread(block, 1, sizeof block, st->out)) > 0) {
        if (memmem(block, len, "\x1b]", 2) || memchr(block, 0x07, len) ||
            memmem(block, len, "\xC2\x9B", 2) || memmem(block, len, "\xE2\x80\xAE", 3))
            fail_msg("a sequence of the heap's was sent to the terminal");
    }
}

static void test_hostile_names(void **state)
{
    (void)state;
    static const char *const views[] = {"1", "2 Enter", "3 Enter", "4 Enter Enter", "r", "c", "?"};
    for (int ascii = 0; ascii < 2; ascii++) {
        struct stage st;
        stage_init(&st, "hostile", ascii);
        for (size_t i = 0; i < ARRAY_LEN(views); i++) {
            char keys[32];
            strcpy(keys, views[i]);
            press(&st, keys);
            assert_screen_is_safe(&st);
        }
        assert_nothing_slipped_out(&st);
        stage_release(&st);
    }
}

static uint32_t random_key(uint64_t *state)
{
    uint32_t r = (uint32_t)((*state = *state * 6364136223846793005u + 1442695040888963407u) >> 33);
    const struct action *a = &actions[r % action_count];
    size_t keys = 0;
    while (keys < ACTION_KEYS_MAX && a->keys[keys])
        keys++;
    switch (r >> 8 & 15) {
    case 0:
        return r >> 12 & 0x7F;
    case 1:
        return SCREEN_KEY(r >> 12 & 0x1FF);
    case 2:
        return r >> 12 & 0x1FFFF;
    default:
        return a->keys[(r >> 12) % keys];
    }
}

/* The answers come after a third of the keys, the heap after two. */
static void press_at_random(const char *heap_name, unsigned count, uint64_t seed)
{
    struct stage st;
    uint64_t state = seed;
    stage_init_at(&st, heap_name, "nothing", false);
    for (unsigned i = 0; i < count; i++) {
        if (i == count / 3 || i == count * 2 / 3) {
            set_progress(&st, i == count / 3 ? "answers" : "all");
            browser_take(&st.browser, &st.now);
        }
        browser_key(&st.browser, random_key(&state));
        if (i % 50 == 0)
            screen_resize(st.screen, 1 + (unsigned)(state >> 40) % 70,
                          1 + (unsigned)(state >> 50) % 250);
        browser_draw(&st.browser);
        st.browser.done = false;
    }
    assert_screen_is_safe(&st);
    stage_release(&st);
}

static void test_random_keys(void **state)
{
    (void)state;
    press_at_random("shop", 4000, 1);
    press_at_random("hostile", 3000, 2);
    press_at_random("none", 1000, 3);
    press_at_random("sample", 1000, 4);
}

/* -- the loop -- */

/* An analysis that comes by steps, one at each look. */
struct fake_job {
    struct fixture model;
    unsigned looks;
    unsigned answers_at, done_at; /* looks from which on these are there */
};

static void look(void *ctx, struct background_state *ret)
{
    struct fake_job *job = ctx;
    *ret = (struct background_state){.files = given_files, .file_count = ARRAY_LEN(given_files)};
    if (job->looks >= job->answers_at)
        ret->answers = &job->model.a;
    ret->done = job->looks >= job->done_at;
    job->looks++;
}

static bool run_browser(struct fake_job *job, const char *term, struct err *err)
{
    FILE *in = fopen("/dev/null", "r"), *out = fopen("/dev/null", "w");
    struct browse_options o = {.in = in, .out = out};
    struct browse_source source = {look, job};
    setenv("TERM", term, 1);
    bool ok = browse_run(&source, &o, err);
    fclose(in);
    fclose(out);
    return ok;
}

static void test_ends_when_the_terminal_is_gone(void **state)
{
    (void)state;
    struct err err = {0};
    for (unsigned done_at = 0; done_at < 4; done_at++) {
        struct fake_job job = {.done_at = done_at, .answers_at = done_at / 2};
        fixture_init(&job.model);
        assert_true(run_browser(&job, "vt100", &err));
        /* It does not ask any more when all is there. */
        assert_int_equal(job.looks, done_at + 1);
    }
}

static void test_nothing_to_show_opens_no_browser(void **state)
{
    (void)state;
    struct err err = {0};
    struct fake_job at_once = {.done_at = 0}, later = {.done_at = 2, .answers_at = 2};
    assert_true(run_browser(&at_once, "no-such-terminal", &err));
    assert_int_equal(at_once.looks, 1);
    assert_true(run_browser(&later, "vt100", &err));
    assert_int_equal(later.looks, 3);
}

static void test_unknown_terminal_is_an_error(void **state)
{
    (void)state;
    struct fake_job job = {0};
    struct err err = {0};
    fixture_init(&job.model);
    assert_false(run_browser(&job, "no-such-terminal", &err));
    assert_non_null(strstr(err.msg, "no-such-terminal"));
}

/* Every key stands for one action. */
static void test_keys_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < action_count; i++) {
        assert_true(strlen(actions[i].help) > 0);
        for (size_t k = 0; k < ACTION_KEYS_MAX && actions[i].keys[k]; k++)
            assert_ptr_equal(action_by_key(actions[i].keys[k]), &actions[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_are_unique),
        cmocka_unit_test(test_screens),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_random_keys),
        cmocka_unit_test(test_ends_when_the_terminal_is_gone),
        cmocka_unit_test(test_nothing_to_show_opens_no_browser),
        cmocka_unit_test(test_unknown_terminal_is_an_error),
    };
    setenv("LC_ALL", "C.UTF-8", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
