/* Rule large-string: single texts of a megabyte and more that something of the user's holds.
 *
 * Four shapes: a whole text (a catalogue as JSON, an image as base64); one that is appended to and
 * never read, which V8 keeps as a tree of its pieces; a long text of which only a short part is
 * used, because a part keeps the whole; and texts that Node keeps outside of V8's heap, whose
 * length no snapshot tells. Sources of scripts are texts too and are left out.
 */
#include "analyzer/retainers.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

static const char id[] = "large-string";

#define TEXTS_MAX 256
#define PARTS_MAX 1000000
#define SAMPLES 32

enum shape { SHAPE_WHOLE, SHAPE_APPENDED, SHAPE_CUT };

struct text {
    uint32_t node;
    uint32_t holder; /* from here its owner is looked for: the part of a long text, or itself */
    enum shape shape;
    bool outside;   /* of V8's heap: bytes are the least that it can have */
    uint64_t bytes; /* of the whole text */
    uint64_t pieces;
    struct owner owner;
    enum script_kind kind;
    bool reported;
};

struct part {
    uint32_t whole, part;
};

struct search {
    struct rule_input *in;
    struct text *texts; /* the largest */
    size_t text_count;
    struct part *parts;
    size_t part_count;
    size_t part_cap;
};

/* -- finding them -- */

/* Scripts and the constants of code are where the program itself is. */
static bool is_code(const struct heap *h, uint32_t n)
{
    enum { LOOK_AT = 64 };
    struct retainer_walk w = heap_retainers(h, n);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        if (heap_type(h, w.source) == NODE_CODE)
            return true;
    }
    return false;
}

/* Keeps the largest. */
static void add_text(struct search *s, const struct text *t)
{
    size_t least = 0;
    if (s->text_count < TEXTS_MAX) {
        s->texts[s->text_count++] = *t;
        return;
    }
    for (size_t i = 1; i < s->text_count; i++) {
        if (s->texts[i].bytes < s->texts[least].bytes)
            least = i;
    }
    if (s->texts[least].bytes < t->bytes)
        s->texts[least] = *t;
}

/* A tree of pieces: what it dominates is its own. One that was read has become a single text. */
static void add_tree(struct search *s, uint32_t n)
{
    const struct heap *h = s->in->js->h;
    if (heap_type(h, heap_dominator(h, n)) == NODE_CONS_STRING || is_code(h, n))
        return;
    uint64_t bytes = heap_retained_bytes(h, n);
    uint64_t pieces = ((const uint32_t *)h->subtree.data)[n] / 2;
    bool appended = pieces >= APPENDED_LEAST_PIECES && bytes / pieces <= APPENDED_PIECE_BYTES;
    add_text(s, &(struct text){.node = n,
                               .holder = n,
                               .shape = appended ? SHAPE_APPENDED : SHAPE_WHOLE,
                               .bytes = bytes,
                               .pieces = pieces});
}

static void add_whole(struct search *s, uint32_t n)
{
    const struct heap *h = s->in->js->h;
    if (heap_type(h, heap_dominator(h, n)) == NODE_CONS_STRING || is_code(h, n))
        return;
    add_text(s, &(struct text){.node = n,
                               .holder = n,
                               .shape = SHAPE_WHOLE,
                               .bytes = heap_self_bytes(h, n),
                               .pieces = 1});
}

static bool add_part(struct search *s, uint32_t part, struct err *err)
{
    const struct js *js = s->in->js;
    uint32_t whole = js_internal(js, part, JS_PARENT);
    if (whole == NO_NODE || heap_self_bytes(js->h, whole) < CUT_LEAST_BYTES ||
        s->part_count == PARTS_MAX)
        return true;
    if (s->part_count == s->part_cap) {
        size_t cap = s->part_cap ? s->part_cap * 2 : 256;
        struct part *parts = realloc(s->parts, cap * sizeof *parts);
        if (!parts)
            return err_nomem(err, cap * sizeof *parts, "parts of texts");
        s->parts = parts;
        s->part_cap = cap;
    }
    s->parts[s->part_count++] = (struct part){whole, part};
    return true;
}

