/* Binary journals: see journal_file.h. */
#include "parsers/journal_file.h"

#include "parsers/log.h"
#include "parsers/log_record.h"

#include <stdio.h>
#include <stdlib.h>

bool bytes_are_journal(const uint8_t *bytes, size_t len)
{
    return len >= 8 && !memcmp(bytes, "LPKSHHRH", 8);
}

#ifndef HAVE_LIBSYSTEMD

void journal_source_open(const char *file, int fd, struct journal_source *ret)
{
    (void)fd;
    *ret = (struct journal_source){.file = file};
    err_set(&ret->problem, ERR_INPUT, 0,
            "%s: byte 0: a binary systemd journal, which this mortem was built to do without; give "
            "it what this prints: journalctl --file '%s' -o export",
            file, file);
}

void journal_source_close(struct journal_source *s)
{
    (void)s;
}

bool journal_files_read(struct journal_source *sources, size_t count, const struct event_sink *sink,
                        const struct progress *progress, struct err *err)
{
    (void)sources, (void)count, (void)sink, (void)progress, (void)err;
    return true;
}

#else

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define VALUE_BYTES (RECORD_TEXT_KEEP + 256) /* of a field: more is not kept */
#define ENTRIES_AT 152                       /* in the file: how many there are, 8 bytes */
#define SAMPLE_PLACES 8
#define SAMPLE_ENTRIES 100
#define MATCHES_MAX 12 /* more cost more than they save */
#define PROGRESS_ENTRIES 1024

struct reader {
    sd_journal *journal;
    struct journal_source *source;
    bool at_entry;
    uint64_t realtime, monotonic, from, to;
    sd_id128_t boot;
    uint64_t seen, unreadable; /* entries */
    bool matched;              /* only some are looked at */
};

static void tell(struct journal_source *s, int error, const char *what)
{
    const char *why = error == -EBADMSG || error == -ENODATA ? "the file is damaged or cut"
                      : error == -EPROTONOSUPPORT ? "written by a newer systemd than is here"
                                                  : strerror(-error);
    err_set(&s->problem, ERR_INPUT, 0, "%s: %s: %s", s->file, what, why);
}

/* -- which entries -- */

/* Who writes much and never about memory. */
static const char *const noise[] = {
    "sshd",
    "sshd-session",
    "sudo",
    "su",
    "CRON",
    "cron",
    "crond",
    "dbus-daemon",
    "dbus-broker",
    "systemd-logind",
    "systemd-udevd",
    "systemd-resolved",
    "systemd-networkd",
    "systemd-timesyncd",
    "audit",
    "NetworkManager",
    "polkitd",
    "chronyd",
    "ntpd",
    "postfix",
    "dhclient",
    "wpa_supplicant",
    "avahi-daemon",
    "ModemManager",
    "rsyslogd",
    "systemd-hostnamed",
    "systemd-localed",
    "systemd-tmpfiles",
    "auditd",
    "login",
};

static struct span field(sd_journal *j, const char *name)
{
    const void *data;
    size_t len, n = strlen(name) + 1;
    if (sd_journal_get_data(j, name, &data, &len) < 0 || len < n)
        return (struct span){"", 0};
    return (struct span){(const char *)data + n, len - n};
}

static bool is_noise(struct span identifier)
{
    for (size_t i = 0; i < ARRAY_LEN(noise); i++)
        if (span_is(identifier, noise[i]))
            return true;
    return false;
}

static bool may_matter(sd_journal *j)
{
    struct span transport = field(j, "_TRANSPORT");
    return span_is(transport, "kernel") || span_is(transport, "stdout") ||
           !is_noise(field(j, "SYSLOG_IDENTIFIER"));
}

static void cutoffs(sd_journal *j, uint64_t *ret_from, uint64_t *ret_to)
{
    if (sd_journal_get_cutoff_realtime_usec(j, ret_from, ret_to) < 0 || *ret_to < *ret_from)
        *ret_from = *ret_to = 0;
}

/* From a few places all over the file: whether most entries are noise. */
static bool is_mostly_noise(sd_journal *j)
{
    uint64_t all = 0, matter = 0, from, to;
    cutoffs(j, &from, &to);
    for (unsigned place = 0; place < SAMPLE_PLACES; place++) {
        uint64_t at = from + (to - from) / SAMPLE_PLACES * place;
        if (sd_journal_seek_realtime_usec(j, at) < 0)
            return false;
        for (int i = 0; i < SAMPLE_ENTRIES && sd_journal_next(j) > 0; i++) {
            all++;
            matter += may_matter(j);
        }
    }
    return matter * 10 < all * 3;
}

