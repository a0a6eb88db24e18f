/*
 * cmd_eval.c - backless eval: a model's loss and error on data.
 */
#include "../data/data_notes.h"
#include "../data/majority.h"
#include "../progress/progress.h"
#include "../terminal/shown_text.h"
#include "open_model.h"

#include <math.h>

static const struct extra extras[] = {
    {"model", "DIR|FILE",
     "run folder (its best.safetensors, where there is one, else model.safetensors) or .safetensors file"},
    {"part", "train|val|test",
     "the rows of the same data that the model was trained, validated or tested on (default: the test set of "
     "a "
     "folder or "
     "named set, or all of a file)"},
    {"json", NULL, "one JSON object on standard output"},
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

static void print_number(const char *key, double x, const char *end)
{
    if (isnan(x))
        printf("\"%s\":null%s", key, end);
    else
        printf("\"%s\":%.15g%s", key, x, end);
}

static void print_score(const struct session *s, const bl_score *score)
{
    if (extra_of(s, "json")) {
        printf("{\"count\":%zu,", score->count);
        print_number("loss", score->loss, ",");
        print_number("rmse", score->rmse, ",");
        print_number("mae", score->mae, ",");
        print_number("r2", score->r2, ",");
        print_number("error", score->error, "}\n");
    } else if (!isnan(score->rmse))
        printf("rmse %.5g, mae %.5g, r2 %.4f, loss %.6f on %zu example%s\n", score->rmse, score->mae,
               score->r2, score->loss, score->count, plural((double)score->count));
    else if (isnan(score->error))
        printf("loss %.6f on %zu example%s\n", score->loss, score->count, plural((double)score->count));
    else
        printf("error %.2f %%, loss %s on %zu example%s\n", 100.0 * score->error, loss_text(score->loss).text,
               score->count, plural((double)score->count));
}

static int run_eval(struct session *s)
{
    const char *where = extra_of(s, "model"), *data_path = bl_config_get(s->config, "data");
    bl_model *model = NULL;
    bl_data *data = NULL;
    bl_score score;
    if (!where || !data_path[0])
        return usage_error("%s is missing; usage: backless %s", where ? "--data" : "--model",
                           s->command->usage);
    bl_status status = open_model(&model, s, where);
    if (status == BL_OK)
        status = open_model_data(&data, model, s);
    if (status == BL_OK)
        status = bl_model_evaluate(model, data, &score);
    if (status == BL_OK) {
        print_score(s, &score);
        fflush(stdout); /* so that the notes come after it, also if both streams go to the same file */
        print_data_notes(s, "note: ", data);
        note_majority(s, "note: ", "", data, score.error);
    }
    const int code = status == BL_OK ? EXIT_DONE : fail_with(s, status);
    bl_data_free(data);
    bl_model_free(model);
    return code;
}

const struct command command_eval = {"eval",
                                     "eval --model DIR|FILE --data NAME|PATH",
                                     "a model's loss and error on data",
                                     "data machine",
                                     extras,
                                     0,
                                     run_eval};
