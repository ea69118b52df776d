/* The nearest word: see suggest.h. Optimal string alignment distance on three rows. */
#include "cli/suggest.h"

#include <string.h>

#define WORD_MAX 32

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][WORD_MAX + 1];
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t change = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(change, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

const char *suggest(const char *word, const char *(*candidate)(size_t i))
{
    const char *best = NULL, *c;
    size_t best_distance = WORD_MAX, len = strlen(word);
    if (len > WORD_MAX)
        return NULL;
    for (size_t i = 0; (c = candidate(i)); i++) {
        size_t c_len = strlen(c);
        if (c_len == 0 || c_len > WORD_MAX)
            continue;
        size_t d = distance(word, len, c, c_len);
        if (d < best_distance && d * 3 <= c_len) {
            best = c;
            best_distance = d;
        }
    }
    return best;
}
