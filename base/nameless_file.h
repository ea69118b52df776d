/* Temporary files that have no name: nobody else sees them, and they are gone with their last
 * descriptor, however the program ends.
 */
#ifndef MORTEM_BASE_NAMELESS_FILE_H
#define MORTEM_BASE_NAMELESS_FILE_H

#include "base/input.h"

/* `dir` if it is not NULL, else $TMPDIR, /var/tmp or /tmp, the first that can be written. The
 * caller's to free; NULL with *err filled if there is none. */
char *temp_dir_choose(const char *dir, struct err *err);

/* A file in `dir`, to read and write; -1 and errno on failure. */
int nameless_file(const char *dir);

/* For libraries that will not read a file without a name: to be unlinked as soon as they have it
 * open. */
struct named_copy {
    int fd;
    char path[4096];
};

/* What is left of the input as a file of its own, at most `max_bytes`. Descriptor and name are the
 * caller's. Errors are the input's, the file system's, or say that it is too much. */
bool input_to_file(struct input *in, const char *dir, uint64_t max_bytes, struct named_copy *ret,
                   struct err *err) WARN_UNUSED;

#endif
