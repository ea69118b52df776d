/* Text for people: see text.h. */
#include "base/text.h"

#include <string.h>

#include "base/char_width.h"

/* -- characters -- */

static bool is_continuation(const char *s, size_t len, size_t at)
{
    return at < len && ((unsigned char)s[at] & 0xC0) == 0x80;
}

size_t text_decode(const char *s, size_t len, uint32_t *ret_code)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)s[0];
    *ret_code = TEXT_INVALID;
    if (first < 0x80) {
        *ret_code = first;
        return 1;
    }
    size_t need = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4)
        return 1;
    uint32_t code = first & (0xFFu >> (need + 1));
    for (size_t i = 1; i < need; i++) {
        if (!is_continuation(s, len, i))
            return 1;
        code = code << 6 | ((unsigned char)s[i] & 0x3F);
    }
    if (code < smallest[need] || code > 0x10FFFF)
        return 1;
    *ret_code = code;
    return need;
}

void text_put_char(struct buf *b, uint32_t code)
{
    char utf8[4];
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = len; i-- > 1; code >>= 6)
        utf8[i] = (char)(0x80 | (code & 0x3F));
    utf8[0] = (char)(lead[len] | code);
    buf_append(b, utf8, len);
}

static bool is_surrogate(uint32_t code)
{
    return code >= 0xD800 && code <= 0xDFFF;
}

/* Besides controls: what changes the direction of text, breaks lines, or cannot be seen and so
 * makes two names look like one. */
bool text_char_shown(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x00, 0x1F},       {0x7F, 0x9F},       {0xAD, 0xAD},           {0x61C, 0x61C},
        {0x115F, 0x1160},   {0x180B, 0x180F},   {0x200B, 0x200F},       {0x2028, 0x202E},
        {0x2060, 0x206F},   {0x3164, 0x3164},   {0xD800, 0xDFFF},       {0xFE00, 0xFE0F},
        {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},       {0xFFFE, 0xFFFF},
        {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}, {0x110000, UINT32_MAX},
    };
    if (code >= 0x20 && code < 0x7F)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(hidden); i++) {
        if (code >= hidden[i].first && code <= hidden[i].last)
            return false;
    }
    return true;
}

/* One character of the input as it may be shown. */
struct shown {
    char text[12];
    size_t len;   /* bytes of `text` */
    size_t width; /* columns */
    size_t used;  /* bytes of the input */
};

static void escape(struct shown *out, char letter, unsigned digits, uint32_t value)
{
    static const char hex[] = "0123456789abcdef";
    out->text[0] = '\\';
    out->text[1] = letter;
    for (unsigned i = 0; i < digits; i++)
        out->text[2 + i] = hex[value >> 4 * (digits - 1 - i) & 0xF];
    out->len = out->width = 2 + digits;
}

static void escape_code(struct shown *out, uint32_t code)
{
    switch (code) {
    case '\n':
        escape(out, 'n', 0, 0);
        break;
    case '\r':
        escape(out, 'r', 0, 0);
        break;
    case '\t':
        escape(out, 't', 0, 0);
        break;
    default:
        if (code < 0x100)
            escape(out, code < 0x80 ? 'x' : 'u', code < 0x80 ? 2 : 4, code);
        else
            escape(out, code < 0x10000 ? 'u' : 'U', code < 0x10000 ? 4 : 8, code);
    }
}

static struct shown show(const char *s, size_t len, bool ascii)
{
    struct shown out = {0};
    uint32_t code;
    out.used = text_decode(s, len, &code);
    if (code == TEXT_INVALID) {
        escape(&out, 'x', 2, (unsigned char)s[0]);
    } else if (!text_char_shown(code) || (ascii && code >= 0x80)) {
        escape_code(&out, code);
    } else {
        memcpy(out.text, s, out.used);
        out.len = out.used;
        out.width = char_width(code);
    }
    return out;
}

size_t text_width(const char *s, size_t len)
{
    size_t width = 0;
    for (size_t at = 0; at < len;) {
        uint32_t code;
        at += text_decode(s + at, len - at, &code);
        width += code == TEXT_INVALID || is_surrogate(code) ? 1 : char_width(code);
    }
    return width;
}

