/*
 * fuzz_model.c - loads a model file. Input: the metadata and tensors of the file in the form of fuzz_lines.h.
 *
 * A loaded model can predict, and the probabilities are valid if its numbers are not extreme. It is saved,
 * loaded again, and predicts the same bits. A table generated from the model's description of its columns is
 * read or refused.
 */
#include "fuzz_data.h"
#include "fuzz_lines.h"
#include "fuzz_target.h"

#include "../../src/train/model/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 3 };
static const float extreme = 100.0f; /* larger weights may overflow a float in the forward pass */

static bl_status load(bl_model **out, bl_context *ctx, const char *path)
{
    bl_model *const untouched = (bl_model *)&path;
    *out = untouched;
    const bl_status status = bl_model_load(out, ctx, path);
    FUZZ_CHECK(status == BL_OK || *out == untouched, "a model was returned although the function failed");
    FUZZ_CHECK(status == BL_OK || status == BL_BAD_DATA || status == BL_NO_MEMORY, "%s: %s",
               bl_status_name(status), bl_why(ctx));
    return status;
}

/* ---- Getters */

static bool are_tame_doubles(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(x[i]) <= (double)extreme))
            return false;
    return true;
}

static bool is_tame(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(x[i]) <= extreme))
            return false;
    return true;
}

static bool check_tensors(const bl_model *model)
{
    bl_tensor t;
    bool are_tame = are_tame_doubles(model->schema->scaling.offset, model->schema->scaling.n) &&
                    are_tame_doubles(model->schema->scaling.scale, model->schema->scaling.n);
    for (int i = 0; bl_model_tensor(model, i, &t); i++) {
        FUZZ_CHECK(t.rows > 0 && t.cols > 0 && t.name[0], "tensor %d is %zu x %zu", i, t.rows, t.cols);
        for (size_t j = 0; j < t.rows * t.cols; j++)
            FUZZ_CHECK(isfinite(t.values[j]), "tensor %s holds %g", t.name, (double)t.values[j]);
        are_tame = are_tame && is_tame(t.values, t.rows * t.cols);
    }
    return are_tame;
}

static void check_metadata(const bl_model *model)
{
    for (int i = 0; bl_model_metadata_name(model, i); i++) {
        const char *name = bl_model_metadata_name(model, i);
        FUZZ_CHECK(bl_model_metadata(model, name), "metadata %s is not there", name);
    }
    FUZZ_CHECK(bl_model_outputs(model) > 0, "%d outputs", bl_model_outputs(model));
    for (int k = 0; k < bl_model_outputs(model); k++) {
        const char *name = bl_model_class_name(model, k);
        FUZZ_CHECK(!name || fuzz_is_utf8(name, strlen(name)), "class %d", k);
    }
}

/* ---- Predictions */

static bl_status predict(const bl_model *model, double **out)
{
    const size_t inputs = model->net->inputs;
    float *x = calloc(ROWS * inputs, sizeof *x);
    double *scores = calloc(ROWS * (size_t)bl_model_outputs(model), sizeof *scores);
    FUZZ_CHECK(x && scores, "no memory for the target itself");
    for (size_t i = 0; i < ROWS * inputs; i++)
        x[i] = 0.25f * (float)(i % 7) - 0.5f;
    const bl_status status = bl_model_predict(model, x, ROWS, scores);
    (void)fuzz_went_well(model->ctx, status, "predicting");
    free(x);
    *out = scores;
    return status;
}

static void check_scores(const bl_model *model, const double *scores)
{
    const size_t outputs = (size_t)bl_model_outputs(model);
    const char *loss = bl_model_metadata(model, "loss");
    for (size_t row = 0; row < ROWS && strcmp(loss, "mse") != 0; row++) {
        double sum = 0.0;
        for (size_t k = 0; k < outputs; k++) {
            const double p = scores[row * outputs + k];
            FUZZ_CHECK(p >= 0.0 && p <= 1.0, "a probability of %g", p);
            sum += p;
        }
        if (strcmp(loss, "ce") == 0)
            FUZZ_CHECK(fabs(sum - 1.0) < 1e-4, "probabilities that sum to %g", sum);
    }
}

