/*
 * unknown_word.c - suggestions for unknown commands, options and variables. Other spellings are suggested to,
 * but never accepted.
 */
#include "unknown_word.h"

#include "listing.h"

#include <ctype.h>
#include <string.h>

extern char **environ;

enum { MOST_NAMES = 160 };

struct advice {
    const char *word, *text; /* text completes the sentence "...; " */
};

static const char *find_advice(const struct advice *table, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(table[i].word, word) == 0)
            return table[i].text;
    return NULL;
}
#define FIND_ADVICE(table, word) find_advice(table, sizeof(table) / sizeof *(table), word)

/* ---- Commands */

static const struct advice commands[] = {
    {"fit", "did you mean \"train\"?"},
    {"learn", "did you mean \"train\"?"},
    {"run", "did you mean \"train\"?"},
    {"resume", "a run is continued by: backless train --resume DIR"},
    {"continue", "a run is continued by: backless train --resume DIR"},
    {"evaluate", "did you mean \"eval\"?"},
    {"evaluation", "did you mean \"eval\"?"},
    {"score", "did you mean \"eval\"?"},
    {"test", "a model is tested by: backless eval; this program by: backless verify"},
    {"infer", "did you mean \"predict\"?"},
    {"inference", "did you mean \"predict\"?"},
    {"classify", "did you mean \"predict\"?"},
    {"apply", "did you mean \"predict\"?"},
    {"benchmark", "did you mean \"bench\"?"},
    {"speed", "did you mean \"bench\"?"},
    {"selftest", "did you mean \"verify\"?"},
    {"check", "did you mean \"verify\" or \"doctor\"?"},
    {"show", "a model file is described by: backless info; a data set by: backless data info"},
    {"inspect", "a model file is described by: backless info; a data set by: backless data info"},
    {"summary", "a model file is described by: backless info; a data set by: backless data info"},
    {"describe", "a model file is described by: backless info; a data set by: backless data info"},
    {"list", "lists are printed by: backless rules; backless data list"},
    {"ls", "lists are printed by: backless rules; backless data list"},
    {"datasets", "the known data sets are listed by: backless data list"},
    {"download", "data sets are downloaded by: backless data get NAME"},
    {"fetch", "data sets are downloaded by: backless data get NAME"},
    {"get", "data sets are downloaded by: backless data get NAME"},
    {"man", "did you mean \"manual\"?"},
    {"completions", "did you mean \"completion\"?"},
    {"version", "the version is printed by: backless --version"},
    {"-v", "the version is printed by: backless --version"},
    {"-V", "the version is printed by: backless --version"},
    {"-version", "the version is printed by: backless --version"},
    {"-help", "the commands are listed by: backless --help"},
    {"-?", "the commands are listed by: backless --help"},
};

static const char *nearest_command(const struct command_table *program, const char *word)
{
    const char *names[MOST_NAMES] = {"help"};
    for (int i = 0; command_at(program, i) && i < MOST_NAMES - 2; i++)
        names[i + 1] = command_at(program, i)->name;
    return bl_nearest(word, names);
}

/* Prints a suggestion for an unknown command. Advice for known words of other programs comes first, because a
   word like "test" is also similar to other commands. */
int unknown_command(const struct command_table *program, const char *word)
{
    static const char *const program_options[] = {"--help", "--version", NULL};
    const char *advice = FIND_ADVICE(commands, word), *nearest = nearest_command(program, word);
    if (advice)
        return usage_error("no command \"%s\"; %s", word, advice);
    if (word[0] == '-' && bl_nearest(word, program_options))
        return usage_error("no command \"%s\"; did you mean \"%s\"?", word,
                           bl_nearest(word, program_options));
    if (word[0] == '-')
        return usage_error("no command \"%s\"; a command stands before its options, as in: backless train %s",
                           word, word);
    if (nearest)
        return usage_error("no command \"%s\"; did you mean \"%s\"?", word, nearest);
    return usage_error("no command \"%s\"; backless help lists them", word);
}

