/* One sentence about the set-up: see setup_words.h. */
#include "analyzer/setup_words.h"

#include "base/text.h"

static void put(struct buf *out, size_t start, const char *before, const char *text)
{
    if (text)
        buf_printf(out, "%s%s%s", out->len > start ? ", " : "", before, text);
}

static const char *server_words(enum next_server s)
{
    static const char *const words[] = {
        [NEXT_SERVER_UNKNOWN] = NULL,
        [NEXT_SERVER_START] = "next start",
        [NEXT_SERVER_STANDALONE] = "standalone server.js",
        [NEXT_SERVER_CUSTOM] = "a custom server",
    };
    return words[s];
}

static const char *bundler_words(enum bundler b)
{
    static const char *const words[] = {
        [BUNDLER_UNKNOWN] = NULL,
        [BUNDLER_WEBPACK] = "webpack",
        [BUNDLER_TURBOPACK] = "Turbopack",
    };
    return words[b];
}

static const char *router_words(unsigned routers)
{
    static const char *const words[] = {NULL, "pages router", "app router", "pages and app router"};
    return words[routers & (ROUTER_PAGES | ROUTER_APP)];
}

void setup_put_words(const struct analysis *a, struct buf *out)
{
    const struct next_info *next = &a->next;
    const struct runtime_info *run = &a->runtime;
    size_t start = out->len;
    put(out, start, "", server_words(next->server));
    put(out, start, "", bundler_words(next->bundler));
    put(out, start, "", router_words(next->routers));
    if (next->routes_total) {
        buf_puts(out, ", ");
        text_put_count(out, next->routes_total);
        buf_puts(out, next->routes_total == 1 ? " route" : " routes");
    }
    put(out, start, "cache handler ", next->cache_handler);
    put(out, start, "", run->framework);
    put(out, start, "PM2 in ", run->pm2);
    buf_puts(out, run->pm2 ? " mode" : "");
    put(out, start, "", run->images);
    buf_puts(out, run->images ? " loaded" : "");
}
