/*
 * doctor_environment.c - the environment variables that have an effect (BACKLESS_* and OMP_NUM_THREADS), and
 * the terminal.
 */
#include "../help/listing.h"
#include "../help/unknown_word.h"
#include "doctor.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

/* ---- Variables of other programs */

static const struct {
    const char *name, *harmless; /* a value that has no effect; "": every value has one */
    enum doctor_verdict verdict;
    const char *what;
} known[] = {
    {"OMP_NUM_THREADS", "", DOCTOR_FINE, "the most threads that the option threads takes by itself"},
};

static bool say_others(struct doctor *d)
{
    bool is_any = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *value = getenv(known[i].name);
        if (!value)
            continue;
        const bool is_harmless = known[i].harmless[0] && strcmp(value, known[i].harmless) == 0;
        doctor_say(d, is_harmless ? DOCTOR_FINE : known[i].verdict, known[i].name, NULL, "%s (%s)", value,
                   is_harmless ? "changes nothing" : known[i].what);
        is_any = true;
    }
    return is_any;
}

/* ---- Variables of backless */

/* Writes "data-dir" for BACKLESS_DATA_DIR=... Returns false if the name is too long for an option. */
static bool key_of(const char *name, size_t length, char *key, size_t room)
{
    if (length >= room)
        return false;
    for (size_t i = 0; i < length; i++) {
        key[i] = (char)tolower((unsigned char)name[i]);
        if (key[i] == '_')
            key[i] = '-';
    }
    key[length] = 0;
    return true;
}

static bool is_option(const char *key)
{
    for (int i = 0; bl_option_at(i); i++)
        if (strcmp(bl_option_at(i)->key, key) == 0)
            return true;
    return false;
}

/* Returns whether the key is an option of one or more commands instead of the library, as BACKLESS_QUIET and
   BACKLESS_MODEL. */
static bool is_own_option(const struct command_table *program, const char *key)
{
    for (int i = 0; listing_command(program, i); i++)
        for (int k = 0; listing_command(program, i)->extras && listing_command(program, i)->extras[k].key;
             k++)
            if (strcmp(listing_command(program, i)->extras[k].key, key) == 0)
                return true;
    return false;
}

static void say_option(struct doctor *d, const char *name, const char *key, const char *value)
{
    char reason[1200];
    if (bl_config_is_set(d->config, key) || bl_config_set(d->config, key, value) == BL_OK) {
        doctor_say(d, DOCTOR_FINE, name, NULL, "%s", value);
        return;
    }
    snprintf(reason, sizeof reason, "in the environment, %s: %s", name, bl_why(d->session->ctx));
    doctor_say(d, DOCTOR_WRONG, name, "unset it, or give it a value that the option takes", "%s: %s", value,
               bl_why(d->session->ctx));
    doctor_cannot_train(d, EXIT_USAGE, reason);
}

static void say_data_folder(struct doctor *d, const char *value)
{
    struct stat found;
    if (stat(value, &found) == 0 && S_ISDIR(found.st_mode))
        doctor_say(d, DOCTOR_FINE, "BACKLESS_DATA", NULL, "%s", value);
    else
        doctor_say(d, DOCTOR_NOTE, "BACKLESS_DATA", NULL, "%s (no such folder)", value);
}

static bool is_for_tests(const char *name)
{
    static const char *const names[] = {"BACKLESS_TEST_DATA", "BACKLESS_TEST_CIFAR", "BACKLESS_PYTHON",
                                        "BACKLESS_PEERS_PYTHON", "BACKLESS_ONNX_PYTHON"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static void say_own(struct doctor *d, const char *variable, const char *equals)
{
    char name[96], key[64];
    const size_t prefix = strlen("BACKLESS_"), length = (size_t)(equals - variable);
    snprintf(name, sizeof name, "%.*s", (int)length, variable);
    if (strcmp(name, "BACKLESS_DATA") == 0)
        say_data_folder(d, equals + 1);
    else if (is_for_tests(name))
        doctor_say(d, DOCTOR_FINE, name, NULL, "%s (for the tests)", equals + 1);
    else if (key_of(variable + prefix, length - prefix, key, sizeof key) && is_option(key))
        say_option(d, name, key, equals + 1);
    else if (is_own_option(d->session->program, key))
        doctor_say(d, DOCTOR_FINE, name, NULL, "%s (for the commands that have the option --%s)", equals + 1,
                   key);
    else {
        char advice[320];
        variable_advice(d->session->program, name, advice, sizeof advice);
        doctor_say(d, DOCTOR_NOTE, name, NULL, "%s (no option has this name: not followed%s%s)", equals + 1,
                   advice[0] ? "; " : "", advice);
    }
}

void doctor_environment(struct doctor *d)
{
    bool is_any = false;
    doctor_section(d, "environment");
    for (char **variable = environ; variable && *variable; variable++) {
        const char *equals = strchr(*variable, '=');
        if (!equals || strncmp(*variable, "BACKLESS_", strlen("BACKLESS_")) != 0)
            continue;
        say_own(d, *variable, equals);
        is_any = true;
    }
    if (!say_others(d) && !is_any)
        doctor_say(d, DOCTOR_FINE, "variables", NULL, "none that matter are set");
}

/* ---- The terminal */

static bool contains(const char *name, const char *part)
{
    const char *value = getenv(name);
    return value && strstr(value, part);
}

static const char *colours(void)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if (no_color && no_color[0])
        return "none: NO_COLOR is set";
    if (!isatty(STDOUT_FILENO))
        return "none: the output is not a terminal";
    if (!term || !term[0] || strcmp(term, "dumb") == 0)
        return "none: TERM names no terminal that has some";
    if (contains("COLORTERM", "truecolor") || contains("COLORTERM", "24bit"))
        return "all";
    return strstr(term, "256color") ? "256" : "16";
}

/* Returns the variable that decides the character set: the first that is set, in the order of the C
   library. */
static const char *charset_variable(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0])
            return names[i];
    }
    return NULL;
}

static void say_charset(struct doctor *d)
{
    const char *name = charset_variable();
    if (name && (contains(name, "UTF-8") || contains(name, "utf8") || contains(name, "UTF8")))
        doctor_say(d, DOCTOR_FINE, "characters", NULL, "UTF-8 (%s=%s)", name, getenv(name));
    else
        doctor_say(d, DOCTOR_NOTE, "characters", "export LC_ALL=C.UTF-8",
                   "not UTF-8, by the environment: names such as N\303\270kland may look wrong");
}

void doctor_terminal(struct doctor *d)
{
    struct winsize size;
    doctor_section(d, "terminal");
    if (!isatty(STDOUT_FILENO))
        doctor_say(d, DOCTOR_FINE, "output", NULL, "no terminal: plain lines");
    else if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        doctor_say(d, DOCTOR_FINE, "output", NULL, "a terminal of %d columns", (int)size.ws_col);
    else
        doctor_say(d, DOCTOR_FINE, "output", NULL, "a terminal");
    doctor_say(d, DOCTOR_FINE, "colours", NULL, "%s", colours());
    say_charset(d);
}