static bool sweep(struct search *s, struct err *err)
{
    const struct heap *h = s->in->js->h;
    bool ok = true;
    for (uint32_t n = 0; ok && n < h->node_count; n++) {
        heap_sweep(h, n);
        switch (heap_type(h, n)) {
        case NODE_STRING:
            if (heap_self_bytes(h, n) >= LARGE_STRING_BYTES)
                add_whole(s, n);
            break;
        case NODE_CONS_STRING:
            if (heap_retained_bytes(h, n) >= LARGE_STRING_BYTES)
                add_tree(s, n);
            break;
        case NODE_SLICED_STRING:
            ok = add_part(s, n, err);
            break;
        default:
            break;
        }
    }
    return ok;
}

/* Texts that Node keeps outside: their size is that of a handle (from Node 24 on it is the whole),
 * less than the text shown. Built-in modules are among them and are code. */
static void add_outside(struct search *s, uint32_t n)
{
    enum { HANDLE_BYTES = 64, LOOK_AT = 8 };
    const struct heap *h = s->in->js->h;
    struct text t = {
        .node = n, .holder = n, .outside = true, .bytes = OUTSIDE_LEAST_BYTES, .pieces = 1};
    if (heap_type(h, n) != NODE_STRING || heap_self_bytes(h, n) > HANDLE_BYTES ||
        heap_name(h, n).len < SHOWN_LENGTH || is_code(h, n))
        return;
    struct retainer_walk w = heap_retainers(h, n);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        if (heap_type(h, w.source) == NODE_SLICED_STRING) {
            t.shape = SHAPE_CUT;
            t.holder = w.source;
        }
    }
    add_text(s, &t);
}

static void find_outside(struct search *s)
{
    enum { LIST_MAX = 1000000 };
    const struct heap *h = s->in->js->h;
    const struct node_list *lists = &s->in->census->named[CENSUS_EXTERNAL_STRINGS];
    for (size_t i = 0; i < lists->count; i++) {
        uint64_t first = heap_first_edge(h, lists->nodes[i]);
        uint64_t end = heap_first_edge(h, lists->nodes[i] + 1);
        for (uint64_t e = first; e < end && e - first < LIST_MAX; e++)
            add_outside(s, heap_edge_to(h, e));
    }
}

/* -- parts that keep a whole -- */

static int compare_parts(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    if (x->whole != y->whole)
        return x->whole < y->whole ? -1 : 1;
    return (x->part > y->part) - (x->part < y->part);
}

/* Does nothing else hold the text? V8's own list of texts is no holder. */
static bool is_only_in_parts(const struct heap *h, uint32_t whole)
{
    enum { LOOK_AT = 4096 };
    struct retainer_walk w = heap_retainers(h, whole);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        enum node_type t = heap_type(h, w.source);
        if (t != NODE_SLICED_STRING && t != NODE_SYNTHETIC)
            return false;
    }
    return true;
}

/* Leaves one part of each text that nothing but parts holds, and too few to be all of it. */
static void drop_used_wholes(struct search *s)
{
    enum { TYPICAL_PART = 256 };
    const struct heap *h = s->in->js->h;
    size_t kept = 0;
    if (s->part_count)
        qsort(s->parts, s->part_count, sizeof *s->parts, compare_parts);
    for (size_t i = 0, end; i < s->part_count; i = end) {
        uint32_t whole = s->parts[i].whole;
        for (end = i + 1; end < s->part_count && s->parts[end].whole == whole; end++)
            continue;
        if ((end - i) * TYPICAL_PART < heap_self_bytes(h, whole) && is_only_in_parts(h, whole))
            s->parts[kept++] = s->parts[i];
    }
    s->part_count = kept;
}

static bool is_within(const struct heap *h, uint32_t n, uint32_t container)
{
    enum { CLIMB = 16 };
    for (unsigned i = 0; i < CLIMB && n != h->root; i++) {
        n = heap_dominator(h, n);
        if (n == container)
            return true;
    }
    return false;
}

/* The collection that holds most of the parts, NO_NODE if none does. */
static uint32_t container_of_parts(struct search *s)
{
    uint32_t found[SAMPLES];
    size_t tried = min_u64(s->part_count, SAMPLES);
    for (size_t i = 0; i < tried; i++) {
        size_t votes = 1;
        found[i] = js_dominating_collection(s->in->js, s->parts[i * s->part_count / tried].part,
                                            COLLECTION_LEAST_ENTRIES);
        for (size_t k = 0; k < i; k++)
            votes += found[k] == found[i];
        if (votes * 2 > tried && found[i] != NO_NODE)
            return found[i];
    }
    return NO_NODE;
}

