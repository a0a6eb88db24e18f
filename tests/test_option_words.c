/*
 * test_option_words.c - the arguments in the table of options are correct: words in lower case ("mean|sum")
 * are accepted values, because completions and help offer them.
 */
#include "backless.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool is_word(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!islower((unsigned char)text[i]) && text[i] != '-')
            return false;
    return n > 0;
}

static int try_words(bl_context *ctx, bl_config *config, const bl_option *option)
{
    int tried = 0;
    for (const char *at = option->argument; at && *at; at += at[0] == '|') {
        char word[64];
        const size_t n = strcspn(at, "|");
        snprintf(word, sizeof word, "%.*s", (int)n, at);
        at += n;
        if (!is_word(word, n))
            continue;
        if (bl_config_set(config, option->key, word) != BL_OK)
            fail_msg("--%s %s: %s", option->key, word, bl_why(ctx));
        tried++;
    }
    return tried;
}

static void words_are_accepted(void **state)
{
    (void)state;
    int tried = 0;
    bl_context *ctx = bl_context_new(NULL);
    bl_config *config = NULL;
    assert_int_equal(bl_config_create(&config, ctx), BL_OK);
    for (int i = 0; bl_option_at(i); i++)
        tried += try_words(ctx, config, bl_option_at(i));
    assert_true(tried > 20);
    bl_config_free(config);
    bl_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
