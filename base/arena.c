/* Memory that is freed all at once: see arena.h. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t cap;
    alignas(max_align_t) unsigned char data[];
};

#define BLOCK_BYTES ((size_t)64 << 10)

void arena_release(struct arena *a)
{
    struct arena_block *block = a->head;
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
    *a = (struct arena){0};
}

/* Behind the block that is being filled, which stays in front. */
void arena_adopt(struct arena *a, struct arena *from)
{
    struct arena_block **end = a->head ? &a->head->next : &a->head;
    struct arena_block *rest = *end;
    *end = from->head;
    while (*end)
        end = &(*end)->next;
    *end = rest;
    a->failed |= from->failed;
    *from = (struct arena){0};
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    size_t align = alignof(max_align_t);
    if (bytes > SIZE_MAX / 2) {
        a->failed = true;
        return NULL;
    }
    bytes = (bytes + align - 1) / align * align;
    struct arena_block *block = a->head;
    if (!block || block->cap - block->used < bytes) {
        size_t cap = bytes > BLOCK_BYTES / 4 ? bytes : BLOCK_BYTES;
        block = calloc(1, sizeof *block + cap);
        if (!block) {
            a->failed = true;
            return NULL;
        }
        block->cap = cap;
        block->next = a->head;
        a->head = block;
    }
    void *p = block->data + block->used;
    block->used += bytes;
    return p;
}

const char *arena_strndup(struct arena *a, const char *text, size_t len)
{
    char *copy = len < SIZE_MAX ? arena_alloc(a, len + 1) : NULL;
    if (!copy) {
        a->failed = true;
        return "";
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

const char *arena_strdup(struct arena *a, const char *text)
{
    return arena_strndup(a, text, strlen(text));
}

const char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int need = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = need < 0 ? NULL : arena_alloc(a, (size_t)need + 1);
    if (!text) {
        a->failed = true;
        return "";
    }
    va_start(args, fmt);
    vsnprintf(text, (size_t)need + 1, fmt, args);
    va_end(args);
    return text;
}

/* Capacity is the next power of two of the count: a copy is due whenever the count reaches one. */
void *arena_push(struct arena *a, void **array, size_t *count, size_t elem)
{
    size_t n = *count;
    if ((n & (n - 1)) == 0) {
        size_t cap = n ? n * 2 : 1;
        if (cap > SIZE_MAX / 4 / elem) {
            a->failed = true;
            return NULL;
        }
        void *bigger = arena_alloc(a, cap * elem);
        if (!bigger)
            return NULL;
        if (n)
            memcpy(bigger, *array, n * elem);
        *array = bigger;
    }
    *count = n + 1;
    return (unsigned char *)*array + n * elem;
}