static void advise_cut(struct rule_input *in, struct finding *f)
{
    advice_add(in, f, "Copy the part before it is kept", f->script,
               "const own = Buffer.from(text.slice(from, to)).toString() // a copy of its own\n"
               "kept.push(own)",
               "V8 makes a part of 13 characters and more as a reference into the whole text: "
               "slice, substring, split and match keep all of it alive as long as the part lives.");
}

static void report_container(struct search *s, uint32_t container)
{
    struct rule_input *in = s->in;
    const struct heap *h = in->js->h;
    uint64_t bytes = 0, count = 0, shown = 0;
    struct buf name = {0};
    struct owner o;
    owner_find(in->js, container, &o);
    for (size_t i = 0; i < s->part_count; i++) {
        if (is_within(h, s->parts[i].part, container)) {
            bytes += heap_self_bytes(h, s->parts[i].whole);
            count++;
        }
    }
    if (bytes < LARGE_STRING_BYTES || count < COLLECTION_LEAST_ENTRIES ||
        owner_script_kind(in->js, &o) == SCRIPT_FRAMEWORK ||
        bytes * 2 < heap_retained_bytes(h, container) || finding_explaining(in, container))
        return;
    struct finding *f = finding_add(in, id, SEVERITY_LEAK, container);
    if (!f)
        return;
    finding_set_owner(in, f, &o);
    owner_put_accessor(in->js, &o, &name);
    f->kind = "sliced string";
    f->entries = count;
    f->confidence = 85;
    f->title = arena_printf(
        &in->analysis->arena, "%s holds parts of %s long texts, and each keeps the whole text: %s",
        name.len ? buf_str(&name) : "A collection", count_text(in, count), bytes_text(in, bytes));
    evidence_add(in, f, container, "%s of %s entries; nothing else holds the whole texts, %s each",
                 collection_word(js_collection(in->js, container)),
                 count_text(in, js_entries(in->js, container)), bytes_text(in, bytes / count));
    for (size_t i = 0; i < s->part_count && shown < 3; i++) {
        if (!is_within(h, s->parts[i].part, container))
            continue;
        shown++;
        evidence_add(in, f, s->parts[i].part, "a part of a text of %s",
                     bytes_text(in, heap_self_bytes(h, s->parts[i].whole)));
    }
    advise_cut(in, f);
    advise_bound(in, f, name.len ? arena_strdup(&in->analysis->arena, buf_str(&name)) : "kept");
    buf_release(&name);
}

static void look_at_parts(struct search *s)
{
    const struct heap *h = s->in->js->h;
    drop_used_wholes(s);
    uint32_t container = s->part_count ? container_of_parts(s) : NO_NODE;
    if (container != NO_NODE)
        report_container(s, container);
    for (size_t i = 0; i < s->part_count; i++) {
        uint64_t bytes = heap_self_bytes(h, s->parts[i].whole);
        if (bytes < LARGE_STRING_BYTES)
            continue;
        for (size_t k = 0; k < s->text_count; k++) {
            if (s->texts[k].node == s->parts[i].whole) {
                s->texts[k].shape = SHAPE_CUT;
                s->texts[k].holder = s->parts[i].part;
            }
        }
    }
}

/* -- telling of them -- */

/* What it begins like, without showing it. */
static const char *looks_like(struct str s)
{
    size_t i = 0, letters = 0;
    while (i < s.len && (s.p[i] == ' ' || s.p[i] == '\n' || s.p[i] == '\t'))
        i++;
    if (i == s.len)
        return NULL;
    if (s.p[i] == '{' || s.p[i] == '[')
        return "JSON";
    if (s.p[i] == '<')
        return "markup";
    if (s.len - i > 5 && !memcmp(s.p + i, "data:", 5))
        return "a data URL";
    for (size_t k = i; k < s.len; k++) {
        unsigned char c = (unsigned char)s.p[k];
        letters += ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
                   c == '/' || c == '=';
    }
    return letters == s.len && s.len >= SHOWN_LENGTH ? "base64 or hexadecimal digits" : NULL;
}

static const char *content_of(const struct heap *h, uint32_t n)
{
    enum { DEPTH = 10000 };
    for (unsigned i = 0; i < DEPTH && heap_type(h, n) == NODE_CONS_STRING; i++) {
        if (heap_first_edge(h, n) == heap_first_edge(h, n + 1))
            return NULL;
        n = heap_edge_to(h, heap_first_edge(h, n)); /* V8 writes `first` first */
    }
    return heap_type(h, n) == NODE_STRING ? looks_like(heap_name(h, n)) : NULL;
}

