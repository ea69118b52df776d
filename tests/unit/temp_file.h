/* Files that a test makes and removes. */
#ifndef MORTEM_TESTS_TEMP_FILE_H
#define MORTEM_TESTS_TEMP_FILE_H

#include "base/base.h"

struct temp_file {
    char path[256];
};

/* A file with these bytes in $TMPDIR or /tmp; a failure fails the test. */
void temp_file_make(struct temp_file *f, const void *bytes, size_t len);
/* An empty directory. */
void temp_dir_make(struct temp_file *d);
void temp_file_write(const struct temp_file *f, const void *bytes, size_t len);
/* Both kinds. */
void temp_file_remove(struct temp_file *f);

#endif
