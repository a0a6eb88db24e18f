/*
 * test_header_options.c - the table of options in backless.h is that of the library: each key, each word that
 * an option takes, each default; and the header's net grammar names each kind of layer.
 */
#include "../src/base/text.h"
#include "../src/layers/layer_table.h"
#include "scratch.h"

#include "backless.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>

#include <cmocka.h>

static char *header;

static int read_header(void **state)
{
    size_t n = 0;
    (void)state;
    header = (char *)scratch_read(TEST_SOURCE_DIR "/../include/backless.h", &n);
    return header ? 0 : 1;
}

static int drop_header(void **state)
{
    (void)state;
    free(header);
    return 0;
}

/* The line of the option with its continuation lines; "" if there is none. */
static void line_of(const char *text, const char *key, char *out, size_t room)
{
    char begin[64];
    out[0] = 0;
    snprintf(begin, sizeof begin, "\n     %s ", key);
    const char *at = strstr(text, begin);
    if (!at)
        return;
    const char *end = strchr(at + 1, '\n');
    while (end && strncmp(end, "\n      ", 7) == 0)
        end = strchr(end + 1, '\n');
    snprintf(out, room, "%.*s", (int)(end - at), at);
}

/* Words in lower case are values; others are placeholders. */
static bool is_value(struct slice word)
{
    for (size_t i = 0; i < word.n; i++)
        if ((word.at[i] < 'a' || word.at[i] > 'z') && word.at[i] != '-' && word.at[i] != ' ')
            return false;
    return word.n > 0;
}

static bool has_word(const char *line, struct slice word)
{
    for (const char *at = line; (at = strstr(at, word.at)); at++)
        if (strncmp(at, word.at, word.n) == 0)
            return true;
    return false;
}

/* What is missing in the line; "": nothing. */
static void missing_in(const char *line, const bl_option *option, char *out, size_t room)
{
    struct slice rest = slice_of(option->argument ? option->argument : "true|false"), word;
    char default_value[64];
    out[0] = 0;
    if (!line[0]) {
        snprintf(out, room, "its line");
        return;
    }
    while (slice_next(&rest, '|', &word)) {
        char text[64];
        snprintf(text, sizeof text, "%.*s", (int)word.n, word.at);
        if (is_value(word) && !has_word(line, slice_of(text)))
            snprintf(out, room, "the value %s", text);
    }
    snprintf(default_value, sizeof default_value, "[%s]", option->default_value);
    const size_t n = strlen(line), k = strlen(default_value);
    if (n < k || strcmp(line + n - k, default_value) != 0)
        snprintf(out, room, "the default at its end, %s", default_value);
}

static void test_each_option(void **state)
{
    size_t faults = 0;
    char line[512], missing[128];
    (void)state;
    for (int i = 0; bl_option_at(i); i++) {
        const bl_option *option = bl_option_at(i);
        line_of(header, option->key, line, sizeof line);
        missing_in(line, option, missing, sizeof missing);
        if (missing[0])
            fprintf(stderr, "include/backless.h, option %s: lacks %s; expected \"     %-17s %s [%s]\"\n",
                    option->key, missing, option->key, option->argument ? option->argument : "true, false",
                    option->default_value);
        faults += missing[0] != 0;
    }
    assert_int_equal(faults, 0);
}

static void test_each_layer(void **state)
{
    (void)state;
    for (size_t i = 0; layer_ops_at(i); i++)
        if (!strstr(header, layer_ops_at(i)->usage))
            fail_msg("include/backless.h: its net grammar lacks \"%s\"", layer_ops_at(i)->usage);
}

static void test_faults_are_seen(void **state)
{
    static const bl_option option = {"new", "auto|big|FILE", "auto", "net", "help"};
    static const struct {
        const char *header, *missing;
    } cases[] = {
        {"\n     newer auto [auto]\n", "its line"},
        {"\n     new  auto [auto]\n", "the value big"},
        {"\n     new  auto, big []\n", "the default at its end, [auto]"},
        {"\n     new  auto or\n          big [auto]\n     other\n", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[512], missing[128];
        line_of(cases[i].header, "new", line, sizeof line);
        missing_in(line, &option, missing, sizeof missing);
        assert_string_equal(missing, cases[i].missing);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_option),
        cmocka_unit_test(test_each_layer),
        cmocka_unit_test(test_faults_are_seen),
    };
    return cmocka_run_group_tests(tests, read_header, drop_header);
}