static const struct advice commands_below[] = {
    {"ls", "did you mean \"list\"?"},       {"show", "did you mean \"info\"?"},
    {"describe", "did you mean \"info\"?"}, {"inspect", "did you mean \"info\"?"},
    {"summary", "did you mean \"info\"?"},  {"download", "did you mean \"get\"?"},
    {"fetch", "did you mean \"get\"?"},     {"install", "did you mean \"get\"?"},
    {"pull", "did you mean \"get\"?"},
};

int unknown_below(const struct command_table *program, const struct command *command, const char *word)
{
    const char *names[MOST_NAMES] = {NULL}, *advice = FIND_ADVICE(commands_below, word);
    for (int i = 0; command_below(program, command, i) && i < MOST_NAMES - 1; i++)
        names[i] = command_below(program, command, i)->name + strlen(command->name) + 1;
    const char *nearest = bl_nearest(word, names);
    if (advice)
        return usage_error("backless %s has no command \"%s\"; %s", command->name, word, advice);
    if (nearest)
        return usage_error("backless %s has no command \"%s\"; did you mean \"%s\"?", command->name, word,
                           nearest);
    return usage_error("backless %s has no command \"%s\"; usage: backless %s", command->name, word,
                       command->usage);
}

/* ---- Options */

/* Options of other programs, and the option of a command that they correspond to. key NULL: there is none,
   and text says what to do. */
static const struct {
    const char *words, *key, *text;
} own_words[] = {
    {" verbose debug loglevel log-level v ", NULL, "messages are shown unless --quiet is given"},
    {" silent no-progress no-output noverbose q ", "quiet", NULL},
    {" version ", NULL, "the version is printed by: backless --version"},
    {" usage h ", "help", NULL},
    {" checkpoint ckpt weights load load-model model-path model-file model-dir run m ", "model", NULL},
    {" continue restart resume-from checkpoint ckpt load ", "resume", NULL},
    {" config-file cfg conf params parameters ", "config", NULL},
    {" split subset partition set ", "part", NULL},
    {" out output-file outfile predictions submission save o ", "output", NULL},
    {" probabilities probability predict-proba probs scores logits softmax ", "proba", NULL},
    {" format output-format as-json ", "json", NULL},
    {" rule method methods algorithms ", "rules", NULL},
    {" lrs learning-rates learning-rate grid ", "rates", NULL},
    {" options help-options list ", "list-options", NULL},
    {" n num head rows limit ", "samples", NULL},
    {" net models ", "nets", NULL},
    {" batch batch-size ", "batches", NULL},
    {" sha sha-256 checksum hash ", "sha256", NULL},
    {" url source ", "mirror", NULL},
};

static bool is_in(const char *words, const char *word)
{
    const size_t n = strlen(word);
    for (const char *at = strstr(words, word); n > 0 && at; at = strstr(at + 1, word))
        if (at > words && at[-1] == ' ' && at[n] == ' ')
            return true;
    return false;
}

static bool has_option(const struct command *command, const char *key)
{
    struct listed_option option;
    if (strcmp(key, "help") == 0)
        return true;
    for (int i = 0; listing_option(command, i, &option); i++)
        if (strcmp(option.key, key) == 0)
            return true;
    return false;
}

static const char *nearest_option(const struct command *command, const char *key)
{
    const char *names[MOST_NAMES] = {"help"};
    struct listed_option option;
    for (int i = 0; listing_option(command, i, &option) && i < MOST_NAMES - 2; i++)
        names[i + 1] = option.key;
    return bl_nearest(key, names);
}

/* Writes the commands that have the option: "train, compare". */
static void owners_of(const struct command_table *program, const char *key, char *out, size_t room)
{
    out[0] = 0;
    for (int i = 0; listing_command(program, i); i++) {
        const size_t used = strlen(out);
        if (has_option(listing_command(program, i), key))
            snprintf(out + used, room - used, "%s%s", used ? ", " : "", listing_command(program, i)->name);
    }
}

