/*
 * arguments.c - the command line: options from the library's table and the command's own, in the order
 * default < config file < environment < flag. A command's own options are not in config files, which several
 * commands share.
 */
#include "command.h"
#include "help/unknown_word.h"
#include "resumed_files.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Returns whether the command accepts the former name of an option: training commands do, as they accept the
   option. */
static bool still_takes(const struct command *command, const bl_option *option)
{
    const bool is_former = strcmp(option->group, "former") == 0;
    return command_takes(command, option) ||
           (is_former && command->groups && strstr(command->groups, "training") != NULL);
}

static const bl_option *find_option(const struct session *session, const char *key)
{
    for (int i = 0; bl_option_at(i); i++)
        if (still_takes(session->command, bl_option_at(i)) && strcmp(bl_option_at(i)->key, key) == 0)
            return bl_option_at(i);
    return NULL;
}

struct flag {
    char key[64];
    const char *value; /* the text after '='; NULL: there is none */
};

static bool split_flag(const char *text, struct flag *flag)
{
    const char *equals = strchr(text, '=');
    const size_t n = equals ? (size_t)(equals - text) : strlen(text);
    if (n >= sizeof flag->key)
        return false;
    memcpy(flag->key, text, n);
    flag->key[n] = 0;
    flag->value = equals ? equals + 1 : NULL;
    return true;
}

/* Returns whether the path is "", which comes from a shell variable that is not set. Options that are not
   paths check their values themselves. */
static bool is_missing_path(const struct extra *extra, const char *value)
{
    const char *argument = extra->argument;
    return argument && !value[0] && (strstr(argument, "DIR") || strstr(argument, "FILE"));
}

static const char *expected_path(const char *argument)
{
    if (strstr(argument, "DIR") && strstr(argument, "FILE"))
        return "a folder or a file";
    return strstr(argument, "DIR") ? "a folder" : "the name of a file";
}

/* Sets an option of the command. A switch that is false counts as not given. */
static int set_extra(struct session *session, int i, const char *value)
{
    const struct extra *extra = &session->command->extras[i];
    const bool is_false = strcmp(value, "false") == 0;
    if (!extra->argument && !is_false && strcmp(value, "true") != 0)
        return usage_error("--%s is \"%s\", expected true or false", extra->key, value);
    if (is_missing_path(extra, value))
        return usage_error("--%s is \"\", expected %s", extra->key, expected_path(extra->argument));
    session->extra[i] = !extra->argument && is_false ? NULL : value;
    session->is_ambient[i] = false;
    return EXIT_DONE;
}

/* Refuses `decay D` on the command line. In version 0.1.0 it subtracts D times the weight at each step,
   whatever the learning rate: 0.01, a usual value for AdamW, removes all weights in a few hundred steps.
   Files of 0.1.0 keep this meaning; a user who writes it now means another. */
static int check_words(const char *key, const char *value)
{
    if (strcmp(key, "optimizer") != 0)
        return EXIT_DONE;
    for (const char *at = strstr(value, "decay"); at; at = strstr(at + 1, "decay"))
        if (at > value && at[-1] == ' ' && (at[5] == ' ' || at[5] == 0))
            return usage_error(
                "--optimizer \"%s\": decay takes that share of every weight away at each step, whatever "
                "the rate; write weight-decay X, which is AdamW's (rate times X), or l2 X; for kp and "
                "dkp --lambda X is a share of each step",
                value);
    return EXIT_DONE;
}

/* Returns whether the option may be set. A resumed run keeps the options that decide its bits: only where,
   how fast and how long it trains may change. */
static bool may_set(const struct session *session, const char *key)
{
    static const char *const free[] = {"data",   "test",     "data-dir", "cache",  "threads",  "backend",
                                       "epochs", "max-time", "patience", "angles", "no-angles"};
    if (!extra_of(session, "resume"))
        return true;
    for (size_t i = 0; i < sizeof free / sizeof *free; i++)
        if (strcmp(free[i], key) == 0)
            return true;
    return false;
}

/* Returns whether the value may be a list that the command splits into several values; in sweep this includes
   the text of --random. */
static bool may_be_list(const struct session *session, const bl_option *option, const char *value)
{
    return extra_index(session->command, "random") >= 0 && option->argument && strpbrk(value, ",;:");
}

/* Returns whether the value is a list of names of which each may be a file, and there is no file of the whole
   name: such an option accepts any text. */
static bool is_list_of_files(const struct session *session, const bl_option *option, const char *value)
{
    static const char *const keys[] = {"data", "test", "init", "feedback"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(option->key, keys[i]) == 0)
            return extra_index(session->command, "random") >= 0 && strchr(value, ';') &&
                   access(value, F_OK) != 0;
    return false;
}

static int add_list(struct session *session, const bl_option *option, const char *value)
{
    const int i = list_index(session, option->key);
    if (i == MAX_LISTS)
        return usage_error("--%s: more than %d options have several values", option->key, MAX_LISTS);
    session->lists[i].key = option->key;
    session->lists[i].value = value;
    session->n_lists += i == session->n_lists;
    return EXIT_DONE;
}

