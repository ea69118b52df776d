/* The model as JSON: see report_json.h. */
#include "report/report_json.h"

#include "report/json_writer.h"
#include "report/redact.h"

/* -- the parts; keys in alphabetical order -- */

static void put_advice(struct json_writer *r, const struct advice *list, size_t count)
{
    json_open_array(r, "advice");
    for (size_t i = 0; i < count; i++) {
        json_open_object(r);
        json_key_text(r, "paste", list[i].paste);
        json_key_text(r, "title", list[i].title);
        json_key_text(r, "where", list[i].where);
        json_key_text(r, "why", list[i].why);
        json_close_object(r);
    }
    json_close_array(r);
}

static void put_evidence_as(struct json_writer *r, const char *key, const struct evidence *list,
                            size_t count)
{
    json_open_array(r, key);
    for (size_t i = 0; i < count; i++) {
        json_open_object(r);
        json_key_text(r, "file", list[i].file);
        json_key_number_or_null(r, "line", list[i].line);
        json_key_number_or_null(r, "node_id", list[i].node_id);
        json_key_text(r, "text", list[i].text);
        json_close_object(r);
    }
    json_close_array(r);
}

static void put_evidence(struct json_writer *r, const struct evidence *list, size_t count)
{
    put_evidence_as(r, "evidence", list, count);
}

static void put_deaths(struct json_writer *r, const struct analysis *a)
{
    json_open_array(r, "deaths");
    for (size_t i = 0; i < a->death_count; i++) {
        const struct death *d = &a->deaths[i];
        json_open_object(r);
        put_advice(r, d->advice, d->advice_count);
        json_key_text(r, "cause", death_cause_word(d->cause));
        json_key_text(r, "comm", d->comm);
        put_evidence(r, d->evidence, d->evidence_count);
        json_key_number_or_null(r, "pid", d->pid);
        json_key_text(r, "time", d->time);
        json_key_text(r, "title", d->title);
        json_close_object(r);
    }
    json_close_array(r);
}

static void put_path(struct json_writer *r, const struct finding *f)
{
    json_open_array(r, "path");
    for (size_t i = 0; i < f->path_count; i++) {
        json_open_object(r);
        json_key_redacted(r, "edge", f->path[i].edge, redact_edge);
        json_key_redacted(r, "node", f->path[i].node, redact_node);
        json_key_number_or_null(r, "node_id", f->path[i].node_id);
        json_close_object(r);
    }
    json_close_array(r);
}

static void put_growth(struct json_writer *r, const struct growth_figures *g)
{
    json_put_key(r, "growth");
    if (!g->snapshots) {
        json_put_null(r);
        return;
    }
    json_open_object(r);
    json_key_number(r, "bytes", g->bytes);
    json_put_key(r, "bytes_per_request");
    g->requests ? json_put_number(r, g->bytes / g->requests) : json_put_null(r);
    json_key_number(r, "entries", g->entries);
    json_key_number(r, "snapshots", g->snapshots);
    json_close_object(r);
}

static void put_finding(struct json_writer *r, const struct finding *f)
{
    json_open_object(r);
    put_advice(r, f->advice, f->advice_count);
    json_key_number(r, "confidence", f->confidence);
    json_key_number_or_null(r, "entries", f->entries);
    put_evidence(r, f->evidence, f->evidence_count);
    json_key_text(r, "file", f->file);
    put_growth(r, &f->growth);
    json_key_text(r, "issue", f->issue);
    json_key_text(r, "kind", f->kind);
    json_key_number_or_null(r, "line", f->line);
    json_key_number_or_null(r, "node_id", f->node_id);
    json_key_number_or_null(r, "node_retained_bytes", f->node_retained_bytes);
    put_path(r, f);
    json_key_number(r, "retained_bytes", f->retained_bytes);
    json_key_text(r, "route", f->route);
    json_key_text(r, "rule", f->rule);
    json_key_text(r, "script", f->script);
    json_key_text(r, "severity", severity_word(f->severity));
    json_key_text(r, "title", f->title);
    json_key_text(r, "variable", f->variable);
    json_close_object(r);
}

void json_put_findings(struct json_writer *r, const struct analysis *a, bool only_grown)
{
    json_open_array(r, "findings");
    for (size_t i = 0; i < a->finding_count; i++) {
        if (!only_grown || a->findings[i].growth.snapshots)
            put_finding(r, &a->findings[i]);
    }
    json_close_array(r);
}

static void put_classes(struct json_writer *r, const struct heap_summary *h)
{
    json_open_array(r, "classes");
    for (size_t i = 0; i < h->top_class_count; i++) {
        const struct class_row *c = &h->top_classes[i];
        json_open_object(r);
        json_key_number(r, "count", c->count);
        json_put_key(r, "distance");
        if (c->distance < 0)
            json_put_null(r);
        else
            json_put_number(r, (uint64_t)c->distance);
        json_key_text(r, "name", c->name);
        json_key_number(r, "retained_bytes", c->retained_bytes);
        json_key_number(r, "shallow_bytes", c->shallow_bytes);
        json_close_object(r);
    }
    json_close_array(r);
}

