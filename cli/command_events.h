/* `mortem events FILE...`. */
#ifndef MORTEM_CLI_COMMAND_EVENTS_H
#define MORTEM_CLI_COMMAND_EVENTS_H

struct settings;

int command_events(const struct settings *s);

#endif
