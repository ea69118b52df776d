/* Runs a fuzz target without libFuzzer: see fuzz.h.
 *
 *     fuzz_TARGET [COUNT [FIRST]]    COUNT mutations of the target's own inputs, from number FIRST
 *     fuzz_TARGET FILE...            the given inputs
 *
 * A failure names the number of the input; FIRST repeats it, with COUNT 1.
 */
#include "tests/fuzz/fuzz.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_COUNT 1000
#define SIZE_MAX_TRIED 65536

static uint64_t state;
static unsigned long number; /* of the input at hand */

static uint32_t below(uint32_t bound)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * UINT64_C(0x2545F4914F6CDD1D) >> 32) * bound >> 32);
}

/* Puts `with` in place of the `len` bytes at `at`. */
static void replace(struct buf *b, size_t at, size_t len, const char *with, size_t with_len)
{
    struct buf made = {0};
    buf_append(&made, b->data, at);
    buf_append(&made, with, with_len);
    buf_append(&made, b->data + at + len, b->len - at - len);
    buf_release(b);
    *b = made;
}

static void replace_number(struct buf *b, size_t at)
{
    static const char *const numbers[] = {
        "0",
        "1",
        "7",
        "42",
        "-1",
        "1.5",
        "1e9",
        "2147483647",
        "2147483648",
        "4294967295",
        "4294967296",
        "536870911",
        "9007199254740993",
        "9999999999999999999",
        "18446744073709551616",
        "",
    };
    const char *with = numbers[below(ARRAY_LEN(numbers))];
    size_t end;
    while (at < b->len && (b->data[at] < '0' || b->data[at] > '9'))
        at++;
    for (end = at; end < b->len && b->data[end] >= '0' && b->data[end] <= '9';)
        end++;
    replace(b, at, end - at, with, strlen(with));
}

static void mutate(struct buf *b, const struct buf *other)
{
    size_t words = 0, at = below((uint32_t)b->len + 1), left = b->len - at;
    size_t len = below((uint32_t)(left < 200 ? left : 200) + 1);
    while (fuzz_words[words])
        words++;
    const char *word = words ? fuzz_words[below((uint32_t)words)] : "";
    switch (below(8)) {
    case 0:
        if (left)
            b->data[at] ^= (char)(1 << below(8));
        break;
    case 1:
        replace(b, at, len, "", 0);
        break;
    case 2:
        replace(b, at, 0, b->data + at, len);
        break;
    case 3:
        replace(b, at, below(2) ? 0 : len, word, strlen(word));
        break;
    case 4:
        replace(b, at, left, "", 0);
        break;
    case 5:
        if (at < other->len)
            replace(b, at, left, other->data + at, other->len - at);
        break;
    default:
        replace_number(b, at);
        break;
    }
}

static void run_number(void)
{
    struct buf b = {0}, other = {0};
    state = (number + 1) * UINT64_C(0x9E3779B97F4A7C15);
    fuzz_seed((unsigned)number, &b);
    fuzz_seed(below(1000), &other);
    for (uint32_t i = 1 + below(4); number % 16 && i > 0 && b.len; i--)
        mutate(&b, &other);
    LLVMFuzzerTestOneInput((const uint8_t *)buf_str(&b),
                           b.len < SIZE_MAX_TRIED ? b.len : SIZE_MAX_TRIED);
    buf_release(&b);
    buf_release(&other);
}

static int run_file(const char *path)
{
    struct buf b = {0};
    char bytes[4096];
    FILE *in = fopen(path, "rb");
    if (!in) {
        perror(path);
        return 1;
    }
    for (size_t len; (len = fread(bytes, 1, sizeof bytes, in)) > 0;)
        buf_append(&b, bytes, len);
    fclose(in);
    LLVMFuzzerTestOneInput((const uint8_t *)buf_str(&b), b.len);
    buf_release(&b);
    return 0;
}

static void tell_number(void)
{
    fprintf(stderr, "input %lu\n", number);
}

static void on_abort(int signal_number)
{
    (void)signal_number;
    tell_number();
}

/* The address sanitizer's, where there is one: called before it ends the program. */
void __asan_set_death_callback(void (*callback)(void)) __attribute__((weak));

int main(int argc, char **argv)
{
    char *end = "";
    unsigned long count = argc > 1 ? strtoul(argv[1], &end, 10) : DEFAULT_COUNT;
    unsigned long first = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    int failed = 0;
    signal(SIGABRT, on_abort);
    if (__asan_set_death_callback)
        __asan_set_death_callback(tell_number);
    if (*end) {
        for (int i = 1; i < argc; i++)
            failed |= run_file(argv[i]);
        return failed;
    }
    for (number = first; number < first + count; number++)
        run_number();
    printf("ok %lu inputs\n", count);
    return 0;
}
