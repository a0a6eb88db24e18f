/*
 * cmd_info.c - backless info: the contents of a model file.
 */
#include "open_model.h"

#include <math.h>

static const struct extra extras[] = {
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

static double norm(const bl_tensor *t)
{
    double sum = 0.0;
    for (size_t i = 0; i < t->rows * t->cols; i++)
        sum += (double)t->values[i] * (double)t->values[i];
    return sqrt(sum);
}

static void print_model(const bl_model *model)
{
    char hash[17];
    bl_tensor t;
    bl_model_hash(model, hash);
    for (int i = 0; bl_model_metadata_name(model, i); i++)
        printf("%-14s %.200s\n", bl_model_metadata_name(model, i),
               bl_model_metadata(model, bl_model_metadata_name(model, i)));
    printf("%-14s %s\n\n%-20s %16s %12s\n", "weights_hash", hash, "tensor", "shape", "norm");
    for (int i = 0; bl_model_tensor(model, i, &t); i++)
        printf("%-20s %8zu x %5zu %12.5g\n", t.name, t.rows, t.cols, norm(&t));
}

static int run_info(struct session *s)
{
    bl_model *model = NULL;
    if (s->n_words != 1)
        return usage_error("usage: backless %s", s->command->usage);
    const bl_status status = open_model(&model, s, s->words[0]);
    if (status != BL_OK)
        return fail_with(s, status);
    print_model(model);
    bl_model_free(model);
    return EXIT_DONE;
}

const struct command command_info = {"info", "info DIR|FILE", "the contents of a model file", NULL, extras,
                                     1,      run_info};
