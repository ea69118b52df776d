/* Runs two commands in turn, several rounds, and prints what the system says each took: wall time,
 * CPU time, peak resident memory. The ratio is taken pair by pair, so that a machine whose speed
 * drifts still compares them fairly.
 *
 *     versus ROUNDS COMMAND [ARG ...] -- COMMAND [ARG ...]
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 99

struct figures {
    double wall, cpu, peak_mib;
};

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

static struct figures run(char **argv)
{
    struct rusage used;
    int status;
    double start = now();
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &used) < 0 || !WIFEXITED(status) || WEXITSTATUS(status)) {
        fprintf(stderr, "versus: %s failed\n", argv[0]);
        exit(1);
    }
    return (struct figures){now() - start, seconds(used.ru_utime) + seconds(used.ru_stime),
                            (double)used.ru_maxrss / 1024};
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(const double *values, size_t count)
{
    double sorted[ROUNDS_MAX];
    memcpy(sorted, values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, compare);
    return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

/* `offset` is that of the figure in struct figures. */
static void print_row(const char *name, size_t offset, const struct figures *a,
                      const struct figures *b, size_t count)
{
    double x[ROUNDS_MAX], y[ROUNDS_MAX], ratio[ROUNDS_MAX];
    for (size_t i = 0; i < count; i++) {
        memcpy(&x[i], (const char *)&a[i] + offset, sizeof x[i]);
        memcpy(&y[i], (const char *)&b[i] + offset, sizeof y[i]);
        ratio[i] = x[i] / y[i];
    }
    printf("%-10s %10.2f %10.2f %10.2f\n", name, median(x, count), median(y, count),
           median(ratio, count));
}

int main(int argc, char **argv)
{
    struct figures a[ROUNDS_MAX], b[ROUNDS_MAX];
    long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    int split = 2;
    while (split < argc && strcmp(argv[split], "--"))
        split++;
    if (rounds < 1 || rounds > ROUNDS_MAX || split == 2 || split + 1 >= argc) {
        fprintf(stderr, "usage: versus ROUNDS COMMAND [ARG ...] -- COMMAND [ARG ...]\n");
        return 2;
    }
    argv[split] = NULL;
    (void)run(argv + 2); /* warms the page cache */
    for (long i = 0; i < rounds; i++) {
        a[i] = run(argv + 2);
        b[i] = run(argv + split + 1);
    }
    printf("median of %ld rounds in turn\n%-10s %10s %10s %10s\n", rounds, "", "A", "B", "A/B");
    print_row("wall s", offsetof(struct figures, wall), a, b, (size_t)rounds);
    print_row("cpu s", offsetof(struct figures, cpu), a, b, (size_t)rounds);
    print_row("peak MiB", offsetof(struct figures, peak_mib), a, b, (size_t)rounds);
    return 0;
}
