/*
 * cmd_predict.c - backless predict: a model's predictions for a file of examples, as CSV.
 *
 * The header is ImageId,Label (that of Kaggle's digits) unless other names are given. The first column holds
 * the values of the data's id column, the names of picture files, or numbers from 1.
 */
#include "../csv_field.h"
#include "../data/data_notes.h"
#include "../terminal/shown_text.h"
#include "open_model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct extra extras[] = {
    {"model", "DIR|FILE",
     "run folder (its best.safetensors, where there is one, else model.safetensors) or .safetensors file"},
    {"output", "FILE", "where the predictions are written; - for standard output"},
    {"part", "train|val|test",
     "the rows of the same data that the model was trained, validated or tested on (default: the test set of "
     "a "
     "folder or "
     "named set, or all of a file)"},
    {"label-name", "NAME", "name of the column of predictions (default: Label)"},
    {"proba", NULL, "one column of scores per class instead of the prediction"},
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

static void put_class(FILE *to, const bl_model *model, int i)
{
    const char *name = bl_model_class_name(model, i);
    if (name)
        csv_put_text(to, name);
    else
        fprintf(to, "%d", i);
}

static void put_header(FILE *to, const struct session *s, const bl_model *model)
{
    const char *id = bl_config_get(s->config, "id-column"), *label = extra_of(s, "label-name");
    csv_put_text(to, id[0] ? id : "ImageId");
    if (!extra_of(s, "proba")) {
        fputc(',', to);
        csv_put_text(to, label ? label : "Label");
    }
    for (int i = 0; extra_of(s, "proba") && i < bl_model_outputs(model); i++) {
        fputc(',', to);
        put_class(to, model, i);
    }
    fputc('\n', to);
}

static bool answers_are_numbers(const bl_model *model)
{
    const char *answers = bl_model_metadata(model, "answers");
    return answers && strcmp(answers, "numbers") == 0;
}

static void put_id(FILE *to, const bl_data *data, size_t row)
{
    const char *id = bl_data_id(data, row);
    if (id)
        csv_put_text(to, id);
    else
        fprintf(to, "%zu", row + 1);
}

static void put_answer(FILE *to, const struct session *s, const bl_model *model, const double *scores)
{
    int best = 0;
    const bool puts_scores = extra_of(s, "proba") || answers_are_numbers(model);
    for (int i = 0; i < bl_model_outputs(model); i++) {
        if (extra_of(s, "proba"))
            /* nine digits distinguish all floats, and probabilities are floats */
            fprintf(to, ",%.9g", scores[i]);
        else if (puts_scores) {
            fputc(',', to);
            csv_put_number(to, scores[i]);
        }
        if (scores[i] > scores[best])
            best = i;
    }
    if (!puts_scores) {
        fputc(',', to);
        put_class(to, model, best);
    }
    fputc('\n', to);
}

struct answers {
    const struct session *s;
    const bl_model *model;
    const bl_data *data;
    const double *scores;
};

static bool put_all(FILE *to, const struct answers *a)
{
    put_header(to, a->s, a->model);
    for (size_t i = 0; i < bl_data_count(a->data); i++) {
        put_id(to, a->data, i);
        put_answer(to, a->s, a->model, a->scores + i * (size_t)bl_model_outputs(a->model));
    }
    return fflush(to) == 0 && !ferror(to);
}

static int print_answers(const struct answers *a)
{
    if (put_all(stdout, a))
        return EXIT_DONE;
    fprintf(stderr, "backless: standard output could not be written: %s\n", strerror(errno));
    return EXIT_IO;
}

/* Writes the predictions. They are made in memory first, because bl_file_write writes whole files. */
static int write_file(const struct answers *a)
{
    const char *path = extra_of(a->s, "output");
    char *text = NULL;
    size_t n = 0;
    if (strcmp(path, "-") == 0)
        return print_answers(a);
    FILE *to = open_memstream(&text, &n);
    bool is_whole = to && put_all(to, a);
    is_whole = to && fclose(to) == 0 && is_whole;
    const bl_status status = is_whole ? bl_file_write(a->s->ctx, path, text, n) : BL_OK;
    free(text);
    if (!is_whole)
        return usage_error("no memory for the text of %zu predictions", bl_data_count(a->data)), EXIT_OTHER;
    if (status != BL_OK)
        return fail_with(a->s, status);
    note(a->s, "%zu prediction%s in %s", bl_data_count(a->data), plural((double)bl_data_count(a->data)),
         path);
    return EXIT_DONE;
}

static int predict(const struct session *s, const bl_model *model, const bl_data *data)
{
    const size_t n = bl_data_count(data);
    double *scores = malloc((n ? n : 1) * (size_t)bl_model_outputs(model) * sizeof *scores);
    if (!scores)
        return usage_error("no memory for %zu predictions", n), EXIT_OTHER;
    const bl_status status = bl_model_predict_data(model, data, scores);
    const int code =
        status == BL_OK ? write_file(&(struct answers){s, model, data, scores}) : fail_with(s, status);
    free(scores);
    return code;
}

/* Refuses names of columns that would have no effect, or would be the same. */
static int check_names(const struct session *s)
{
    const char *id = bl_config_get(s->config, "id-column"), *label = extra_of(s, "label-name");
    if (extra_typed(s, "proba") && extra_typed(s, "label-name"))
        return usage_error("--label-name %s: with --proba the columns are called as the classes", label);
    if (label && !extra_of(s, "proba") && strcmp(id, label) == 0)
        return usage_error("--id-column and --label-name: both columns would be called %s", label);
    return EXIT_DONE;
}

static int run_predict(struct session *s)
{
    const char *where = extra_of(s, "model"), *path = bl_config_get(s->config, "data");
    bl_model *model = NULL;
    bl_data *data = NULL;
    char target[BL_PATH_ROOM];
    if (!where || !path[0] || !extra_of(s, "output"))
        return usage_error("%s is missing; usage: backless %s",
                           !where    ? "--model"
                           : path[0] ? "--output (- for standard output)"
                                     : "--data",
                           s->command->usage);
    if (check_names(s) != EXIT_DONE)
        return EXIT_USAGE;
    bl_status status = open_model(&model, s, where);
    if (status == BL_OK && extra_of(s, "proba") && answers_are_numbers(model)) {
        bl_model_free(model);
        return usage_error("--proba is for classes, but this model predicts numbers");
    }
    if (status == BL_OK)
        status = open_model_data(&data, model, s);
    if (status == BL_OK && strcmp(extra_of(s, "output"), "-") != 0)
        status = bl_file_target(s->ctx, extra_of(s, "output"), target,
                                sizeof target); /* is neither the model nor the data */
    const int code = status == BL_OK ? predict(s, model, data) : fail_with(s, status);
    if (code == EXIT_DONE)
        print_data_notes(s, "note: ", data);
    bl_data_free(data);
    bl_model_free(model);
    return code;
}

const struct command command_predict = {"predict",
                                        "predict --model DIR|FILE --data FILE --output FILE.csv",
                                        "a model's predictions for a file of examples",
                                        "data machine",
                                        extras,
                                        0,
                                        run_predict};