static bool same_place(const struct heap *h, const struct text *a, const struct text *b)
{
    const struct owner *x = &a->owner, *y = &b->owner;
    return a->shape == b->shape && a->outside == b->outside && x->kind != OWNER_NONE &&
           x->kind == y->kind && x->holder == y->holder &&
           heap_edge_name(h, x->hops[x->hop_count - 1].edge) ==
               heap_edge_name(h, y->hops[y->hop_count - 1].edge);
}

static enum severity severity_of(struct rule_input *in, const struct text *t, uint64_t count,
                                 uint64_t bytes)
{
    if (t->owner.kind == OWNER_NONE || t->kind != SCRIPT_USER)
        return SEVERITY_INFO;
    if (t->shape == SHAPE_APPENDED)
        return bytes >= APPENDED_LEAK_BYTES ? SEVERITY_LEAK : SEVERITY_INFO;
    if (t->shape == SHAPE_CUT)
        return SEVERITY_WARN;
    if (t->outside)
        return count >= COLLECTION_LEAST_ENTRIES ? SEVERITY_LEAK
               : count >= OUTSIDE_MANY           ? SEVERITY_WARN
                                                 : SEVERITY_INFO;
    return bytes >= LARGE_STRING_WARN_BYTES && share_of_heap(in, bytes) >= LARGE_STRING_SHARE
               ? SEVERITY_WARN
               : SEVERITY_INFO;
}

static const char *title_of(struct rule_input *in, const struct text *t, const char *name,
                            uint64_t count, uint64_t bytes)
{
    struct arena *arena = &in->analysis->arena;
    const char *size = bytes_text(in, bytes), *many = count_text(in, count);
    const char *least = t->outside ? "at least " : "";
    switch (t->shape) {
    case SHAPE_APPENDED:
        return arena_printf(arena,
                            "%s is a text that is appended to and never read: %s in %s pieces",
                            name, size, count_text(in, t->pieces));
    case SHAPE_CUT:
        return count > 1
                   ? arena_printf(arena, "%s holds parts of %s long texts and with them %s%s", name,
                                  many, least, size)
                   : arena_printf(arena, "%s is a part of a long text and keeps all of it: %s%s",
                                  name, least, size);
    case SHAPE_WHOLE:
        break;
    }
    return count > 1
               ? arena_printf(arena, "%s holds %s texts of %s%s together", name, many, least, size)
               : arena_printf(arena, "%s holds one text of %s%s", name, least, size);
}

static void advise(struct rule_input *in, struct finding *f, const struct text *t)
{
    const char *where = f->script ? f->script : "the code that makes it";
    if (t->shape == SHAPE_CUT) {
        advise_cut(in, f);
    } else if (t->shape == SHAPE_APPENDED) {
        advice_add(in, f, "Write it out instead of appending to a variable", where,
                   "const out = fs.createWriteStream('audit.log', { flags: 'a' })\n"
                   "out.write(line + '\\n')",
                   "Nobody has read the text since it was made: V8 joins the pieces on the first "
                   "read. It grows with each request until the process dies.");
    } else {
        advice_add(in, f, "Keep it compressed, or outside of V8's heap", where,
                   "const zlib = require('node:zlib')\n"
                   "const packed = zlib.gzipSync(text) // a Buffer, outside of V8's heap\n"
                   "res.setHeader('Content-Encoding', 'gzip')\n"
                   "res.end(packed)",
                   "A Buffer of compressed text is often a tenth, is not copied by the garbage "
                   "collector, and is sent as it is.");
        advice_add(in, f, "Or do not keep it: stream it from where it comes", where,
                   "const { pipeline } = require('node:stream/promises')\n"
                   "await pipeline(fs.createReadStream('catalogue.json'), res)",
                   "Texts of a megabyte and more are made again and again where they are joined, "
                   "parsed or escaped.");
    }
}

