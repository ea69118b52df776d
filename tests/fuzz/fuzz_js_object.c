/* Any bytes as a script: what is given is bounded, of the text, and the same each time. */
#include "tests/fuzz/fuzz.h"

#include "parsers/js_object.h"

#include <string.h>

const char *const fuzz_words[] = {
    "module.exports",
    "export default ",
    "const ",
    "return ",
    "=>",
    "...",
    "async ",
    "function ",
    "`${",
    "/*",
    "//",
    " as const",
    "require('x')",
    "50 * 1024",
    "process.env.X",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ",",
    ":",
    "=",
    NULL,
};

struct seen {
    struct buf text;
    uint64_t lines;
    size_t count;
};

static bool see(void *ctx, const struct setting *s, struct err *err)
{
    struct seen *seen = ctx;
    (void)err;
    FUZZ_CHECK(strlen(s->key) <= CONFIG_PATH_MAX);
    FUZZ_CHECK(strlen(s->text) <= CONFIG_TEXT_MAX);
    FUZZ_CHECK(s->line >= 1 && s->line <= seen->lines);
    buf_printf(&seen->text, "%s=%s@%llu %d\n", s->key, s->text, (unsigned long long)s->line,
               (int)s->kind);
    seen->count++;
    return true;
}

void fuzz_seed(unsigned index, struct buf *b)
{
    static const char *const parts[] = {
        "module.exports = {\n  apps: [{ name: 'web', script: './server.js', instances: 4,\n",
        "    max_memory_restart: '1G', env: { A: `b${c}`, ...base }, f(x) { return { y: 1 } } "
        "}],\n};\n",
        "const MB = 1024 * 1024\nconst nextConfig: NextConfig = { cacheMaxMemorySize: 50 * MB, }\n",
        "export default withX({ a: [1, 2, { b: true }] })(nextConfig)\n",
        "module.exports = async (phase) => { if (phase) { return { x: /[\"']/ } } return { z: -1 } "
        "}\n",
        "nextConfig.images.loader = \"custom\" /* c */ // d\n",
    };
    for (unsigned i = 0; i <= index % 5; i++)
        buf_puts(b, parts[(index + i * 7) % ARRAY_LEN(parts)]);
}

static void read_text(const char *text, size_t len, struct seen *seen)
{
    struct setting_sink sink = {seen, see};
    struct err err;
    *seen = (struct seen){.lines = 1};
    for (size_t i = 0; i < len; i++)
        seen->lines += text[i] == '\n';
    FUZZ_CHECK(js_object_read((struct span){text, len}, "fuzz", CONFIG_KIND_NEXT, &sink, &err));
    FUZZ_CHECK(seen->count <= len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen once, again;
    char *copy = malloc(size ? size : 1); /* of its own: a sanitizer sees what is read behind it */
    FUZZ_CHECK(copy);
    memcpy(copy, data, size);
    read_text(copy, size, &once);
    read_text(copy, size, &again);
    FUZZ_CHECK(!strcmp(buf_str(&once.text), buf_str(&again.text)));
    buf_release(&once.text);
    buf_release(&again.text);
    free(copy);
    return 0;
}
