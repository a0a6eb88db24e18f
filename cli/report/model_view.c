/*
 * model_view.c - opens models and data, and counts right and wrong predictions.
 *
 * A separate context is used, because rule, backend and files of the model may differ from those of the
 * command.
 */
#include "model_view.h"
#include "../draw/markup.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOM = 4096 };

/* Writes the folder of a log: "runs/a" for "runs/a/log.jsonl". */
static void folder_of(const struct report_run *run, char folder[ROOM])
{
    struct stat facts;
    snprintf(folder, ROOM, "%s", run->name);
    if (stat(folder, &facts) == 0 && S_ISDIR(facts.st_mode))
        return;
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = 0;
    else
        snprintf(folder, ROOM, ".");
}

static bool has_text(const struct report_run *run, const char *key)
{
    const char *text = json_string_value(json_object_get(run->options, key));
    return text && text[0];
}

/* Returns whether the path is a pipe; opening it would wait for a writer. */
static bool is_pipe(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode);
}

static void open_part(struct model_view *view, const struct report_run *run, bl_config *config,
                      const char *folder)
{
    char path[ROOM + sizeof "/config.json"];
    snprintf(path, sizeof path, "%s/config.json", folder);
    bl_status status = bl_config_load(config, path);
    const char *data = status == BL_OK ? bl_config_get(config, has_text(run, "test") ? "test" : "data") : "";
    if (status == BL_OK && is_pipe(data)) {
        snprintf(view->why_data, WHY_ROOM, "%s is no file that can be read again", data);
        return;
    }
    view->part = "test";
    if (status == BL_OK)
        status = bl_model_open_part(&view->data, view->model, data, "test", config);
    if (status == BL_BAD_DATA && !has_text(run, "test")) {
        char why[WHY_ROOM];
        snprintf(why, sizeof why, "%s", bl_why(view->ctx));
        view->part = "val";
        status = bl_model_open_part(&view->data, view->model, data, "val", config);
        if (status != BL_OK) {
            snprintf(view->why_data, WHY_ROOM, "%s", why);
            return;
        }
    }
    if (status != BL_OK)
        snprintf(view->why_data, WHY_ROOM, "%s", bl_why(view->ctx));
}

/* ---- Predictions */

static int best_of(const double *scores, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        if (scores[i] > scores[best])
            best = i;
    return best;
}

/* Keeps a mistake if it is among the MOST_MISTAKES with the highest scores; of equal scores, the earlier row
   comes first. */
static void keep_mistake(struct model_view *view, struct mistake m)
{
    int at = view->n_mistakes;
    while (at > 0 && view->mistakes[at - 1].score < m.score)
        at--;
    if (at == MOST_MISTAKES)
        return;
    const int n_moved = (view->n_mistakes < MOST_MISTAKES ? view->n_mistakes : MOST_MISTAKES - 1) - at;
    memmove(view->mistakes + at + 1, view->mistakes + at, (size_t)n_moved * sizeof m);
    view->mistakes[at] = m;
    view->n_mistakes += view->n_mistakes < MOST_MISTAKES;
}

static void count(struct model_view *view, const double *scores)
{
    const int32_t *labels = bl_data_labels(view->data);
    const int n = view->n_classes;
    for (size_t i = 0; i < bl_data_count(view->data); i++) {
        const double *row = scores + i * (size_t)n;
        const struct mistake m = {i, best_of(row, n), labels[i], row[best_of(row, n)]};
        view->confusion[(size_t)m.label * (size_t)n + (size_t)m.answer]++;
        if (m.answer != m.label)
            keep_mistake(view, m);
    }
}

static void answer(struct model_view *view)
{
    const char *answers = bl_model_metadata(view->model, "answers");
    view->n_classes = bl_model_outputs(view->model);
    if ((answers && strcmp(answers, "numbers") == 0) || !bl_data_labels(view->data)) {
        snprintf(view->why_data, WHY_ROOM, "the model answers with numbers, which are not right or wrong");
        return;
    }
    double *scores = calloc(bl_data_count(view->data) * (size_t)view->n_classes + 1, sizeof *scores);
    view->confusion = calloc((size_t)view->n_classes * (size_t)view->n_classes, sizeof *view->confusion);
    if (!scores || !view->confusion)
        snprintf(view->why_data, WHY_ROOM, "no memory for the answers to %zu examples",
                 bl_data_count(view->data));
    else if (bl_model_predict_data(view->model, view->data, scores) != BL_OK)
        snprintf(view->why_data, WHY_ROOM, "%s", bl_why(view->ctx));
    else
        count(view, scores);
    free(scores);
}

/* Counts the work of a step with a trainer like the run's, which is not trained. Its batch is one example, so
   that it needs little memory. */
static void count_work(struct model_view *view, bl_config *config)
{
    static const char *const unset[] = {"out", "force"};
    bl_trainer *trainer = NULL;
    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
        bl_config_set(config, unset[i], NULL);
    if (bl_config_set(config, "batch", "1") == BL_OK && bl_config_set(config, "angles", "none") == BL_OK &&
        bl_trainer_create(&trainer, view->ctx, config, view->data) == BL_OK) {
        bl_trainer_count(trainer, &view->work);
    } else {
        snprintf(view->why_work, WHY_ROOM, "%s", bl_why(view->ctx));
    }
    bl_trainer_free(trainer);
}

void model_view_open(struct model_view *view, const struct report_run *run)
{
    char folder[ROOM], path[ROOM];
    bl_config *config = NULL;
    *view = (struct model_view){.ctx = bl_context_new(NULL)};
    folder_of(run, folder);
    int n = snprintf(path, sizeof path, "%s/best.safetensors", folder);
    if (n < (int)sizeof path && access(path, F_OK) != 0)
        n = snprintf(path, sizeof path, "%s/model.safetensors", folder);
    if (n >= (int)sizeof path || bl_config_create(&config, view->ctx) != BL_OK) {
        snprintf(view->why_model, WHY_ROOM, "no memory, or a path that is too long");
    } else if (bl_model_load(&view->model, view->ctx, path) != BL_OK) {
        snprintf(view->why_model, WHY_ROOM, "%s", bl_why(view->ctx));
    } else {
        open_part(view, run, config, folder);
        if (view->data)
            count_work(view, config);
        else
            snprintf(view->why_work, WHY_ROOM, "%s", view->why_data);
        if (!view->why_data[0])
            answer(view);
    }
    bl_config_free(config);
}

void model_view_close(struct model_view *view)
{
    free(view->confusion);
    bl_data_free(view->data);
    bl_model_free(view->model);
    bl_context_free(view->ctx);
}

void put_class_name(FILE *to, const struct model_view *view, int i)
{
    const char *name = bl_model_class_name(view->model, i);
    if (name)
        markup_text(to, name);
    else
        fprintf(to, "%d", i);
}
