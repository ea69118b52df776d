/* Runs a command and prints what the system says it took, as one line with tabs between: seconds of
 * wall time, seconds of CPU time, peak resident KiB, peak anonymous KiB (-p), peak KiB of its
 * memory cgroup (-m), and how it ended: its exit status, or the signal as -N. What was not asked
 * for is 0.
 *
 *     measure [OPTION]... -- COMMAND [ARG ...]
 *       -o FILE    its standard output; else nowhere
 *       -p MS      look at its anonymous memory every so many milliseconds
 *       -m BYTES   in a memory cgroup of its own; exits 3 and says why where there can be none
 *       -c FILE    take FILE out of the page cache first
 *       -t SECONDS end it after so long, with -14
 *       -s TEXT    on a terminal of its own, until TEXT is on its screen: then the clock stops, and
 * q is typed
 */
#include "tests/bench/memcg.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

struct options {
    const char *output, *cold, *screen;
    long period_ms, patience_s;
    uint64_t limit;
    char **command;
};

struct sampler {
    pid_t pid;
    long period_ms;
    atomic_bool stop;
    long peak_kib;
};

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
    exit(2);
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* -- anonymous memory -- */

/* From Linux' /proc; 0 elsewhere, and once the process has ended. */
static long anonymous_kib(pid_t pid)
{
    char path[64], line[256];
    long kib = 0;
    snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f) && sscanf(line, "RssAnon: %ld", &kib) != 1)
        ;
    if (f)
        fclose(f);
    return kib;
}

static void *sample(void *arg)
{
    struct sampler *s = arg;
    struct timespec period = {s->period_ms / 1000, s->period_ms % 1000 * 1000000};
    while (!atomic_load(&s->stop)) {
        long kib = anonymous_kib(s->pid);
        s->peak_kib = kib > s->peak_kib ? kib : s->peak_kib;
        nanosleep(&period, NULL);
    }
    return NULL;
}

/* -- a terminal -- */

static int open_terminal(char *ret_name, size_t size)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY);
    const char *name = fd >= 0 && !grantpt(fd) && !unlockpt(fd) ? ptsname(fd) : NULL;
    if (!name || snprintf(ret_name, size, "%s", name) >= (int)size)
        fail("terminal");
    return fd;
}

static void enter_terminal(const char *name)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    setsid();
    int fd = open(name, O_RDWR);
    if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) || ioctl(fd, TIOCSWINSZ, &size))
        fail(name);
    for (int i = 0; i < 3; i++)
        dup2(fd, i);
    setenv("TERM", "xterm", 1);
}

/* When `text` was there, 0 if never. Reads on until the program has ended, or did not for some
 * seconds. */
static double watch(int fd, const char *text, pid_t pid)
{
    enum { PATIENCE_MS = 600000, LAST_MS = 5000 };
    char seen[8192];
    size_t len = 0;
    double when = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (poll(&p, 1, when > 0 ? LAST_MS : PATIENCE_MS) > 0) {
        ssize_t n = read(fd, seen + len, sizeof seen - 1 - len);
        if (n <= 0)
            return when;
        len += (size_t)n;
        seen[len] = '\0';
        if (!(when > 0) && strstr(seen, text)) {
            when = now();
            if (write(fd, "q", 1) != 1)
                break;
        }
        size_t keep = len < strlen(text) ? len : strlen(text);
        memmove(seen, seen + len - keep, keep);
        len = keep;
    }
    kill(pid, SIGKILL);
    return when;
}

/* -- the run -- */

static void redirect(const struct options *o)
{
    int in = open("/dev/null", O_RDONLY);
    int out = o->output ? open(o->output, O_WRONLY | O_CREAT | O_TRUNC, 0666)
                        : open("/dev/null", O_WRONLY);
    if (in < 0 || out < 0)
        fail(o->output ? o->output : "/dev/null");
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
}

static pid_t start(const struct options *o, const struct memcg *group, const char *terminal)
{
    pid_t pid = fork();
    if (pid < 0)
        fail("fork");
    if (pid)
        return pid;
    if (group && !memcg_enter(group))
        fail("memory cgroup");
    if (terminal)
        enter_terminal(terminal);
    else
        redirect(o);
    alarm((unsigned)o->patience_s); /* an alarm outlives exec */
    execvp(o->command[0], o->command);
    perror(o->command[0]);
    _exit(127);
}

/* Clean pages only leave the cache: what was written goes to disk first. */
static void make_cold(const char *path)
{
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fsync(fd))
        fail(path);
#ifdef POSIX_FADV_DONTNEED
    if ((errno = posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED)))
        fail(path);
#endif
    close(fd);
}

static void run(const struct options *o, const struct memcg *group)
{
    char name[64];
    struct rusage used;
    int status, terminal = o->screen ? open_terminal(name, sizeof name) : -1;
    pthread_t thread;
    double begin = now(), shown = 0;
    pid_t pid = start(o, group, o->screen ? name : NULL);
    struct sampler s = {.pid = pid, .period_ms = o->period_ms};
    bool sampled = s.period_ms && !pthread_create(&thread, NULL, sample, &s);
    if (o->screen)
        shown = watch(terminal, o->screen, pid);
    if (wait4(pid, &status, 0, &used) < 0)
        fail("wait");
    double end = o->screen ? shown : now();
    atomic_store(&s.stop, true);
    if (sampled)
        pthread_join(thread, NULL);
#ifdef __APPLE__
    used.ru_maxrss /= 1024; /* bytes there */
#endif
    int how = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    if (o->screen)
        how = shown > 0 ? 0 : 126;
    printf("%.4f\t%.4f\t%ld\t%ld\t%llu\t%d\n", end - begin,
           seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss, s.peak_kib,
           group ? (unsigned long long)memcg_peak(group) / 1024 : 0, how);
}

static bool parse(struct options *o, int argc, char **argv)
{
    int c;
    while ((c = getopt(argc, argv, "+o:p:m:c:s:t:")) != -1) {
        switch (c) {
        case 'o':
            o->output = optarg;
            break;
        case 'p':
            o->period_ms = strtol(optarg, NULL, 10);
            break;
        case 'm':
            o->limit = strtoull(optarg, NULL, 10);
            break;
        case 'c':
            o->cold = optarg;
            break;
        case 't':
            o->patience_s = strtol(optarg, NULL, 10);
            break;
        case 's':
            o->screen = optarg;
            break;
        default:
            return false;
        }
    }
    o->command = argv + optind;
    return optind < argc && o->period_ms >= 0 && o->patience_s >= 0;
}

int main(int argc, char **argv)
{
    struct options o = {0};
    struct memcg group;
    const char *why;
    if (!parse(&o, argc, argv)) {
        fprintf(stderr, "usage: measure [-o FILE] [-p MS] [-m BYTES] [-c FILE] [-t SECONDS] "
                        "[-s TEXT] -- COMMAND [ARG ...]\n");
        return 2;
    }
    if (o.limit && !memcg_make(&group, o.limit, &why)) {
        fprintf(stderr, "%s\n", why);
        return 3;
    }
    if (o.cold)
        make_cold(o.cold);
    run(&o, o.limit ? &group : NULL);
    if (o.limit)
        memcg_remove(&group);
    return 0;
}