static void add_evidence(struct rule_input *in, struct finding *f, const struct text *t)
{
    const char *like = content_of(in->js->h, t->node);
    evidence_add(in, f, t->node, "a text of %s%s%s%s", t->outside ? "at least " : "",
                 bytes_text(in, t->bytes), like ? ", looks like " : "", like ? like : "");
    if (t->shape == SHAPE_CUT)
        evidence_add(in, f, t->holder, "only parts of it are used: nothing else holds it");
    if (t->shape == SHAPE_WHOLE && t->pieces > 1)
        evidence_add(in, f, t->node, "joined from %s pieces and not read since",
                     count_text(in, t->pieces));
    else if (heap_type(in->js->h, t->node) == NODE_CONS_STRING)
        evidence_add(in, f, t->node, "made by joining texts (+=): it grows if that goes on");
    if (t->outside)
        evidence_add(in, f, NO_NODE,
                     "Node keeps it outside of V8's heap, as it does from 1,031,913 characters on; "
                     "its length is not in the snapshot");
}

/* All texts of the same variable are one finding. */
static void report(struct search *s, size_t at)
{
    struct rule_input *in = s->in;
    const struct heap *h = in->js->h;
    struct text *t = &s->texts[at];
    struct buf name = {0};
    uint64_t count = 0, bytes = 0, shown = 0;
    for (size_t i = at; i < s->text_count; i++) {
        struct text *other = &s->texts[i];
        if (i != at && (other->reported || !same_place(h, t, other)))
            continue;
        other->reported = true;
        bytes += other->bytes;
        count++;
    }
    if (t->owner.kind == OWNER_NONE && bytes < LARGE_STRING_WARN_BYTES)
        return;
    struct finding *f = finding_add(in, id, severity_of(in, t, count, bytes), t->node);
    if (!f)
        return;
    owner_put_accessor(in->js, &t->owner, &name);
    finding_set_owner(in, f, &t->owner);
    f->kind = t->shape == SHAPE_CUT ? "sliced string" : "string";
    f->entries = t->shape == SHAPE_APPENDED ? t->pieces : count;
    f->retained_bytes = bytes;
    f->confidence = t->outside || t->owner.kind == OWNER_NONE ? 60 : 85;
    f->title = title_of(in, t, name.len ? buf_str(&name) : "Something", count, bytes);
    buf_release(&name);
    for (size_t i = at; i < s->text_count; i++) {
        if (i != at && !same_place(h, t, &s->texts[i]))
            continue;
        finding_claim(in, f, s->texts[i].node);
        if (shown++ < 3)
            add_evidence(in, f, &s->texts[i]);
    }
    advise(in, f, t);
    advise_readable_names(in, f);
}

static int compare_texts(const void *a, const void *b)
{
    const struct text *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

/* Entries of a large collection are that collection's: module-collection tells of it. Texts outside
 * weigh nothing there. */
static bool is_others(struct search *s, const struct text *t)
{
    const struct js *js = s->in->js;
    if (finding_explaining(s->in, t->node) || finding_explaining(s->in, t->holder))
        return true;
    uint32_t c = js_dominating_collection(js, t->holder, COLLECTION_LEAST_ENTRIES);
    return c != NO_NODE && !t->outside && t->bytes * 2 < heap_retained_bytes(js->h, c);
}

static void look_at_texts(struct search *s)
{
    const struct js *js = s->in->js;
    if (s->text_count)
        qsort(s->texts, s->text_count, sizeof *s->texts, compare_texts);
    for (size_t i = 0; i < s->text_count; i++) {
        struct text *t = &s->texts[i];
        owner_find(js, t->holder, &t->owner);
        t->kind = owner_script_kind(js, &t->owner);
        bool ours = t->owner.kind == OWNER_NONE || t->kind == SCRIPT_USER ||
                    (t->kind == SCRIPT_PACKAGE && t->bytes >= PACKAGE_LEAST_BYTES);
        t->reported = !ours || is_others(s, t);
    }
    for (size_t i = 0; i < s->text_count; i++) {
        if (!s->texts[i].reported)
            report(s, i);
    }
}

bool rule_large_string(struct rule_input *in, struct err *err)
{
    struct search s = {.in = in};
    s.texts = calloc(TEXTS_MAX, sizeof *s.texts);
    if (!s.texts)
        return err_nomem(err, TEXTS_MAX * sizeof *s.texts, "texts");
    bool ok = sweep(&s, err);
    if (ok) {
        find_outside(&s);
        look_at_parts(&s);
        look_at_texts(&s);
    }
    free(s.texts);
    free(s.parts);
    return ok;
}