/* Writes an option in this program's spelling: "batch-size" for "batch_size", in lower case. */
static void write_as_option(const char *key, char *out, size_t room)
{
    size_t n = 0;
    for (; *key && n < room - 1; key++)
        out[n++] = (char)(*key == '_' ? '-' : tolower((unsigned char)*key));
    out[n] = 0;
}

static bool say_own_word(const struct command *command, const char *key, const char *written)
{
    for (size_t i = 0; i < sizeof own_words / sizeof *own_words; i++) {
        if (!is_in(own_words[i].words, written) ||
            (own_words[i].key && !has_option(command, own_words[i].key)))
            continue;
        if (own_words[i].key)
            usage_error("no option --%s; did you mean --%s?", key, own_words[i].key);
        else
            usage_error("no option --%s; %s", key, own_words[i].text);
        return true;
    }
    return false;
}

/* Prints that only other commands have the option, under its own name or under another program's name.
   nearest: the most similar option of this command, or NULL. */
static bool say_elsewhere(const struct command_table *program, const struct command *command, const char *key,
                          const char *meant, const char *nearest)
{
    char owners[256];
    owners_of(program, meant, owners, sizeof owners);
    if (!owners[0])
        return false;
    if (strcmp(key, meant) == 0)
        usage_error("no option --%s of backless %s; it is an option of: %s%s%s%s", key, command->name, owners,
                    nearest ? "; did you mean --" : "", nearest ? nearest : "", nearest ? "?" : "");
    else
        usage_error("no option --%s of backless %s; --%s is an option of: %s", key, command->name, meant,
                    owners);
    return true;
}

static bool say_alias(const struct command_table *program, const struct command *command, const char *key,
                      const char *written)
{
    const char *advice = NULL, *meant = bl_option_alias(written, &advice);
    if (!meant || (!meant[0] &&
                   !has_option(command, "net"))) /* advice about training is given by commands that train */
        return false;
    if (meant[0] && !has_option(command, meant))
        return say_elsewhere(program, command, key, meant, NULL);
    if (meant[0])
        usage_error("no option --%s; did you mean --%s?%s%s%s", key, meant, advice ? " (" : "",
                    advice ? advice : "", advice ? ")" : "");
    else
        usage_error("no option --%s; %s", key, advice);
    return true;
}

int unknown_option(const struct session *session, const char *key)
{
    const struct command_table *program = session->program;
    const struct command *command = session->command;
    char written[64];
    write_as_option(key, written, sizeof written);
    const char *nearest = nearest_option(command, written);
    if (has_option(command, written))
        return usage_error("no option --%s; did you mean --%s?", key, written);
    if (say_own_word(command, key, written) || say_alias(program, command, key, written) ||
        say_elsewhere(program, command, key, written, nearest))
        return EXIT_USAGE;
    if (nearest)
        return usage_error("no option --%s; did you mean --%s?", key, nearest);
    return usage_error("no option --%.100s; backless %s --help lists them", key, command->name);
}

/* The meanings that one letter has in other programs; the first that the command has is suggested. */
static const char *const letters[] = {
    "q quiet",   "h help", "o out",   "o output", "d data", "e epochs", "b batch",   "b batches",
    "n net",     "n nets", "s seed",  "m model",  "r rule", "r rules",  "c config",  "j threads",
    "t threads", "l lr",   "f force", "y force",  "i data", "p part",   "w threads", "k rule",
};

