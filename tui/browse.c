/* The browser's loop and its signals: see browse.h. */
#include "tui/browse.h"

#include <curses.h>
#include <signal.h>

#include "tui/browser.h"

/* Signals are looked at so often at least; and how far things are, while something is to come. */
#define WAIT_MS 500
#define LOOK_MS 100

/* The one mutable global: a signal handler has no other way to say something. */
static volatile sig_atomic_t end_asked;

static void ask_end(int signal_number)
{
    (void)signal_number;
    end_asked = 1;
}

/* endwin() is not meant for a handler, but the process is lost anyway; a second fault ends it,
 * since the disposition has been reset. */
static void restore_and_die(int signal_number)
{
    endwin();
    raise(signal_number);
}

static const struct {
    int signal_number;
    void (*handler)(int);
    int flags;
} handlers[] = {
    {SIGINT, ask_end, 0},
    {SIGTERM, ask_end, 0},
    {SIGHUP, ask_end, 0},
    {SIGQUIT, ask_end, 0},
    {SIGSEGV, restore_and_die, SA_RESETHAND | SA_NODEFER},
    {SIGBUS, restore_and_die, SA_RESETHAND | SA_NODEFER},
    {SIGFPE, restore_and_die, SA_RESETHAND | SA_NODEFER},
    {SIGILL, restore_and_die, SA_RESETHAND | SA_NODEFER},
    {SIGABRT, restore_and_die, SA_RESETHAND | SA_NODEFER},
};

static void set_handlers(struct sigaction *ret_before)
{
    end_asked = 0;
    for (size_t i = 0; i < ARRAY_LEN(handlers); i++) {
        struct sigaction action = {.sa_flags = handlers[i].flags};
        action.sa_handler = handlers[i].handler;
        sigemptyset(&action.sa_mask);
        sigaction(handlers[i].signal_number, &action, &ret_before[i]);
    }
}

static void restore_handlers(const struct sigaction *before)
{
    for (size_t i = 0; i < ARRAY_LEN(handlers); i++)
        sigaction(handlers[i].signal_number, &before[i], NULL);
}

static void loop(struct browser *b, const struct browse_source *source)
{
    struct background_state now;
    browser_draw(b);
    while (!b->done && !end_asked) {
        bool waits = !b->model.state.done;
        uint32_t key = screen_key(b->screen, waits ? LOOK_MS : WAIT_MS);
        if (key == SCREEN_GONE)
            break;
        if (waits) {
            source->look(source->ctx, &now);
            browser_take(b, &now);
        }
        if (key != SCREEN_NO_KEY)
            browser_key(b, key);
        if (waits || key != SCREEN_NO_KEY)
            browser_draw(b);
    }
}

bool browse_run(const struct browse_source *source, const struct browse_options *o, struct err *err)
{
    struct screen_options screen_options = {
        .in = o->in, .out = o->out, .color = o->color, .ascii = o->ascii};
    struct sigaction before[ARRAY_LEN(handlers)];
    struct background_state now;
    struct screen *s;
    struct browser b;
    source->look(source->ctx, &now);
    if (!browser_is_worth_it(&now))
        return true;
    if (!screen_open(&screen_options, &s, err))
        return false;
    /* After ncurses has set its own, which do less. */
    set_handlers(before);
    bool ok = browser_init(&b, &now, s, err);
    if (ok) {
        loop(&b, source);
        browser_release(&b);
    }
    screen_close(s);
    restore_handlers(before);
    return ok;
}