/* All entries but noise, through the index; false if the index is of no use for that. */
static bool match(sd_journal *j)
{
    const void *data;
    size_t len, count = 0;
    if (sd_journal_add_match(j, "_TRANSPORT=kernel", 0) < 0 ||
        sd_journal_add_match(j, "_TRANSPORT=stdout", 0) < 0 || sd_journal_add_disjunction(j) < 0 ||
        sd_journal_query_unique(j, "SYSLOG_IDENTIFIER") < 0)
        return false;
    SD_JOURNAL_FOREACH_UNIQUE(j, data, len)
    {
        struct span s = {data, len};
        if (!span_take(&s, "SYSLOG_IDENTIFIER=") || is_noise(s) || span_is(s, "kernel"))
            continue;
        if (++count > MATCHES_MAX || sd_journal_add_match(j, data, len) < 0)
            return false;
    }
    return true;
}

/* Matches cost more than reading everything unless they leave most of it out. */
static void choose_entries(struct reader *r)
{
    r->matched = r->source->noisy && match(r->journal);
    if (!r->matched)
        sd_journal_flush_matches(r->journal);
    sd_journal_seek_head(r->journal);
}

/* -- entries -- */

static void advance(struct reader *r)
{
    int n = sd_journal_next(r->journal);
    r->at_entry = n > 0;
    if (n < 0) {
        tell(r->source, n, "the journal cannot be read to its end");
        return;
    }
    if (!r->at_entry)
        return;
    r->seen++;
    if (sd_journal_get_realtime_usec(r->journal, &r->realtime) < 0)
        r->realtime = 0;
    if (sd_journal_get_monotonic_usec(r->journal, &r->monotonic, &r->boot) < 0)
        r->monotonic = 0;
}

static bool is_earlier(const struct reader *a, const struct reader *b)
{
    if (sd_id128_equal(a->boot, b->boot))
        return a->monotonic < b->monotonic;
    return a->realtime < b->realtime;
}

/* "s=...;i=94a;b=...": i is the sequence number. */
static uint64_t sequence_number(sd_journal *j)
{
    char *cursor = NULL;
    if (sd_journal_get_cursor(j, &cursor) < 0)
        return 0;
    const char *at = strstr(cursor, ";i=");
    uint64_t n = at ? strtoull(at + 3, NULL, 16) : 0;
    free(cursor);
    return n;
}

static void store_number(struct record_fields *f, enum record_field id, uint64_t v)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%llu", (unsigned long long)v);
    record_field_store(f, id, TYPE_TEXT, (struct span){text, (size_t)n});
}

static void store_fields(const struct reader *r, struct record_fields *f)
{
    const void *data;
    size_t len;
    char boot[SD_ID128_STRING_MAX];
    record_fields_clear(f);
    sd_journal_restart_data(r->journal);
    while (sd_journal_enumerate_data(r->journal, &data, &len) > 0) {
        const char *equals = len ? memchr(data, '=', len) : NULL;
        if (!equals)
            continue;
        struct span s = {data, len}, key = span_head(s, (size_t)(equals - s.p));
        enum record_field id = record_field_of(GROUP_RECORD, key);
        if (id != FIELD_NONE)
            record_field_store(f, id, TYPE_TEXT, span_from(s, key.len + 1));
    }
    store_number(f, FIELD_REALTIME, r->realtime);
    store_number(f, FIELD_MONOTONIC, r->monotonic);
    record_field_store(f, FIELD_BOOT_ID, TYPE_TEXT,
                       (struct span){sd_id128_to_string(r->boot, boot), 32});
}

static bool take_entry(struct reader *r, struct log_parser *p, struct record_fields *f,
                       struct err *err)
{
    const void *data;
    size_t len;
    int found = sd_journal_get_data(r->journal, "MESSAGE", &data, &len);
    r->unreadable += found < 0 && found != -ENOENT;
    if (found < 0 || len < 8 || !log_message_matters(p, (const char *)data + 8, len - 8))
        return true;
    store_fields(r, f);
    const struct record_form *form = record_form_of(f, FRAMING_JOURNAL);
    struct log_record record = {.line = sequence_number(r->journal)};
    if (!form)
        return true;
    record.form = &form->form;
    form->fill(f, &record);
    log_parser_set_file(p, r->source->file);
    return log_take_record(p, &record, err);
}