static bl_status check_again(bl_context *ctx, const bl_model *model, const double *scores)
{
    const size_t n = ROWS * (size_t)bl_model_outputs(model);
    const char *path = fuzz_path("again.safetensors");
    bl_model *again = NULL;
    double *other = NULL;
    char hash[17], hash_again[17];
    bl_status status = bl_model_save(model, path);
    if (!fuzz_went_well(ctx, status, "saving") ||
        !fuzz_went_well(ctx, status = load(&again, ctx, path), "loading what was saved"))
        return status;
    bl_model_hash(model, hash);
    bl_model_hash(again, hash_again);
    FUZZ_CHECK(strcmp(hash, hash_again) == 0, "other weights");
    status = predict(again, &other);
    if (status == BL_OK)
        FUZZ_CHECK(memcmp(scores, other, n * sizeof *scores) == 0, "other predictions");
    free(other);
    bl_model_free(again);
    return status;
}

static bl_status check_predictions(bl_context *ctx, const bl_model *model)
{
    double *scores = NULL;
    const bool are_tame = check_tensors(model);
    bl_status status = predict(model, &scores);
    if (status == BL_OK && are_tame)
        check_scores(model, scores);
    if (status == BL_OK)
        status = check_again(ctx, model, scores);
    free(scores);
    return status;
}

/* ---- A table of the model's columns */

static void write_quoted(FILE *table, const char *text)
{
    putc('"', table);
    for (; *text; text++)
        fputs(*text == '"' ? "\"\"" : (const char[]){*text, 0}, table);
    putc('"', table);
}

static void write_value(FILE *table, const bl_data *schema, const struct encoding_column *column)
{
    if (column->kind == COLUMN_WORDS)
        write_quoted(table, column->words[0]);
    else if (column->kind == COLUMN_LABEL && schema->class_names)
        write_quoted(table, schema->class_names[0]);
    else
        fputs("0", table);
}

static const char *write_table(const bl_data *schema, bool has_header)
{
    const char *path = fuzz_path("table.csv");
    FILE *table = fopen(path, "wb");
    FUZZ_CHECK(table, "%s cannot be written", path);
    const size_t columns = schema->encoding ? schema->encoding->n : schema->features;
    for (size_t row = has_header ? 0 : 1; row < 3; row++)
        for (size_t c = 0; c < columns; c++) {
            if (row == 0)
                write_quoted(table, schema->encoding->columns[c].name);
            else if (schema->encoding)
                write_value(table, schema, &schema->encoding->columns[c]);
            else
                fputs("0.5", table);
            putc(c + 1 < columns ? ',' : '\n', table);
        }
    fclose(table);
    return path;
}

static bl_status check_table(bl_context *ctx, const bl_model *model)
{
    const bool has_names = model->schema->encoding && encoding_has_names(model->schema->encoding);
    bl_data *const untouched = (bl_data *)&model, *data = untouched;
    const char *path = write_table(model->schema, has_names);
    const bl_status status = bl_model_open_data(&data, model, path, "test", NULL);
    FUZZ_CHECK(status == BL_OK || data == untouched, "a set was returned although the function failed");
    FUZZ_CHECK(status == BL_OK || status == BL_BAD_DATA || status == BL_NO_MEMORY, "%s: %s",
               bl_status_name(status), bl_why(ctx));
    if (status != BL_OK)
        return status == BL_NO_MEMORY ? status : BL_OK;
    const bool is_whole = fuzz_check_data(data, true);
    bl_data_free(data);
    return is_whole ? BL_OK : BL_NO_MEMORY;
}

/* ---- The target */

static bl_status write_model(bl_context *ctx, const char *path, const uint8_t *bytes, size_t n)
{
    struct fuzz_lines lines;
    char *text = fuzz_text(bytes, n), *rest = text;
    fuzz_lines_begin(&lines, NULL);
    for (char *line; (line = fuzz_next_line(&rest)) != NULL;)
        (void)fuzz_lines_take(&lines, line);
    const bl_status status = fuzz_lines_write(&lines, ctx, path);
    fuzz_lines_free(&lines);
    free(text);
    return status;
}

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    const char *path = fuzz_path("model.safetensors");
    bl_model *model = NULL;
    BL_TRY(write_model(ctx, path, bytes, n));
    BL_TRY(load(&model, ctx, path));
    check_metadata(model);
    bl_status status = check_predictions(ctx, model);
    if (status == BL_OK)
        status = check_table(ctx, model);
    bl_model_free(model);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}
