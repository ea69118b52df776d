/* Progress on a terminal: see progress_bar.h. */
#include "cli/progress_bar.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/terminal.h"

#define QUIET_MS 500
#define REDRAW_MS 100
/* Before that a rate is noise. */
#define RATE_AFTER_MS 200
#define LEFT_AFTER_MS 1000
#define BAR_WIDTH 20
#define PHASE_MIN 20

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* -- the line -- */

static bool counts_bytes(const char *phase)
{
    return strncmp(phase, "reading", 7) == 0;
}

static void put_bar(struct buf *b, double share, bool ascii)
{
    unsigned full = (unsigned)(share * BAR_WIDTH + 0.5);
    buf_putc(b, '[');
    for (unsigned i = 0; i < BAR_WIDTH; i++)
        buf_puts(b, ascii ? i < full ? "#" : "-" : i < full ? "\xE2\x96\x88" : "\xE2\x96\x91");
    buf_puts(b, "] ");
}

/* Everything behind the phase and the bar. */
static void put_numbers(struct buf *b, const struct progress_state *s, double share)
{
    bool bytes = counts_bytes(s->phase);
    if (s->total)
        buf_printf(b, "%3u %%", (unsigned)(share * 100));
    else if (bytes)
        text_put_bytes(b, s->done);
    else
        text_put_count(b, s->done);
    if (bytes && s->elapsed_ms >= RATE_AFTER_MS) {
        buf_puts(b, "  ");
        text_put_bytes(b, (uint64_t)((double)s->done * 1000 / (double)s->elapsed_ms));
        buf_puts(b, "/s");
    }
    if (s->total && s->done && s->elapsed_ms >= LEFT_AFTER_MS) {
        double left_ms = (double)s->elapsed_ms * (1 - share) / share;
        buf_puts(b, "  ");
        text_put_duration(b, (uint64_t)(left_ms / 1000 + 0.5));
        buf_puts(b, " left");
    }
}

void progress_bar_format(struct buf *b, const struct progress_state *s, size_t width, bool ascii)
{
    struct buf tail = {0};
    double share = s->total ? (double)min_u64(s->done, s->total) / (double)s->total : 0;
    put_numbers(&tail, s, share);
    size_t numbers = text_width(buf_str(&tail), tail.len);
    bool bar = s->total && width >= numbers + BAR_WIDTH + 3 + PHASE_MIN + 2;
    size_t taken = numbers + (bar ? BAR_WIDTH + 3 : 0) + 2;
    if (taken < width) {
        text_put_cut(b, s->phase, strlen(s->phase), width - taken, ascii);
        buf_puts(b, "  ");
        if (bar)
            put_bar(b, share, ascii);
    }
    if (numbers <= width)
        buf_append(b, buf_str(&tail), tail.len);
    b->failed |= tail.failed;
    buf_release(&tail);
}

/* -- the terminal -- */

/* Progress is never worth an error: a terminal that is gone is no reason to stop. */
static void send(struct progress_bar *bar)
{
    if (bar->line.failed || write(bar->fd, bar->line.data, bar->line.len) < 0)
        bar->fd = -1;
}

static void draw(struct progress_bar *bar, const struct progress_state *s)
{
    unsigned width = terminal_width(bar->fd);
    buf_clear(&bar->line);
    buf_putc(&bar->line, '\r');
    /* Not the last column: some terminals wrap there. */
    progress_bar_format(&bar->line, s, width > 1 ? width - 1 : 79, bar->ascii);
    buf_puts(&bar->line, "\x1b[K");
    send(bar);
    bar->drawn = true;
}

static void report(void *ctx, const char *phase, uint64_t done, uint64_t total)
{
    struct progress_bar *bar = ctx;
    if (bar->fd < 0)
        return;
    uint64_t now = now_ms();
    bool new_phase = strcmp(buf_str(&bar->phase), phase) != 0;
    if (new_phase) {
        buf_clear(&bar->phase);
        buf_puts(&bar->phase, phase);
        bar->phase_ms = now;
    }
    if (now - bar->started_ms < QUIET_MS)
        return;
    /* A phase may be long and report once: its name must not wait. */
    if (!new_phase && bar->drawn && now - bar->drawn_ms < REDRAW_MS)
        return;
    bar->drawn_ms = now;
    draw(bar, &(struct progress_state){phase, done, total, now - bar->phase_ms});
}

void progress_bar_init(struct progress_bar *bar, int fd, bool quiet, bool ascii)
{
    *bar = (struct progress_bar){.fd = quiet || !terminal_is_capable(fd) ? -1 : fd};
    bar->progress = (struct progress){.report = report, .ctx = bar};
    bar->ascii = ascii;
    bar->started_ms = now_ms();
}

void progress_bar_finish(struct progress_bar *bar)
{
    if (bar->drawn && bar->fd >= 0) {
        buf_clear(&bar->line);
        buf_puts(&bar->line, "\r\x1b[K");
        send(bar);
    }
    buf_release(&bar->phase);
    buf_release(&bar->line);
    bar->fd = -1;
    bar->drawn = false;
}