/* A value that is given later replaces a list. */
static void drop_list(struct session *session, const bl_option *option)
{
    const int i = list_index(session, option->key);
    if (i < session->n_lists)
        session->lists[i] = session->lists[--session->n_lists];
}

static int set_option(struct session *session, const bl_option *option, const char *value)
{
    /* a configuration file may have a rule for other commands; on the command line it would have no effect */
    if (strcmp(option->key, "rule") == 0 && extra_index(session->command, "rules") >= 0)
        return usage_error("--rule %s: %s takes a list of rules, --rules, as in --rules bp,dfa", value,
                           session->command->name);
    if (is_list_of_files(session, option, value))
        return add_list(session, option, value);
    if (bl_config_set(session->config, option->key, value) == BL_OK) {
        drop_list(session, option);
        return EXIT_DONE;
    }
    if (may_be_list(session, option, value))
        return add_list(session, option, value);
    if (strcmp(option->key, "rule") == 0 && strchr(value, ','))
        return usage_error("--rule %s: expected one rule; backless compare --rules %s trains several", value,
                           value);
    return fail_with(session, BL_BAD_VALUE);
}

/* Reads one flag; takes_next is set if its value is the next word. */
static int read_flag(struct session *session, const char *text, const char *next, bool sets_config,
                     bool *takes_next)
{
    struct flag flag;
    if (!split_flag(text, &flag))
        return usage_error("no option --%.100s...; backless %s --help lists them", text,
                           session->command->name);
    const int extra = extra_index(session->command, flag.key);
    const bl_option *option = find_option(session, flag.key);
    if (extra < 0 && !option)
        return unknown_option(session, flag.key);
    const char *argument = extra >= 0 ? session->command->extras[extra].argument : option->argument;
    *takes_next = argument && !flag.value;
    const char *value = !argument && !flag.value ? "true" : flag.value ? flag.value : next;
    if (!value || (*takes_next && strncmp(value, "--", 2) == 0))
        return usage_error("--%s needs a value: --%s %s", flag.key, flag.key, argument);
    if (extra >= 0)
        return set_extra(session, extra, value);
    if (!may_set(session, flag.key))
        return usage_error("--%s cannot be changed when a run is resumed", flag.key);
    if (check_words(flag.key, value) != EXIT_DONE)
        return EXIT_USAGE;
    return sets_config ? set_option(session, option, value) : EXIT_DONE;
}

/* Skips U+2013 or U+2014, which word processors insert in place of two dashes. */
static const char *after_long_dashes(const char *text)
{
    while (strncmp(text, "\xe2\x80\x93", 3) == 0 || strncmp(text, "\xe2\x80\x94", 3) == 0)
        text += 3;
    return text;
}

/* Returns the long form of -o, --output, for commands that have this option; it is the only short option.
   NULL: the word is not -o. */
static const char *long_flag(const struct session *session, const char *word)
{
    if (strncmp(word, "--", 2) == 0)
        return word + 2;
    return strcmp(word, "-o") == 0 && extra_index(session->command, "output") >= 0 ? "output" : NULL;
}

/* Refuses a word that is not the value of an option. Files, data sets and rules without their option are
   frequent. */
static int unexpected_word(const struct session *session, const char *word)
{
    const struct command *command = session->command;
    const char *meant = NULL;
    bool is_data = access(word, F_OK) == 0;
    for (int i = 0; bl_data_set_name(i); i++)
        is_data = is_data || strcmp(bl_data_set_name(i), word) == 0;
    if (bl_rule_about(word) && extra_index(command, "rules") >= 0)
        return usage_error("unexpected argument \"%s\"; a list has commas: --rules bp,dfa", word);
    if (bl_rule_about(word) && find_option(session, "rule"))
        meant = "rule";
    else if (is_data && extra_index(command, "model") >= 0 && !extra_of(session, "model"))
        meant = "model";
    else if (is_data && find_option(session, "data") && !bl_config_is_set(session->config, "data"))
        meant = "data";
    if (meant)
        return usage_error("unexpected argument \"%s\"; did you mean --%s %s?", word, meant, word);
    return usage_error("unexpected argument \"%s\"; usage: backless %s", word, command->usage);
}

static int read_words(struct session *session, int argc, char **argv, bool sets_config)
{
    session->n_words = 0;
    for (int i = 2; i < argc; i++) {
        bool takes_next = false;
        const char *flag = long_flag(session, argv[i]);
        if (flag) {
            const int code = read_flag(session, flag, argv[i + 1], sets_config, &takes_next);
            if (code != EXIT_DONE)
                return code;
            i += takes_next;
        } else if (argv[i][0] == '-' && argv[i][1])
            return unknown_short(session, argv[i]);
        else if (after_long_dashes(argv[i]) > argv[i])
            return usage_error("\"%s\" begins with a long dash, expected an option's two short ones: --%s",
                               argv[i], after_long_dashes(argv[i]));
        else if (!argv[i][0])
            return usage_error("an argument is \"\"; usage: backless %s", session->command->usage);
        else if (session->n_words < session->command->most_words)
            session->words[session->n_words++] = argv[i];
        else
            return unexpected_word(session, argv[i]);
    }
    return EXIT_DONE;
}