void text_put_safe(struct buf *b, const char *s, size_t len, bool ascii)
{
    for (size_t at = 0; at < len;) {
        struct shown c = show(s + at, len - at, ascii);
        buf_append(b, c.text, c.len);
        at += c.used;
    }
}

/* Marks take no column, so that their number must be bounded by something else: no name needs more
 * than this many bytes for its columns. */
static size_t most_bytes(size_t width)
{
    return width > SIZE_MAX / 16 ? SIZE_MAX : 16 * width + 16;
}

size_t text_put_cut(struct buf *b, const char *s, size_t len, size_t width, bool ascii)
{
    const char *ellipsis = ascii ? "..." : "\xE2\x80\xA6";
    size_t ellipsis_width = ascii ? 3 : 1;
    size_t start = b->len, taken = 0;
    /* Where to go back to if the ellipsis is needed. */
    size_t fit_len = start, fit_width = 0;
    for (size_t at = 0; at < len;) {
        struct shown c = show(s + at, len - at, ascii);
        if (taken + c.width > width || at >= most_bytes(width)) {
            if (b->failed || ellipsis_width > width)
                break;
            b->len = fit_len;
            buf_puts(b, ellipsis);
            return fit_width + ellipsis_width;
        }
        buf_append(b, c.text, c.len);
        taken += c.width;
        at += c.used;
        if (taken + ellipsis_width <= width) {
            fit_len = b->len;
            fit_width = taken;
        }
    }
    return taken;
}

void text_put_spaces(struct buf *b, size_t count)
{
    static const char spaces[] = "                                ";
    for (; count >= sizeof spaces - 1; count -= sizeof spaces - 1)
        buf_append(b, spaces, sizeof spaces - 1);
    buf_append(b, spaces, count);
}

/* -- numbers -- */

/* `value` / `unit` with one decimal, rounded half up. The remainder is scaled first: no overflow.
 */
static uint64_t tenths(uint64_t value, uint64_t unit)
{
    uint64_t whole = value / unit, rest = value % unit;
    uint64_t step = unit / 10;
    return whole * 10 + (rest + step / 2) / step;
}

void text_put_bytes(struct buf *b, uint64_t bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) {
        buf_printf(b, "%u B", (unsigned)bytes);
        return;
    }
    uint64_t unit = 1000;
    size_t i = 0;
    /* 999,950 is 1.0 MB and not 1000.0 kB. */
    while (i + 1 < ARRAY_LEN(units) && tenths(bytes, unit) >= 10000) {
        unit *= 1000;
        i++;
    }
    uint64_t t = tenths(bytes, unit);
    buf_printf(b, "%u.%u %s", (unsigned)(t / 10), (unsigned)(t % 10), units[i]);
}

void text_put_count(struct buf *b, uint64_t count)
{
    char text[32];
    size_t at = sizeof text;
    for (unsigned digits = 0; digits == 0 || count > 0; digits++, count /= 10) {
        if (digits > 0 && digits % 3 == 0)
            text[--at] = ',';
        text[--at] = (char)('0' + count % 10);
    }
    buf_append(b, text + at, sizeof text - at);
}

void text_put_percent(struct buf *b, uint64_t part, uint64_t whole)
{
    if (whole == 0) {
        buf_putc(b, '-');
        return;
    }
    double percent = (double)part * 100.0 / (double)whole;
    if (part > 0 && percent < 0.1)
        buf_puts(b, "<0.1 %");
    else
        buf_printf(b, "%.1f %%", percent);
}

void text_put_duration(struct buf *b, uint64_t seconds)
{
    unsigned minutes = (unsigned)(seconds / 60 % 60), rest = (unsigned)(seconds % 60);
    if (seconds >= 3600)
        buf_printf(b, "%llu:%02u:%02u", (unsigned long long)(seconds / 3600), minutes, rest);
    else
        buf_printf(b, "%u:%02u", minutes, rest);
}
