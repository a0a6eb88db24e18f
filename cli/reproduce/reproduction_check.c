/*
 * reproduction_check.c - backless reproduce --check: repeats the run of a stored result and compares it epoch
 * by epoch.
 *
 * Exit codes: 0 equal, 1 not equal, 2 another numeric revision, so that the hashes cannot be compared.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "../progress/progress.h"
#include "../terminal/shown_text.h"
#include "reproduction.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct stored_comparison {
    const struct session *s;
    const char *begin; /* the file of the weights that the run begins with; NULL: it begins with drawn ones */
    const struct result *result;
    int last;        /* the last epoch that is compared */
    int epoch;       /* the epoch that was compared last */
    char wrong[512]; /* the first difference; "": none */
};

static double stored(const struct stored_comparison *c, const char *series, int epoch)
{
    const json_t *epochs = json_object_get(c->result->json, "epochs");
    return json_number_value(json_array_get(json_object_get(epochs, series), (size_t)epoch - 1));
}

/* Compares a figure of the epoch; results have 9 digits. For regression targets, which have no error, the
   error is computed from the loss. */
static void compare_figure(struct stored_comparison *c, const char *series, double x)
{
    if (isnan(x))
        return;
    const double expected = stored(c, series, c->epoch);
    if (!c->wrong[0] && !(fabs(expected - x) <= 1e-8 * fabs(expected)))
        snprintf(c->wrong, sizeof c->wrong, "epoch %d: %s is %.9g, but the result has %.9g", c->epoch, series,
                 x, expected);
}

static void compare_weights(struct stored_comparison *c, const char *weights, const char *expected)
{
    if (!c->wrong[0] && strcmp(weights, expected) != 0)
        snprintf(c->wrong, sizeof c->wrong,
                 "the weights after epoch %d have the hash %s, but the result has %s", c->epoch, weights,
                 expected);
}

static bool compare_epoch(void *user, const bl_progress *now, const char *weights)
{
    struct stored_comparison *c = user;
    c->epoch = now->epoch;
    compare_figure(c, "train_loss", now->train.loss);
    compare_figure(c, "train_error", now->train.error);
    compare_figure(c, "test_loss", now->test.loss);
    compare_figure(c, "test_error", now->test.error);
    if (now->epoch == 1)
        compare_weights(c, weights, c->result->first_hash);
    if (now->epoch == c->result->epochs)
        compare_weights(c, weights, c->result->last_hash);
    return !c->wrong[0] && now->epoch < c->last;
}

static bl_status configure_stored_run(const struct stored_comparison *c, bl_config **out)
{
    bl_status status = options_configure(out, c->s->ctx, json_object_get(c->result->json, "options"));
    if (status == BL_OK && !c->result->cell.row->data->make)
        status = bl_config_set(*out, "data", c->result->cell.row->data->name);
    if (status == BL_OK && c->begin)
        status = bl_config_set(*out, "init", c->begin);
    return status == BL_OK ? reproduction_set_data(c->s, *out) : status;
}

static int rerun_and_compare(struct stored_comparison *c)
{
    const json_t *data = json_object_get(c->result->json, "data");
    const struct target_data *of = c->result->cell.row->data;
    bl_config *config = NULL;
    const bl_status status = configure_stored_run(c, &config);
    const struct rerun rerun = {.config = config,
                                .data = of,
                                .hash = of->make ? NULL : json_string_value(json_object_get(data, "hash")),
                                .test_hash = json_string_value(json_object_get(data, "test_hash")),
                                .after_epoch = compare_epoch,
                                .user = c};
    const int code = status == BL_OK ? rerun_epochs(c->s, &rerun) : fail_with(c->s, status);
    bl_config_free(config);
    return code;
}

static int report(const struct stored_comparison *c, const char *path)
{
    if (c->wrong[0]) {
        usage_error("%s: %s", path, c->wrong);
        return EXIT_OTHER;
    }
    if (c->epoch < c->last) {
        usage_error("%s: the run ends after epoch %d, but the result has %d epoch%s", path, c->epoch,
                    c->result->epochs, plural(c->result->epochs));
        return EXIT_OTHER;
    }
    printf("%s: equal in epochs 1 to %d of %d: weights %s after epoch 1%s%s\n", path, c->epoch,
           c->result->epochs, c->result->first_hash, c->epoch == c->result->epochs ? ", at the end " : "",
           c->epoch == c->result->epochs ? c->result->last_hash : "");
    return EXIT_DONE;
}

/* ---- The weights that the run begins with */

static int compare_begin(struct stored_comparison *c)
{
    char hash[17] = "";
    bl_model *model = NULL;
    const bl_status status = bl_model_load(&model, c->s->ctx, c->begin);
    if (status != BL_OK)
        return fail_with(c->s, status);
    bl_model_hash(model, hash);
    bl_model_free(model);
    if (strcmp(hash, c->result->begin_hash) != 0)
        snprintf(c->wrong, sizeof c->wrong,
                 "the weights that the run begins with have the hash %s, but the result has %s", hash,
                 c->result->begin_hash);
    return EXIT_DONE;
}

/* Trains them to the file first; the run itself is repeated only if they are equal. */
static int rerun_from(struct stored_comparison *c, const struct run_request *first)
{
    progress_signals();
    note(c->s, "the weights that the run begins with are trained first: %s, %d epoch%s",
         first->cell.row->name, cell_epochs(&first->cell), plural(cell_epochs(&first->cell)));
    const bl_status status = begin_weights_train(c->s->ctx, first, 0, c->begin);
    const int code = status == BL_OK ? compare_begin(c) : fail_with(c->s, status);
    return code == EXIT_DONE && !c->wrong[0] ? rerun_and_compare(c) : code;
}

/* In a folder of its own, which is removed again. */
static int rerun(struct stored_comparison *c)
{
    struct run_request first = {.s = c->s, .seed = c->result->seed};
    const char *parent = getenv("TMPDIR");
    char folder[BL_PATH_ROOM], path[BL_PATH_ROOM + 32];
    if (!cell_begins_with(&c->result->cell, &first.cell))
        return rerun_and_compare(c);
    snprintf(folder, sizeof folder, "%s/backless_begin_XXXXXX", parent && parent[0] ? parent : "/tmp");
    if (!mkdtemp(folder)) {
        usage_error("%s: cannot be made: %s", folder, strerror(errno));
        return EXIT_IO;
    }
    snprintf(path, sizeof path, "%s/begin.safetensors", folder);
    c->begin = path;
    const int code = rerun_from(c, &first);
    c->begin = NULL;
    unlink(path);
    rmdir(folder);
    return code;
}

int reproduction_check(const struct session *s, const char *path)
{
    struct result result;
    int code = result_read(&result, s, path);
    if (code != EXIT_DONE)
        return code;
    const int asked = reproduction_epochs(s);
    struct stored_comparison check = {
        .s = s, .result = &result, .last = asked > 0 && asked < result.epochs ? asked : result.epochs};
    if (result.revision != bl_numeric_revision()) {
        usage_error(
            "%s: other engine: it has the numeric revision %d and this program %d, so the hashes cannot be "
            "compared",
            path, result.revision, bl_numeric_revision());
        code = EXIT_USAGE;
    } else
        code = rerun(&check);
    if (code == EXIT_DONE)
        code = report(&check, path);
    result_release(&result);
    return code;
}