static bool read_all(struct reader *readers, size_t count, struct log_parser *p,
                     struct record_fields *f, const struct progress *progress, struct err *err)
{
    for (uint64_t n = 0;; n++) {
        struct reader *first = NULL;
        for (size_t i = 0; i < count; i++)
            if (readers[i].at_entry && (!first || is_earlier(&readers[i], first)))
                first = &readers[i];
        if (!first)
            return true;
        if (n % PROGRESS_ENTRIES == 0) {
            uint64_t done = first->realtime - min_u64(first->from, first->realtime);
            progress_step(progress, "reading", done, first->to - first->from);
            if (!progress_goes_on(progress, err))
                return false;
        }
        if (!take_entry(first, p, f, err))
            return false;
        advance(first);
    }
}

/* -- files -- */

static uint64_t entries_said(int fd)
{
    uint8_t bytes[8];
    uint64_t v = 0;
    if (pread(fd, bytes, sizeof bytes, ENTRIES_AT) != sizeof bytes)
        return 0;
    for (int i = 8; i-- > 0;)
        v = v << 8 | bytes[i];
    return v;
}

/* Some versions of libsystemd close the descriptor that they were given, others do not: they get
 * one of their own. */
static int open_journal(int fd, sd_journal **ret, int *ret_fd)
{
    *ret_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return *ret_fd < 0 ? -errno : sd_journal_open_files_fd(ret, ret_fd, 1, 0);
}

static void close_journal(sd_journal *j, int own, int fd)
{
    struct stat is, was;
    sd_journal_close(j);
    if (!fstat(own, &is) && !fstat(fd, &was) && is.st_dev == was.st_dev && is.st_ino == was.st_ino)
        close(own);
}

/* A damaged place where it is looked into would end all reading: a handle of its own looks. */
static bool looks_noisy(int fd)
{
    sd_journal *journal = NULL;
    int own = -1;
    bool noisy = open_journal(fd, &journal, &own) >= 0 && is_mostly_noise(journal);
    close_journal(journal, own, fd);
    return noisy;
}

void journal_source_open(const char *file, int fd, struct journal_source *ret)
{
    sd_journal *journal = NULL;
    *ret = (struct journal_source){.file = file, .fd = fd, .journal_fd = -1};
    int opened = open_journal(fd, &journal, &ret->journal_fd);
    if (opened < 0) {
        close_journal(NULL, ret->journal_fd, fd);
        tell(ret, opened, "byte 0: a systemd journal that cannot be opened");
        return;
    }
    ret->journal = journal;
    ret->entries = entries_said(fd);
    ret->noisy = looks_noisy(fd);
}

void journal_source_close(struct journal_source *s)
{
    if (s->journal)
        close_journal(s->journal, s->journal_fd, s->fd);
    s->journal = NULL;
}

static void begin(struct reader *r, struct journal_source *source)
{
    r->source = source;
    r->journal = source->journal;
    if (!r->journal)
        return;
    sd_journal_set_data_threshold(r->journal, VALUE_BYTES);
    cutoffs(r->journal, &r->from, &r->to);
    choose_entries(r);
    advance(r);
}

/* libsystemd leaves out what it cannot read, to the end of the file at worst. */
static void end(struct reader *r)
{
    struct journal_source *s = r->source;
    uint64_t lost = r->unreadable;
    if (r->journal && !r->matched && r->seen < s->entries)
        lost += s->entries - r->seen;
    bool empty = s->cut && !s->entries; /* not even their number is there */
    if ((lost || empty) && s->problem.code == ERR_NONE)
        err_set(&s->problem, ERR_INPUT, 0,
                "%s: the journal is damaged or cut: %llu of %llu entries cannot be read", s->file,
                (unsigned long long)lost, (unsigned long long)s->entries);
}

bool journal_files_read(struct journal_source *sources, size_t count, const struct event_sink *sink,
                        const struct progress *progress, struct err *err)
{
    struct reader *readers = calloc(count ? count : 1, sizeof *readers);
    struct record_fields fields = {0};
    struct log_parser *parser = NULL;
    if (!readers)
        return err_nomem(err, count * sizeof *readers, "the journals");
    for (size_t i = 0; i < count; i++)
        begin(&readers[i], &sources[i]);
    bool ok = log_parser_new(count ? sources[0].file : "", sink, &parser, err) &&
              read_all(readers, count, parser, &fields, progress, err) && log_finish(parser, err);
    log_parser_free(parser);
    record_fields_release(&fields);
    for (size_t i = 0; i < count; i++)
        end(&readers[i]);
    free(readers);
    return ok;
}

#endif
