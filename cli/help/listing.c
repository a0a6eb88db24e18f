/*
 * listing.c - lists commands, options and the possible values of arguments, from the tables of the parser.
 */
#include "listing.h"

#include "../bench/bench.h"
#include "../reproduce/reproduction.h"

#include <ctype.h>
#include <string.h>

const struct command *listing_command(const struct command_table *program, int i)
{
    for (int k = 0; command_at(program, k); k++) {
        if (i-- == 0)
            return command_at(program, k);
        for (int j = 0; command_below(program, command_at(program, k), j); j++)
            if (i-- == 0)
                return command_below(program, command_at(program, k), j);
    }
    return NULL;
}

bool listing_option(const struct command *command, int i, struct listed_option *out)
{
    for (int k = 0; command->extras && command->extras[k].key; k++)
        if (i-- == 0) {
            const struct extra *e = &command->extras[k];
            *out = (struct listed_option){e->key, e->argument, e->help, ""};
            return true;
        }
    for (int k = 0; bl_option_at(k); k++) {
        const bl_option *o = bl_option_at(k);
        if (command_lists(command, o) && i-- == 0) {
            *out = (struct listed_option){o->key, o->argument, o->help, o->argument ? o->default_value : ""};
            return true;
        }
    }
    if (i == 0)
        *out = (struct listed_option){"help", NULL, "show what the command takes", ""};
    return i == 0;
}

/* ---- Choices */

static void add_word(struct choices *out, const char *word, size_t n)
{
    const size_t used = strlen(out->words);
    if (used + n + 2 <= sizeof out->words)
        snprintf(out->words + used, sizeof out->words - used, "%s%.*s", used ? " " : "", (int)n, word);
}

static const char *named_net(int i)
{
    bl_named_net net = {.size = sizeof net};
    return bl_net_at(i, &net) ? net.name : NULL;
}

static const char *target_name(int i)
{
    return target_at(i) ? target_at(i)->name : NULL;
}

/* The names of the library that NAME and LIST stand for: for options under their keys, for the words of a
   command under its name and "NAME". */
static const struct {
    const char *key;
    const char *(*name_at)(int i);
} names[] = {
    {"rule", bl_rule_name},
    {"rules", bl_rule_name},
    {"rules NAME", bl_rule_name},
    {"data", bl_data_set_name},
    {"data info NAME", bl_data_set_name},
    {"data get NAME", bl_data_set_name},
    {"backends", bl_backend_name},
    {"nets", bench_net_name},
    {"nets NAME", named_net},
    {"explain NAME", bl_rule_name},
    {"reproduce NAME", target_name},
};

static void add_names(struct choices *out, const char *key)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (int k = 0; strcmp(names[i].key, key) == 0 && names[i].name_at(k); k++)
            add_word(out, names[i].name_at(k), strlen(names[i].name_at(k)));
}

static bool is_word(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!islower((unsigned char)text[i]) && !isdigit((unsigned char)text[i]) && text[i] != '-')
            return false;
    return n > 0;
}

static bool is_part(const char *text, size_t n, const char *part)
{
    return n >= strlen(part) && strncmp(text, part, strlen(part)) == 0;
}

/* Adds one of the alternatives that an argument lists between bars. */
static void add_alternative(struct choices *out, const char *key, const char *text, size_t n)
{
    if (is_word(text, n))
        add_word(out, text, n);
    else if (is_part(text, n, "NAME") || is_part(text, n, "LIST") || is_part(text, n, "RULE"))
        add_names(out, key);
    else if (is_part(text, n, "FILE") || is_part(text, n, "PATH"))
        out->takes_files = out->takes_folders = true;
    else if (is_part(text, n, "DIR"))
        out->takes_folders = true;
}

void listing_choices(const char *key, const char *argument, struct choices *out)
{
    *out = (struct choices){.is_list = strcmp(argument, "LIST") == 0};
    while (*argument) {
        const size_t n = strcspn(argument, "|");
        add_alternative(out, key, argument, n);
        argument += n + (argument[n] == '|');
    }
}

void listing_word_choices(const struct command_table *program, const struct command *command,
                          struct choices *out)
{
    char word[64] = "", key[64];
    const char *at = command->usage + strlen(command->name);
    *out = (struct choices){.words = ""};
    for (int i = 0; command_below(program, command, i); i++) {
        const char *name = command_below(program, command, i)->name + strlen(command->name) + 1;
        add_word(out, name, strlen(name));
    }
    at += strspn(at, " [");
    if (command->most_words > 0 && strncmp(at, "--", 2) != 0)
        snprintf(word, sizeof word, "%.*s", (int)strcspn(at, " ].["), at);
    snprintf(key, sizeof key, "%s NAME", command->name);
    if (!out->words[0])
        listing_choices(key, word, out);
}