static void put_heap(struct json_writer *r, const struct heap_summary *h)
{
    json_put_key(r, "heap");
    if (!h->present) {
        json_put_null(r);
        return;
    }
    json_open_object(r);
    put_classes(r, h);
    json_key_number(r, "code_bytes", h->code_bytes);
    json_key_number(r, "edges", h->edges);
    json_key_number(r, "explained_bytes", h->explained_bytes);
    json_key_text(r, "file", h->file);
    json_key_number(r, "js_array_bytes", h->js_array_bytes);
    json_key_number(r, "native_bytes", h->native_bytes);
    json_key_number(r, "nodes", h->nodes);
    json_key_number(r, "string_bytes", h->string_bytes);
    json_key_number(r, "system_bytes", h->system_bytes);
    json_key_number(r, "total_bytes", h->total_bytes);
    json_key_number(r, "typed_array_bytes", h->typed_array_bytes);
    json_close_object(r);
}

static const char *problem_word(enum err_code code)
{
    switch (code) {
    case ERR_NONE:
        return NULL;
    case ERR_USAGE:
        return "usage";
    case ERR_INPUT:
        return "input";
    case ERR_RESOURCE:
        return "resource";
    }
    return NULL;
}

static void put_inputs(struct json_writer *r, const struct analysis *a)
{
    json_open_array(r, "inputs");
    for (size_t i = 0; i < a->input_count; i++) {
        const struct input_info *in = &a->inputs[i];
        json_open_object(r);
        json_key_number(r, "bytes", in->bytes);
        json_key_bool(r, "complete", in->complete);
        json_key_text(r, "file", in->file);
        json_key_text(r, "kind", in->kind == INPUT_UNKNOWN ? NULL : input_kind_word(in->kind));
        json_key_text(r, "problem", problem_word(in->problem));
        json_key_text(r, "remark", in->remark);
        json_close_object(r);
    }
    json_close_array(r);
}

static void put_options(struct json_writer *r, const struct next_info *n)
{
    json_open_array(r, "options");
    for (size_t i = 0; i < n->option_count; i++) {
        json_open_object(r);
        json_key_text(r, "key", n->options[i].key);
        json_key_text(r, "value", n->options[i].value);
        json_close_object(r);
    }
    json_close_array(r);
}

static void put_routes(struct json_writer *r, const struct next_info *n)
{
    json_open_array(r, "routers");
    if (n->routers & ROUTER_APP)
        json_put_text(r, "app");
    if (n->routers & ROUTER_PAGES)
        json_put_text(r, "pages");
    json_close_array(r);
    json_open_array(r, "routes");
    for (size_t i = 0; i < n->route_count; i++)
        json_put_text(r, n->routes[i]);
    json_close_array(r);
    json_key_number(r, "routes_total", n->routes_total);
}

static void put_runtime(struct json_writer *r, const struct analysis *a)
{
    const struct runtime_info *run = &a->runtime;
    json_put_key(r, "runtime");
    json_open_object(r);
    json_key_text(r, "framework", run->framework);
    json_key_text(r, "images", run->images);
    json_key_text(r, "node_range", run->node_range);
    json_key_text(r, "node_version", a->next.node_version);
    json_key_text(r, "pm2", run->pm2);
    json_key_text(r, "v8_version", run->v8_version);
    json_close_object(r);
}

static void put_next(struct json_writer *r, const struct next_info *n)
{
    json_put_key(r, "next");
    json_open_object(r);
    json_key_text(r, "bundler", bundler_word(n->bundler));
    json_key_text(r, "cache_handler", n->cache_handler);
    json_key_text(r, "certainty",
                  n->certainty == CERTAINTY_NONE ? NULL : certainty_word(n->certainty));
    json_key_bool(r, "found", n->found);
    json_key_text(r, "node_version", n->node_version);
    put_options(r, n);
    put_routes(r, n);
    json_key_text(r, "server", next_server_word(n->server));
    json_key_text(r, "source", n->source);
    json_key_text(r, "version", n->version);
    json_close_object(r);
}

static void put_settings(struct json_writer *r, const struct analysis *a)
{
    json_open_array(r, "settings");
    for (size_t i = 0; i < a->setting_count; i++) {
        const struct memory_setting *m = &a->settings[i];
        json_open_object(r);
        json_put_key(r, "bytes");
        m->is.is_size ? json_put_number(r, m->is.bytes) : json_put_null(r);
        json_key_text(r, "file", m->is.file);
        json_key_text(r, "key", m->is.key);
        json_key_number_or_null(r, "line", m->is.line);
        json_key_text(r, "role", setting_role_word(m->role));
        json_key_text(r, "source", config_kind_word(m->is.source));
        json_key_text(r, "subject", m->subject);
        json_key_text(r, "unit", m->is.is_size ? m->is.unit : NULL);
        json_key_text(r, "value", m->is.text);
        json_close_object(r);
    }
    json_close_array(r);
}

static void put_document(struct json_writer *r, const struct analysis *a)
{
    json_open_object(r);
    put_deaths(r, a);
    json_put_findings(r, a, false);
    put_heap(r, &a->heap);
    put_inputs(r, a);
    put_next(r, &a->next);
    if (a->observation_count)
        put_evidence_as(r, "observations", a->observations, a->observation_count);
    put_runtime(r, a);
    json_key_number(r, "schema_version", REPORT_SCHEMA_VERSION);
    put_settings(r, a);
    json_close_object(r);
}

bool report_json(const struct analysis *a, const struct report_options *o,
                 const struct report_sink *sink, struct err *err)
{
    struct json_writer r;
    if (!json_writer_init(&r, o, sink, err))
        return false;
    put_document(&r, a);
    return json_writer_finish(&r, err);
}
