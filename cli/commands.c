/*
 * commands.c - looks commands up in the program's table.
 */
#include "command.h"

#include <stddef.h>

const struct command *command_at(const struct command_table *program, int i)
{
    for (int k = 0; program[k].command; k++)
        if (k == i)
            return program[k].command;
    return NULL;
}

static const struct command_part *parts_of(const struct command_table *program, const struct command *command)
{
    static const struct command_part none[] = {{NULL, NULL}};
    for (int k = 0; program[k].command; k++)
        if (program[k].command == command && program[k].parts)
            return program[k].parts;
    return none;
}

const struct command *command_below(const struct command_table *program, const struct command *command, int i)
{
    const struct command_part *parts = parts_of(program, command);
    for (int k = 0; parts[k].command; k++)
        if (k == i)
            return parts[k].command;
    return NULL;
}

const char *command_story(const struct command_table *program, const struct command *command)
{
    for (int k = 0; program[k].command; k++) {
        if (program[k].command == command)
            return program[k].story;
        for (const struct command_part *part = program[k].parts; part && part->command; part++)
            if (part->command == command)
                return part->story;
    }
    return NULL;
}
