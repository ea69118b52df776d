/* Telling text that may be a log from other files: see log.h. */
#include "parsers/log.h"

#include "parsers/span.h"
#include "parsers/utf16_text.h"

static size_t utf8_len(const uint8_t *p, size_t left)
{
    size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (n > 1 && (p[0] < 0xc2 || p[0] > 0xf4))
        return 0;
    for (size_t i = 1; i < n && i < left; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

/* A document in JSON is a log only if it is one of the line forms. */
static bool json_is_log(struct span s)
{
    static const char *const keys[] = {"\"log\"",         "\"MESSAGE\"",
                                       "\"message\"",     "\"msg\"",
                                       "\"dmesg\":",      "\"__REALTIME_TIMESTAMP\"",
                                       "\"_BOOT_ID\"",    "\"regarding\":",
                                       "\"textPayload\"", "\"involvedObject\":"};
    if (span_find(s, "\"reportVersion\"") != SPAN_NONE || span_find(s, "\"snapshot\":") == 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (span_find(s, keys[i]) != SPAN_NONE)
            return true;
    return false;
}

static bool looks_like_json(struct span s)
{
    while (s.len && (char_is_space(*s.p) || *s.p == '\n' || *s.p == '\r'))
        s = span_from(s, 1);
    if (span_starts(s, "{"))
        return true;
    if (!span_take(&s, "["))
        return false;
    while (s.len && (char_is_space(*s.p) || *s.p == '\n' || *s.p == '\r'))
        s = span_from(s, 1);
    return span_starts(s, "{") || span_starts(s, "\"") || span_starts(s, "]");
}

static bool is_text(const uint8_t *bytes, size_t len)
{
    static const char *const binaries[] = {"\x1f\x8b",
                                           "\x28\xb5\x2f\xfd",
                                           "LPKSHHRH",
                                           "\x7f"
                                           "ELF",
                                           "\xfd"
                                           "7zXZ",
                                           "BZh",
                                           "%PDF-",
                                           "\x89PNG",
                                           "PK\x03\x04"};
    size_t strange = 0;
    struct span s = {(const char *)bytes, len < 4096 ? len : 4096};
    if (!len)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(binaries); i++)
        if (span_starts(s, binaries[i]))
            return false;
    for (size_t i = 0; i < s.len;) {
        uint8_t c = bytes[i];
        size_t n = utf8_len(bytes + i, s.len - i);
        bool control = (c < 0x20 && !memchr("\t\n\r\f\b\x1b", c, 6)) || c == 0x7f;
        strange += control || !n;
        i += n ? n : 1;
    }
    /* Text in an old eight-bit encoding is a third strange; random bytes and machine code are half.
     */
    if (strange * 5 > s.len * 2)
        return false;
    return !looks_like_json(s) || json_is_log(s);
}

bool log_bytes_look_like_text(const uint8_t *bytes, size_t len)
{
    struct utf16_text u = {0};
    char utf8[4096];
    size_t used, made;
    made = utf16_text_decode(&u, bytes, len < 4096 ? len : 4096, utf8, sizeof utf8, &used);
    return u.is_utf16 ? is_text((const uint8_t *)utf8, made) : is_text(bytes, len);
}
