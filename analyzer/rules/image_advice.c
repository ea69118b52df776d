/* Advice about images: see image_advice.h. */
#include "analyzer/rules/image_advice.h"

#include "analyzer/next_config.h"

static void add(struct analysis *a, struct finding *f, struct advice advice)
{
    struct advice *to =
        arena_push(&a->arena, (void **)&f->advice, &f->advice_count, sizeof *f->advice);
    if (to)
        *to = advice;
}

static void add_lines(struct analysis *a, struct finding *f, const char *title, const char *lines,
                      const char *why)
{
    if (lines)
        add(a, f,
            (struct advice){.title = title, .why = why, .where = "next.config.js", .paste = lines});
}

static void add_allocator(struct analysis *a, struct finding *f)
{
    const char *start = a->next.found ? "node_modules/.bin/next start" : "node server.js";
    const char *lines = arena_printf(
        &a->arena,
        "MALLOC_ARENA_MAX=2 %s # glibc\n"
        "LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2 %s # or: apt install libjemalloc2",
        start, start);
    add(a, f,
        (struct advice){.title = "Limit what the allocator keeps",
                        .why = "After the images are done their memory often stays with glibc's "
                               "arenas: RSS stays high while the heap is small.",
                        .paste = lines});
}

void image_advice_add(struct analysis *a, struct finding *f)
{
    const struct next_info *next = &a->next;
    struct arena *arena = &a->arena;
    if (next->found) {
        add_lines(a, f, "Let a CDN or a custom loader make the images",
                  next_image_loader_lines(next, arena),
                  "The optimizer then does not run in this process at all.");
        add_lines(a, f, "Make fewer images at once", next_image_threads_lines(next, arena),
                  "Half of the cores work for sharp by default, each with a whole decoded image.");
        add_lines(a, f, "Refuse large originals", next_image_body_lines(next, arena),
                  "An original is read into memory whole before it is made smaller.");
    }
    add_allocator(a, f);
}

void image_advice_add_sharp(struct analysis *a, struct finding *f)
{
    add(a, f,
        (struct advice){.title = "Install sharp",
                        .why = "Without it Next.js up to 14.2 decodes images in WebAssembly, whole "
                               "and uncompressed.",
                        .paste = "npm install sharp"});
}
