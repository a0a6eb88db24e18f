/*
 * run_figures.c - reads result.json, failure.json and config.json of a run folder.
 *
 * A run that the option patience ended is judged by its best epoch, whose model eval and predict take too.
 */
#include "run_figures.h"

#include "run_training.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static json_t *load(const char *folder, const char *name)
{
    char path[2 * BL_PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
}

static double loss_of(const json_t *result, const char *best, const char *set)
{
    char key[40];
    snprintf(key, sizeof key, "%s%s_loss", best, set);
    return json_number_value(json_object_get(result, key));
}

/* Returns the error for classes; for regression targets the rmse if it was measured. best: "best_" for the
   figures of the best epoch, else "". */
static struct figure figure_of(const json_t *result, const char *best, const char *set)
{
    static const struct {
        const char *name;
        enum figure_kind kind;
    } kinds[] = {{"error", FIGURE_ERROR}, {"rmse", FIGURE_RMSE}, {"loss", FIGURE_LOSS}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char key[40];
        snprintf(key, sizeof key, "%s%s_%s", best, set, kinds[i].name);
        const json_t *value = json_object_get(result, key);
        if (json_is_number(value))
            return (struct figure){kinds[i].kind, json_number_value(value), loss_of(result, best, set)};
    }
    return (struct figure){FIGURE_NONE, 0.0, 0.0};
}

static void take_angles(struct run_figures *out, const json_t *blocks)
{
    const size_t n = json_array_size(blocks);
    for (size_t l = 0; l + 1 < n && out->n_angles < MOST_RUN_ANGLES; l++) {
        const json_t *angle = json_object_get(json_array_get(blocks, l), "flat");
        out->angles[out->n_angles++] = json_is_number(angle) ? json_number_value(angle) : (double)NAN;
    }
}

static bool has_patience(const json_t *config)
{
    const char *text = json_string_value(json_object_get(json_object_get(config, "options"), "patience"));
    return text && strcmp(text, "0") != 0;
}

static void take_result(struct run_figures *out, const json_t *result, const json_t *config)
{
    const bool has_best = has_patience(config) && json_object_get(result, "best_val_loss");
    const char *best = has_best ? "best_" : "";
    const char *hash = json_string_value(json_object_get(result, "weights_hash"));
    out->state = RUN_DONE;
    out->epochs = (int)json_integer_value(json_object_get(result, "epoch"));
    out->test = figure_of(result, best, "test");
    out->val = figure_of(result, best, "val");
    out->train = figure_of(result, best, "train");
    out->seconds = json_number_value(json_object_get(result, "total_seconds"));
    snprintf(out->hash, sizeof out->hash, "%s", hash ? hash : "");
    take_angles(out, json_object_get(result, "angles"));
}

static void take_hashes(struct run_figures *out, const json_t *config)
{
    const json_t *split = json_object_get(json_object_get(config, "data"), "split");
    const char *hash = json_string_value(json_object_get(split, "hash")),
               *test = json_string_value(json_object_get(split, "test_hash"));
    snprintf(out->data_hash, sizeof out->data_hash, "%s", hash ? hash : "");
    const char *kind = json_string_value(json_object_get(split, "test"));
    const bool is_drawn = kind && strcmp(kind, "drawn") == 0; /* then each fold has another test set */
    snprintf(out->test_hash, sizeof out->test_hash, "%s", test && !is_drawn ? test : "");
}

static void take_failure(struct run_figures *out, const json_t *failure)
{
    const char *why = json_string_value(json_object_get(failure, "why"));
    out->exit_code = (int)json_integer_value(json_object_get(failure, "exit_code"));
    out->state = out->exit_code == EXIT_DIVERGED ? RUN_DIVERGED : RUN_FAILED;
    snprintf(out->why, sizeof out->why, "%s", why ? why : "");
}

void run_figures_read(struct run_figures *out, const char *folder)
{
    *out = (struct run_figures){.state = folder_has(folder, "config.json") ? RUN_BEGUN : RUN_WAITS};
    json_t *result = load(folder, "result.json"), *failure = load(folder, "failure.json"),
           *config = load(folder, "config.json");
    take_hashes(out, config);
    if (json_is_object(result))
        take_result(out, result, config);
    else if (json_is_object(failure))
        take_failure(out, failure);
    json_decref(result);
    json_decref(failure);
    json_decref(config);
}
