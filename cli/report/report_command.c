/*
 * report_command.c - writes the command that trains a run again from the run's options.
 *
 * Options with their default value are left out; so are options that do not affect what is learned, and seeds
 * that follow --seed.
 */
#include "../draw/markup.h"
#include "../option_traits.h"
#include "report.h"

#include <string.h>

/* Writes a word for a POSIX shell: unchanged if no character has a special meaning, otherwise in single
   quotes. */
static void put_word(FILE *to, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+@%";
    if (word[0] && strspn(word, plain) == strlen(word)) {
        markup_text(to, word);
        return;
    }
    markup_text(to, "'");
    for (const char *p = word; *p;) {
        char piece[256];
        size_t n = strcspn(p, "'");
        n = n < sizeof piece - 1 ? n : sizeof piece - 1;
        while (n > 1 && ((unsigned char)p[n] & 0xC0) == 0x80)
            n--; /* do not cut inside a character */
        snprintf(piece, sizeof piece, "%.*s", (int)n, p);
        markup_text(to, piece);
        p += n;
        if (*p == '\'') {
            markup_text(to, "'\\''");
            p++;
        }
    }
    markup_text(to, "'");
}

static bool is_written(const struct report_run *run, const bl_option *option, const char *value)
{
    const size_t n = strlen(option->key);
    const bool follows =
        n > 5 && strcmp(option->key + n - 5, "-seed") == 0 && strcmp(option->key, "split-seed") != 0 &&
        json_equal(json_object_get(run->options, option->key), json_object_get(run->options, "seed"));
    return value && value[0] && !option_has(option->key, OPTION_IDLE) && !follows &&
           strcmp(option->group, "former") != 0 && strcmp(option->key, "data") != 0 &&
           strcmp(value, option->default_value) != 0;
}

void put_command(FILE *to, const struct report_run *run)
{
    const char *data = json_string_value(json_object_get(run->options, "data"));
    fputs("backless train --data ", to);
    put_word(to, data ? data : "DATA");
    for (int i = 0; bl_option_at(i); i++) {
        const bl_option *option = bl_option_at(i);
        const char *value = json_string_value(json_object_get(run->options, option->key));
        if (!is_written(run, option, value))
            continue;
        fprintf(to, " --%s", option->key);
        if (option->argument) {
            fputc(' ', to);
            put_word(to, value);
        }
    }
}
