/* Any bytes as the inside of an array of numbers, and as text to scan: the variants of the kernels
 * agree, whatever the chunks and the room for the numbers.
 */
#include "tests/fuzz/fuzz.h"

#include "tests/unit/kernel_compare.h"

const char *const fuzz_words[] = {
    ",", "\n", "\n,", ",\n", ",,", "\n\n", "\n,\n", ",\n,", " ", "\r\n", "]", "\"", "\\", NULL,
};

/* Rows of `width` numbers, of which each tenth is longer than the others. */
void fuzz_seed(unsigned index, struct buf *b)
{
    uint64_t x = index * UINT64_C(0x9E3779B97F4A7C15) + 1;
    unsigned width = index % 2 ? 3 : 7, rows = 1 + index % 300;
    for (unsigned i = 0; i < rows * width; i++) {
        x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
        unsigned bits = x >> 40 & 31;
        unsigned shift = 63 - (index % 4 == 3 || i % 10 == 0 ? bits + 20 : bits);
        const char *between = i % width ? "," : index % 3 ? "\n," : ",\n";
        buf_printf(b, "%s%llu", i ? between : "", (unsigned long long)(x >> shift));
    }
    buf_puts(b, "]");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size = min_u64(size, COMPARE_BYTES_MAX);
    /* Cuts and rooms that follow from the input, so that mutations change them too. */
    size_t hash = size;
    for (size_t i = 0; i < size; i++)
        hash = hash * 31 + data[i];
    size_t room = hash & 1 ? size + 1 : 1 + hash / 2 % 700;
    size_t chunk = hash & 2 ? size + 1 : 1 + hash / 4 % 1000;
    FUZZ_CHECK(!compare_numbers(data, size, hash % (size + 1), chunk, room));
    FUZZ_CHECK(!compare_byte_scans(data, size));
    return 0;
}
