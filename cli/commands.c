/*
 * commands.c - looks commands up in the program's table.
 */
#include "command.h"

#include <stddef.h>

const struct command *command_at(const struct program *program, int i)
{
    for (int k = 0; program[k].command; k++)
        if (k == i)
            return program[k].command;
    return NULL;
}

static const struct part *parts_of(const struct program *program, const struct command *command)
{
    static const struct part none[] = {{NULL, NULL}};
    for (int k = 0; program[k].command; k++)
        if (program[k].command == command && program[k].parts)
            return program[k].parts;
    return none;
}

const struct command *command_below(const struct program *program, const struct command *command, int i)
{
    const struct part *parts = parts_of(program, command);
    for (int k = 0; parts[k].command; k++)
        if (k == i)
            return parts[k].command;
    return NULL;
}

const char *command_story(const struct program *program, const struct command *command)
{
    for (int k = 0; program[k].command; k++) {
        if (program[k].command == command)
            return program[k].story;
        for (const struct part *part = program[k].parts; part && part->command; part++)
            if (part->command == command)
                return part->story;
    }
    return NULL;
}
