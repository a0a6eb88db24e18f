/*
 * reproduction_check.c - backless reproduce --check: repeats the run of a stored result and compares it epoch
 * by epoch.
 *
 * Exit codes: 0 equal, 1 not equal, 2 another numeric revision, so that the hashes cannot be compared.
 */
#include "../progress.h"
#include "reproduction.h"

#include <math.h>
#include <string.h>

struct stored_comparison {
    const struct session *s;
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
        usage_error("%s: the run ends after epoch %d, but the result has %d epochs", path, c->epoch,
                    c->result->epochs);
        return EXIT_OTHER;
    }
    printf("%s: equal in epochs 1 to %d of %d: weights %s after epoch 1%s%s\n", path, c->epoch,
           c->result->epochs, c->result->first_hash, c->epoch == c->result->epochs ? ", at the end " : "",
           c->epoch == c->result->epochs ? c->result->last_hash : "");
    return EXIT_DONE;
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
        code = rerun_and_compare(&check);
    if (code == EXIT_DONE)
        code = report(&check, path);
    result_release(&result);
    return code;
}