/* Returns whether the option of a command has an environment variable. Two have none: bench --json takes a
   file, but BACKLESS_JSON is a switch of train, eval and others; BACKLESS_DATA is the folder of data sets. */
static bool has_variable(const struct command *command, const struct extra *extra)
{
    return !(strcmp(command->name, "bench") == 0 && strcmp(extra->key, "json") == 0) &&
           strcmp(extra->key, "data") != 0;
}

/* Writes the name of the variable: BACKLESS_TEST_FRACTION for "test-fraction". */
static const char *variable_of(const char *key, char *name, size_t room)
{
    size_t n = (size_t)snprintf(name, room, "BACKLESS_");
    for (; *key && n < room - 1; key++)
        name[n++] = *key == '-' ? '_' : (char)toupper((unsigned char)*key);
    name[n] = 0;
    return getenv(name);
}

/* Reads the variables of the command's own options, before the command line. */
static int read_own_environment(struct session *session)
{
    const struct extra *extras = session->command->extras;
    for (int i = 0; extras && extras[i].key; i++) {
        char name[80];
        const char *value =
            has_variable(session->command, &extras[i]) ? variable_of(extras[i].key, name, sizeof name) : NULL;
        if (value && set_extra(session, i, value) != EXIT_DONE)
            return usage_error("that is from the environment: %s", name);
        session->is_ambient[i] = value != NULL;
    }
    return EXIT_DONE;
}

/* Returns whether the option takes its variable. BACKLESS_DATA is left out, because it is the folder of data
   sets. */
static bool takes_variable(const struct session *session, const bl_option *option)
{
    return still_takes(session->command, option) && strcmp(option->key, "data") != 0 &&
           may_set(session, option->key);
}

static int read_environment(struct session *session)
{
    for (int i = 0; bl_option_at(i); i++) {
        char name[80];
        const char *key = bl_option_at(i)->key;
        const char *value =
            takes_variable(session, bl_option_at(i)) ? variable_of(key, name, sizeof name) : NULL;
        if (value && check_words(key, value) != EXIT_DONE)
            return EXIT_USAGE;
        if (value && bl_config_set(session->config, key, value) != BL_OK) {
            fprintf(stderr, "backless: in the environment, %s:\n", name);
            return fail_with(session, BL_BAD_VALUE);
        }
    }
    return EXIT_DONE;
}

static int load_config(struct session *session, const char *path)
{
    const bl_status status = bl_config_load(session->config, path);
    return status == BL_OK ? EXIT_DONE : fail_with(session, status);
}

/* Loads the configuration files. A resumed run is configured from its own folder first. */
static int load_files(struct session *session)
{
    char path[4096];
    const char *resume = extra_of(session, "resume"), *config = extra_of(session, "config");
    int code = EXIT_DONE;
    struct stat found;
    if (resume && config)
        return usage_error("--config cannot be given when a run is resumed");
    if (resume && stat(resume, &found) == 0 && !S_ISDIR(found.st_mode))
        return usage_error("--resume %s: is a file, expected the folder of a run (--out DIR), which holds "
                           "config.json and model.safetensors",
                           resume);
    if (resume && snprintf(path, sizeof path, "%s/config.json", resume) < (int)sizeof path &&
        access(resume, F_OK) == 0 && access(path, F_OK) != 0 && errno == ENOENT) {
        usage_error("--resume %s: the folder has no config.json, expected the folder of a run (--out DIR)",
                    resume);
        return EXIT_DATA;
    }
    if (resume && snprintf(path, sizeof path, "%s/config.json", resume) < (int)sizeof path)
        code = load_config(session, path);
    if (resume && code == EXIT_DONE) {
        const bl_status status = resumed_files_replace(session->config, resume);
        code = status == BL_OK ? EXIT_DONE : fail_with(session, status);
    }
    if (code == EXIT_DONE && config)
        code = load_config(session, config);
    return code;
}

int arguments_read(struct session *session, int argc, char **argv)
{
    int code = read_own_environment(session);
    if (code == EXIT_DONE)
        code = read_words(session, argc, argv, false);
    if (code == EXIT_DONE && session->command->groups) {
        code = load_files(session);
        if (code == EXIT_DONE)
            code = read_environment(session);
        if (code == EXIT_DONE)
            code = read_words(session, argc, argv, true);
    }
    return code;
}

int session_use_backend(struct session *session)
{
    /* a file of version 0.1.0 uses the old name */
    if (strcmp(bl_config_get(session->config, "backend"), "onednn") == 0) {
        fprintf(stderr, "backless: the configuration names the backend onednn, which was removed: the "
                        "backend portable goes "
                        "on, and its weights differ from those of onednn by rounding\n");
        bl_config_set(session->config, "backend", NULL);
    }
    const bl_status status = bl_context_use(session->ctx, bl_config_get(session->config, "backend"),
                                            atoi(bl_config_get(session->config, "threads")));
    return status == BL_OK ? EXIT_DONE : fail_with(session, status);
}
