/* parsers/numbers, parsers/byte_scan, base/cpu: every variant that this processor has does what the
 * careful path does, reads nothing outside of its bytes and writes nothing behind its room.
 *
 * A program without cmocka, in the form that tests/run.sh understands: `make check-neon` builds it
 * by a cross compiler and runs it in an emulator.
 */
#include "base/cpu.h"
#include "parsers/byte_scan.h"
#include "parsers/numbers_kernels.h"
#include "tests/unit/kernel_compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT_MAX 40000

static int failures;

static void expect(bool holds, const char *test, int line)
{
    if (!holds) {
        printf("not ok %s, line %d\n", test, line);
        failures++;
    }
}

#define EXPECT(condition) expect(condition, __func__, __LINE__)

struct text {
    size_t len;
    char bytes[TEXT_MAX];
};

static uint64_t seed = 42;

static uint32_t below(uint32_t bound)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (uint32_t)((seed * UINT64_C(0x2545F4914F6CDD1D) >> 32) * bound >> 32);
}

static void put(struct text *t, const char *s)
{
    size_t len = min_u64(strlen(s), TEXT_MAX - t->len);
    memcpy(t->bytes + t->len, s, len);
    t->len += len;
}

static void put_number(struct text *t, unsigned digits)
{
    char s[32];
    for (unsigned i = 0; i < digits; i++)
        s[i] = (char)('0' + below(10));
    s[digits] = '\0';
    put(t, s);
}

/* Rows as V8 writes them: the lengths of each field's numbers, at most. */
static void put_rows(struct text *t, const char *lengths, const char *between_rows, size_t len)
{
    while (t->len < len) {
        for (const char *l = lengths; *l; l++) {
            put_number(t, 1 + below((uint32_t)(*l - '0')));
            put(t, l[1] ? "," : between_rows);
        }
    }
}

static const char nodes[] = "1484211", edges[] = "158", large_edges[] = "159", small[] = "1111111";

/* How texts are made; `kind` counts on without end. */
static void make_text(struct text *t, unsigned kind, size_t len)
{
    static const char alphabet[] = "0123456789012345678901234567890123456789,,,,,,,,,,\n\n \r]x-";
    static const char *const ends[] = {"\n,", ",\n", "\r\n,", ",", " , ", "\n,\n", ",\r\n"};
    t->len = 0;
    switch (kind % 8) {
    case 0:
        put_rows(t, nodes, "\n,", len);
        break;
    case 1:
        put_rows(t, edges, "\n,", len);
        break;
    case 2:
        put_rows(t, below(2) ? edges : nodes, ",\n", len);
        break;
    case 3:
        put_rows(t, below(2) ? large_edges : small, "\n,", len);
        break;
    case 4: /* all lengths that are numbers, and a few that are not */
        while (t->len < len) {
            put_number(t, 1 + below(below(8) ? 19 : 21));
            put(t, ends[below(below(4) ? 2 : ARRAY_LEN(ends))]);
        }
        break;
    case 5: /* rows with other separators now and then */
        while (t->len < len)
            put_rows(t, edges, ends[below(ARRAY_LEN(ends))], t->len + 1 + below(200));
        break;
    case 6: /* garbage, at the end or throughout */
        put_rows(t, edges, "\n,", below((uint32_t)len));
        while (t->len < len)
            t->bytes[t->len++] =
                below(500) ? alphabet[below(sizeof alphabet - 1)] : (char)below(256);
        break;
    default: /* rows with one byte changed */
        put_rows(t, below(2) ? edges : nodes, below(2) ? "\n," : ",\n", len);
        t->bytes[below((uint32_t)t->len)] = alphabet[below(sizeof alphabet - 1)];
        break;
    }
    if (below(2)) {
        while (t->len && (t->bytes[t->len - 1] < '0' || t->bytes[t->len - 1] > '9'))
            t->len--;
        put(t, below(2) ? "],\n\"edges\":[1,2]" : "\n]");
    }
}

static const char *compare(const struct text *t, size_t first, size_t chunk, size_t room)
{
    return compare_numbers((const uint8_t *)t->bytes, t->len, first, chunk, room);
}

static void report(const char *difference, const char *test, const struct text *t, size_t first,
                   size_t chunk, size_t room)
{
    if (!difference)
        return;
    printf("not ok %s: %s differs; first %zu, chunk %zu, room %zu: %.*s\n", test, difference, first,
           chunk, room, (int)t->len, t->bytes);
    failures++;
}

static void test_every_split(void)
{
    static struct text t;
    for (unsigned kind = 0; kind < 24; kind++) {
        make_text(&t, kind, 100 + below(300));
        for (size_t first = 0; first <= t.len && !failures; first++)
            report(compare(&t, first, t.len, t.len), __func__, &t, first, t.len, t.len);
    }
}

static void test_every_chunk_size(void)
{
    static struct text t;
    for (unsigned kind = 0; kind < 16; kind++) {
        make_text(&t, kind, 700);
        for (size_t chunk = 1; chunk <= 170 && !failures; chunk++)
            report(compare(&t, chunk, chunk, t.len), __func__, &t, chunk, chunk, t.len);
    }
}

static void test_every_room(void)
{
    static struct text t;
    for (unsigned kind = 0; kind < 16; kind++) {
        make_text(&t, kind, 900);
        for (size_t room = 1; room <= 150 && !failures; room++)
            report(compare(&t, t.len, t.len, room), __func__, &t, t.len, t.len, room);
    }
}

/* More numbers than a batch has, and all mixed. */
static void test_long_texts(void)
{
    static struct text t;
    for (unsigned kind = 0; kind < 80 && !failures; kind++) {
        make_text(&t, kind, 1000 + below(30000));
        size_t first = below(200);
        size_t chunk = below(2) ? t.len : 500 + below(20000);
        size_t room = below(2) ? t.len : 30 + below(2000);
        report(compare(&t, first, chunk, room), __func__, &t, first, chunk, room);
    }
}

