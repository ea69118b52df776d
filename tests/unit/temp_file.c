/* Files that a test makes and removes: see temp_file.h. */
#include "tests/unit/temp_file.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void choose_name(struct temp_file *f)
{
    const char *dir = getenv("TMPDIR");
    int len =
        snprintf(f->path, sizeof f->path, "%s/mortem-test-XXXXXX", dir && *dir ? dir : "/tmp");
    assert_in_range(len, 1, sizeof f->path - 1);
}

void temp_file_write(const struct temp_file *f, const void *bytes, size_t len)
{
    FILE *out = fopen(f->path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    assert_int_equal(fclose(out), 0);
}

void temp_file_make(struct temp_file *f, const void *bytes, size_t len)
{
    choose_name(f);
    int fd = mkstemp(f->path);
    assert_true(fd >= 0);
    close(fd);
    temp_file_write(f, bytes, len);
}

void temp_dir_make(struct temp_file *d)
{
    choose_name(d);
    assert_non_null(mkdtemp(d->path));
}

void temp_file_remove(struct temp_file *f)
{
    if (f->path[0])
        remove(f->path);
    f->path[0] = '\0';
}
