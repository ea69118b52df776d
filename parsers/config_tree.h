/* The path of keys to a place in a nested document, and settings given from there.
 *
 * What is nested deeper, or has a longer path, than anything that people write is passed over. Used
 * by all readers; those of JSON and YAML leave the bookkeeping of lists to it as well.
 */
#ifndef MORTEM_PARSERS_CONFIG_TREE_H
#define MORTEM_PARSERS_CONFIG_TREE_H

#include "parsers/setting.h"

#define CONFIG_PATH_MAX 400
#define CONFIG_DEPTH_MAX 48
#define CONFIG_TEXT_MAX 4000 /* of one value */

struct config_tree {
    struct setting setting; /* source, document and file are the reader's to set */
    const struct setting_sink *sink;
    char path[CONFIG_PATH_MAX + 1];
    size_t len;
    bool lost;      /* the path was too long: nothing below it is given */
    size_t lost_at; /* its length before that */
    unsigned depth; /* of open maps and lists, also beyond the maximum */
    struct {
        size_t len; /* of the path to the container itself */
        bool list;
        unsigned items;
    } open[CONFIG_DEPTH_MAX];
    char text[CONFIG_TEXT_MAX + 1];
};

/* Appends ".key" or "[index]". Returns what config_tree_back() takes to undo it. */
size_t config_tree_key(struct config_tree *t, struct span key);
size_t config_tree_index(struct config_tree *t, unsigned index);
void config_tree_back(struct config_tree *t, size_t len);

/* Maps and lists as they open and close, keys and values in between. */
void config_tree_open(struct config_tree *t, bool list);
void config_tree_close(struct config_tree *t);
void config_tree_map_key(struct config_tree *t, struct span key);
/* Behind a value, or a container that closed. */
void config_tree_next(struct config_tree *t);
/* Is a list open, or nothing at all: that is, no key comes next. */
bool config_tree_in_list(const struct config_tree *t);

/* Gives the setting at the path. */
bool config_tree_give(struct config_tree *t, enum value_kind kind, struct span text, double number,
                      uint64_t line, struct err *err) WARN_UNUSED;

#endif
