/* The stamps of log lines: see log_time.h. */
#include "parsers/log_time.h"

struct month_name {
    const char *prefix; /* lower-case in ASCII; the first row that fits wins */
    unsigned month;
};

/* English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian. */
static const struct month_name months[] = {
    {"jan", 1},  {"jän", 1},  {"ene", 1},  {"gen", 1},  {"sty", 1},  {"янв", 1},  {"feb", 2},
    {"fév", 2},  {"fev", 2},  {"lut", 2},  {"фев", 2},  {"mar", 3},  {"mär", 3},  {"mrt", 3},
    {"мар", 3},  {"apr", 4},  {"avr", 4},  {"abr", 4},  {"kwi", 4},  {"апр", 4},  {"may", 5},
    {"mai", 5},  {"mei", 5},  {"mag", 5},  {"maj", 5},  {"май", 5},  {"мая", 5},  {"jun", 6},
    {"juin", 6}, {"giu", 6},  {"cze", 6},  {"июн", 6},  {"juil", 7}, {"jul", 7},  {"lug", 7},
    {"lip", 7},  {"июл", 7},  {"aug", 8},  {"août", 8}, {"aou", 8},  {"ago", 8},  {"sie", 8},
    {"авг", 8},  {"sep", 9},  {"set", 9},  {"wrz", 9},  {"сен", 9},  {"oct", 10}, {"okt", 10},
    {"out", 10}, {"ott", 10}, {"paź", 10}, {"окт", 10}, {"nov", 11}, {"lis", 11}, {"ноя", 11},
    {"dec", 12}, {"déc", 12}, {"dez", 12}, {"dic", 12}, {"gru", 12}, {"дек", 12},
};

static bool starts_caseless(struct span s, const char *lower)
{
    size_t n = strlen(lower);
    if (s.len < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = s.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != lower[i])
            return false;
    }
    return true;
}

unsigned month_by_name(struct span name)
{
    uint64_t n;
    struct span rest = name;
    if (span_take_number(&rest, &n))
        return n >= 1 && n <= 12 && (span_is(rest, "月") || span_is(rest, "월")) ? (unsigned)n : 0;
    for (size_t i = 0; i < ARRAY_LEN(months); i++)
        if (starts_caseless(name, months[i].prefix))
            return months[i].month;
    return 0;
}

static void take_fraction(struct span *s, struct civil_time *t)
{
    if (s->len < 2 || (s->p[0] != '.' && s->p[0] != ',') || !char_is_digit(s->p[1]))
        return;
    unsigned us = 0, scale = 100000;
    size_t n = 1;
    for (; n < s->len && char_is_digit(s->p[n]); n++, scale /= 10)
        us += (unsigned)(s->p[n] - '0') * scale;
    t->microsecond = us;
    *s = span_from(*s, n);
}

bool take_clock_time(struct span *s, struct civil_time *t)
{
    struct span rest = *s;
    struct civil_time c = *t;
    if (!span_take_digits(&rest, 2, &c.hour) || !span_take(&rest, ":") ||
        !span_take_digits(&rest, 2, &c.minute) || !span_take(&rest, ":") ||
        !span_take_digits(&rest, 2, &c.second))
        return false;
    if (c.hour > 23 || c.minute > 59 || c.second > 60)
        return false;
    c.microsecond = 0;
    take_fraction(&rest, &c);
    *s = rest;
    *t = c;
    return true;
}

static void take_zone(struct span *s, struct civil_time *t)
{
    struct span rest = *s;
    if (span_take(&rest, "Z")) {
        t->zone_known = true;
        *s = rest;
        return;
    }
    span_take(&rest, " ");
    bool minus = span_starts(rest, "-");
    unsigned hours, minutes;
    if (!span_take(&rest, "+") && !span_take(&rest, "-"))
        return;
    if (!span_take_digits(&rest, 2, &hours))
        return;
    span_take(&rest, ":");
    if (!span_take_digits(&rest, 2, &minutes))
        return;
    int offset = (int)(hours * 60 + minutes);
    t->zone_minutes = minus ? -offset : offset;
    t->zone_known = true;
    *s = rest;
}

bool take_iso_time(struct span *s, struct civil_time *t)
{
    struct span rest = *s;
    struct civil_time c = {0};
    if (!span_take_digits(&rest, 4, &c.year) || !span_take(&rest, "-") ||
        !span_take_digits(&rest, 2, &c.month) || !span_take(&rest, "-") ||
        !span_take_digits(&rest, 2, &c.day))
        return false;
    if (!span_take(&rest, "T") && !span_take(&rest, " "))
        return false;
    if (!take_clock_time(&rest, &c) || c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31)
        return false;
    take_zone(&rest, &c);
    *s = rest;
    *t = c;
    return true;
}

static bool day_of_month(struct span word, unsigned *ret)
{
    uint64_t n;
    struct span rest = word;
    if (word.len > 3 || !span_take_number(&rest, &n) || n < 1 || n > 31)
        return false;
    if (rest.len && !span_is(rest, "."))
        return false;
    *ret = (unsigned)n;
    return true;
}

static bool looks_like_month(struct span word)
{
    if (month_by_name(word))
        return true;
    unsigned char c = (unsigned char)word.p[0];
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80;
}

bool take_month_day(struct span *s, struct civil_time *t)
{
    struct span rest = *s, first, second;
    unsigned day;
    if (!s->len || char_is_space(*s->p))
        return false;
    if (!span_take_word(&rest, &first) || !span_take_word(&rest, &second))
        return false;
    if (first.len > 12 || second.len > 12 || !span_take(&rest, " "))
        return false;
    if (day_of_month(second, &day) && looks_like_month(first))
        t->month = month_by_name(first);
    else if (day_of_month(first, &day) && looks_like_month(second))
        t->month = month_by_name(second);
    else
        return false;
    t->day = day;
    *s = rest;
    return true;
}

bool take_seconds(struct span *s, uint64_t *ret_us)
{
    struct span rest = *s;
    struct civil_time fraction = {0};
    uint64_t seconds;
    if (!span_take_number(&rest, &seconds) || seconds > (uint64_t)1 << 40)
        return false;
    size_t before = rest.len;
    if (!span_starts(rest, "."))
        return false;
    take_fraction(&rest, &fraction);
    if (rest.len == before)
        return false;
    *ret_us = seconds * 1000000 + fraction.microsecond;
    *s = rest;
    return true;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar: years begin in March, so that the leap
 * day is the last of its year. */
static int64_t days_since_epoch(unsigned year, unsigned month, unsigned day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void civil_time_store(const struct civil_time *t, enum log_clock clock, struct log_time *ret)
{
    ret->clock = clock;
    if (!t->month)
        return;
    unsigned year = clock == LOG_CLOCK_YEARLESS ? LOG_YEARLESS_YEAR : t->year;
    int64_t minutes = days_since_epoch(year, t->month, t->day) * 1440 + (int64_t)t->hour * 60 +
                      t->minute - t->zone_minutes;
    int64_t us = (minutes * 60 + t->second) * 1000000 + t->microsecond;
    ret->wall_us = (struct number){true, us};
}