int unknown_short(const struct session *session, const char *word)
{
    const char *key = word + strspn(word, "-");
    if (key[0] && key[1] && has_option(session->command, key))
        return usage_error("no option %s; did you mean --%s?", word, key);
    if (key[0] && key[1])
        return usage_error("no option %s; options begin with two dashes, and backless %s --help lists them",
                           word, session->command->name);
    for (size_t i = 0; key[0] && i < sizeof letters / sizeof *letters; i++)
        if (letters[i][0] == tolower((unsigned char)key[0]) && has_option(session->command, letters[i] + 2))
            return usage_error("no option %s; did you mean --%s?", word, letters[i] + 2);
    if (key[0] == 'v' || key[0] == 'V')
        return usage_error(
            "no option %s; messages are shown unless --quiet is given, and the version is printed "
            "by: backless --version",
            word);
    return usage_error("no option %s; backless %s --help lists them", word, session->command->name);
}

/* ---- Variables */

/* Variables that are read by the library, the Python package, its notebooks or the tests, and are not
   options. */
static const char *const other_variables[] = {"data",  "test-data",    "test-cifar", "python",
                                              "short", "peers-python", "library"};

static bool is_known(const struct command_table *program, const char *key)
{
    for (size_t i = 0; i < sizeof other_variables / sizeof *other_variables; i++)
        if (strcmp(key, other_variables[i]) == 0)
            return true;
    for (int i = 0; listing_command(program, i); i++)
        if (strcmp(key, "help") != 0 && has_option(listing_command(program, i), key))
            return true;
    return false;
}

static const char *nearest_variable(const struct command_table *program, const char *key)
{
    const char *names[MOST_NAMES] = {NULL};
    struct listed_option option;
    int n = 0;
    for (int i = 0; bl_option_at(i) && n < MOST_NAMES - 1; i++)
        names[n++] = bl_option_at(i)->key;
    for (int i = 0; listing_command(program, i); i++)
        for (int k = 0; listing_option(listing_command(program, i), k, &option) && n < MOST_NAMES - 1; k++)
            names[n++] = option.key;
    return bl_nearest(key, names);
}

/* Writes the variable of an option: BACKLESS_TEST_FRACTION for "test-fraction". */
static void write_as_variable(const char *key, char *out, size_t room)
{
    size_t n = (size_t)snprintf(out, room, "BACKLESS_");
    for (; *key && n < room - 1; key++)
        out[n++] = (char)(*key == '-' ? '_' : toupper((unsigned char)*key));
    out[n] = 0;
}

void variable_advice(const struct command_table *program, const char *name, char *out, size_t room)
{
    char key[64], meant[80];
    write_as_option(name + strlen("BACKLESS_"), key, sizeof key);
    const char *advice = NULL, *alias = bl_option_alias(key, &advice),
               *nearest = alias && alias[0] ? alias : nearest_variable(program, key);
    if (alias && !alias[0])
        nearest = NULL;
    if (nearest)
        write_as_variable(nearest, meant, sizeof meant);
    if (nearest)
        snprintf(out, room, "did you mean %s?", meant);
    else if (alias)
        snprintf(out, room, "%s", advice);
    else
        snprintf(out, room, "%s", "");
}

/* Returns whether the program reads the environment variable `name`, which begins with BACKLESS_. */
static bool variable_is_known(const struct command_table *program, const char *name)
{
    char key[64];
    if (strlen(name) >= sizeof key || strpbrk(name, "abcdefghijklmnopqrstuvwxyz-"))
        return false;
    write_as_option(name + strlen("BACKLESS_"), key, sizeof key);
    return is_known(program, key);
}

void note_unknown_variables(const struct session *session)
{
    for (char **variable = environ; variable && *variable; variable++) {
        char name[80], advice[320];
        const size_t n = strcspn(*variable, "=");
        if (strncmp(*variable, "BACKLESS_", strlen("BACKLESS_")) != 0 || n >= sizeof name)
            continue;
        memcpy(name, *variable, n);
        name[n] = 0;
        if (variable_is_known(session->program, name))
            continue;
        variable_advice(session->program, name, advice, sizeof advice);
        note(session, "note: the environment variable %s is not followed: no option has this name%s%s", name,
             advice[0] ? "; " : "", advice);
    }
}
