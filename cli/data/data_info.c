/*
 * data_info.c - backless data info: the contents of a data set, and some examples.
 */
#include "data_info.h"
#include "../process.h"
#include "data_command.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SAMPLES = 1000 };

static const struct extra extras[] = {
    {"samples", "N", "number of examples shown (default: 3 to 5, by the width); 0: none"},
    {"all", NULL, "every class and every column, however many"},
    {"json", NULL, "the figures as one JSON object on standard output"},
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

static int info_memory_error(void)
{
    return usage_error("no memory for the figures"), EXIT_OTHER;
}

/* Finds the name of the set, which may be the word after "info" or the value of --data. */
static int settle_name(struct session *s)
{
    if (s->n_words == 0)
        return bl_config_get(s->config, "data")[0] ? EXIT_DONE
                                                   : usage_error("usage: backless %s", s->command->usage);
    if (bl_config_is_set(s->config, "data"))
        return usage_error("\"%s\" and --data %s, expected one of the two", s->words[0],
                           bl_config_get(s->config, "data"));
    const bl_status status = bl_config_set(s->config, "data", s->words[0]);
    return status == BL_OK ? EXIT_DONE : fail_with(s, status);
}

static int take_samples(const struct session *s, bool *has_number, size_t *n)
{
    char *end = NULL;
    const char *text = extra_of(s, "samples");
    const long number = text ? strtol(text, &end, 10) : 0;
    if (text && (end == text || *end || number < 0 || number > MOST_SAMPLES))
        return usage_error("--samples is \"%s\", expected a whole number from 0 to %d", text, MOST_SAMPLES);
    *has_number = text != NULL;
    *n = (size_t)number;
    return EXIT_DONE;
}

static bool count_classes(struct data_info *info)
{
    for (int i = 0; i < N_PARTS; i++) {
        if (info->classes == 0 || !info->parts[i])
            continue;
        info->class_counts[i] = malloc((size_t)info->classes * sizeof *info->class_counts[i]);
        if (!info->class_counts[i])
            return false;
        data_count_classes(info->parts[i], info->classes, info->class_counts[i]);
    }
    return true;
}

static int measure(struct data_info *info)
{
    const bl_data *train = info->parts[PART_TRAIN];
    info->classes = bl_data_labels(train) ? bl_data_outputs(train) : 0;
    const bl_status status = data_figures_measure(&info->figures, train);
    if (status == BL_NO_MEMORY || (status == BL_OK && !count_classes(info)))
        return info_memory_error();
    return status == BL_OK ? EXIT_DONE : fail_with(info->session, status);
}

static int show(const struct data_info *info, bool has_number, size_t n_samples)
{
    if (extra_of(info->session, "json")) {
        data_info_print_json(info);
        return EXIT_DONE;
    }
    data_info_print(info);
    if (has_number && n_samples == 0)
        return EXIT_DONE;
    const bl_status status = data_info_print_samples(info, n_samples);
    if (status == BL_NO_MEMORY)
        return info_memory_error();
    return status == BL_OK ? EXIT_DONE : fail_with(info->session, status);
}

static void release(struct data_info *info)
{
    data_figures_free(&info->figures);
    for (int i = 0; i < N_PARTS; i++) {
        bl_data_free(info->parts[i]);
        free(info->class_counts[i]);
    }
}

static int run_data_info(struct session *s)
{
    struct data_info info = {
        .session = s, .part_names = {"train", "val", "test"}, .shows_all = extra_of(s, "all") != NULL};
    bool has_number = false;
    size_t n_samples = 0;
    int code = settle_name(s);
    if (code == EXIT_DONE)
        code = take_samples(s, &has_number, &n_samples);
    if (code != EXIT_DONE)
        return code;
    info.name = bl_config_get(s->config, "data");
    if (s->n_words > 0 && !extra_of(s, "quiet"))
        process_say_waits(s->words[0]);
    const bl_status status = bl_data_examine(&info.parts[PART_TRAIN], &info.parts[PART_VAL],
                                             &info.parts[PART_TEST], s->ctx, s->config);
    if (status != BL_OK)
        return fail_with(s, status);
    code = measure(&info);
    if (code == EXIT_DONE)
        code = show(&info, has_number, n_samples);
    release(&info);
    return code;
}

const struct command command_data_info = {
    "data info",
    "data info NAME|PATH [options]",
    "the contents of a data set: counts, shape, classes, values, samples",
    "data",
    extras,
    1,
    run_data_info};