/* The vector variants do it themselves, they do not leave it to the plain loop. */
static void test_blocks_are_taken(void)
{
    static const char *const lengths[] = {nodes, edges, large_edges, small};
    static struct text t;
    static uint64_t words[TEXT_MAX];
    for (unsigned v = 0; v < CPU_VARIANTS; v++) {
        const struct numbers_kernel *k =
            cpu_has((enum cpu_variant)v) ? numbers_kernel((enum cpu_variant)v) : NULL;
        for (size_t i = 0; i < 2 * ARRAY_LEN(lengths) && k; i++) {
            t.len = 0;
            put_rows(&t, lengths[i / 2], i % 2 ? "\n," : ",\n", 5000);
            const uint8_t *end = (const uint8_t *)t.bytes + t.len;
            struct number_batch b = {.pos = (const uint8_t *)t.bytes + NUMBERS_BEHIND,
                                     .end = end,
                                     .words = words,
                                     .room = ARRAY_LEN(words) / 2};
            while (b.pos[-1] != ',')
                b.pos++;
            EXPECT(!k->collect_long(&b));
            EXPECT(end - b.pos < NUMBERS_BLOCK && b.count > 500);
            EXPECT(b.has_long == (lengths[i / 2] == large_edges));
        }
    }
}

/* One wrong thing at every place of a block, in numbers of one length. */
static void test_wrong_places(void)
{
    static const char *const wrong[] = {",", "\n",   "\n\n", ",,", "\n,,", ",\n,", " ", "]",
                                        "x", "\x80", "/",    ":",  "-",    "\r\n", "" /* NUL */};
    static struct text t;
    for (size_t w = 0; w < ARRAY_LEN(wrong); w++) {
        for (unsigned digits = 1; digits <= 19; digits += 4) {
            for (size_t at = 64; at < 64 + 130 && !failures; at++) {
                size_t len = strlen(wrong[w]);
                t.len = 0;
                while (t.len < 400) {
                    put_number(&t, digits);
                    put(&t, t.len % 3 ? "," : "\n,");
                }
                memcpy(t.bytes + at, wrong[w], len ? len : 1);
                report(compare(&t, t.len, t.len, t.len), __func__, &t, t.len, t.len, t.len);
            }
        }
    }
}

static void test_byte_scans(void)
{
    static uint8_t bytes[TEXT_MAX];
    static const uint8_t special[] = {'"', '\\', '\n', 0, 0x1F, 0x20, 0x7F, 0x80, 0xFF, '!'};
    for (unsigned round = 0; round < 400 && !failures; round++) {
        size_t len = round < 200 ? round : below(TEXT_MAX);
        unsigned rare = 1 + below(round % 3 ? 100 : 3);
        for (size_t i = 0; i < len; i++)
            bytes[i] = below(rare) ? (uint8_t)('a' + below(26)) : special[below(sizeof special)];
        EXPECT(compare_byte_scans(bytes, len) == NULL);
    }
    /* no counter overflows */
    memset(bytes, '\n', sizeof bytes);
    EXPECT(compare_byte_scans(bytes, sizeof bytes) == NULL);
    EXPECT(count_newlines(bytes, sizeof bytes) == sizeof bytes);
    EXPECT(find_string_stop(bytes + 7, bytes + 9) == bytes + 7);
}

/* What cpu_variant() is in a process that begins with this value. */
static enum cpu_variant variant_with(const char *value)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        setenv("MORTEM_CPU", value, 1);
        _exit((int)cpu_variant());
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return CPU_VARIANTS;
    return (enum cpu_variant)WEXITSTATUS(status);
}

static void test_choice(void)
{
    struct err err = {0};
    enum cpu_variant best = variant_with("");
    EXPECT(cpu_has(CPU_SCALAR) && cpu_has(best));
    EXPECT(variant_with("avx9") == best);
    for (unsigned v = 0; v < CPU_VARIANTS; v++) {
        const char *name = cpu_variant_name((enum cpu_variant)v);
        bool here = cpu_has((enum cpu_variant)v);
        EXPECT(variant_with(name) == (here ? (enum cpu_variant)v : best));
        EXPECT(!here || v <= best);
        setenv("MORTEM_CPU", name, 1);
        EXPECT(cpu_check_choice(&err) == here);
    }
    setenv("MORTEM_CPU", "avx9", 1);
    EXPECT(!cpu_check_choice(&err) && err.code == ERR_USAGE);
    EXPECT(strstr(err.msg, "MORTEM_CPU: expected one of scalar") == err.msg);
    EXPECT(strstr(err.msg, "on this machine, found avx9") != NULL);
    unsetenv("MORTEM_CPU");
    EXPECT(cpu_check_choice(&err));
}

int main(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {
        {"choice", test_choice},
        {"every split", test_every_split},
        {"every room", test_every_room},
        {"every chunk size", test_every_chunk_size},
        {"long texts", test_long_texts},
        {"wrong places", test_wrong_places},
        {"blocks are taken", test_blocks_are_taken},
        {"byte scans", test_byte_scans},
    };
    for (unsigned v = 0; v < CPU_VARIANTS; v++) {
        if (!cpu_has((enum cpu_variant)v))
            printf("not on this machine: %s\n", cpu_variant_name((enum cpu_variant)v));
    }
    int bad = 0;
    for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
        failures = 0;
        tests[i].run();
        bad += failures != 0;
        if (!failures)
            printf("ok %s\n", tests[i].name);
        fflush(stdout);
    }
    return bad != 0;
}
