/*
 * cmd_completion.c - backless completion: the script with which a shell completes this program's command
 * line.
 */
#include "completion.h"

#include <string.h>

static const struct extra extras[] = {
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

static const struct {
    const char *shell;
    void (*write)(FILE *to, const struct command_table *program);
} shells[] = {{"bash", completion_bash}, {"zsh", completion_zsh}, {"fish", completion_fish}};

static int run_completion(struct session *s)
{
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (s->n_words == 1 && strcmp(s->words[0], shells[i].shell) == 0) {
            shells[i].write(stdout, s->program);
            return EXIT_DONE;
        }
    if (s->n_words == 1)
        return usage_error("no completion for the shell \"%s\", expected bash, zsh or fish", s->words[0]);
    return usage_error("usage: backless %s; in bash and zsh: source <(backless completion bash), and in "
                       "fish: backless completion fish | source",
                       s->command->usage);
}

const struct command command_completion = {"completion",
                                           "completion bash|zsh|fish",
                                           "a script for a shell that completes what you type",
                                           NULL,
                                           extras,
                                           1,
                                           run_completion};
