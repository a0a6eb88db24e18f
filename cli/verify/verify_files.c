/*
 * verify_files.c - checks that a model is equal after writing and reading it.
 */
#include "verify_fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N = 20, INPUTS = 11, CLASSES = 5 };

static bl_status compare_models(const struct verify_fixture *fixture, const bl_model *read, struct finding *f)
{
    char written_hash[17], read_hash[17];
    double written[N * CLASSES], again[N * CLASSES];
    bl_status status = bl_model_predict(fixture->model, fixture->x, N, written);
    if (status == BL_OK)
        status = bl_model_predict(read, fixture->x, N, again);
    if (status != BL_OK)
        return status;
    bl_model_hash(fixture->model, written_hash);
    bl_model_hash(read, read_hash);
    const bool hashes_differ = strcmp(written_hash, read_hash) != 0;
    const bool scores_differ = !same_double_bits(written, again, (size_t)N * CLASSES);
    f->measured = (double)hashes_differ + (double)scores_differ;
    f->is_right = f->measured <= f->bound;
    snprintf(f->where, sizeof f->where, "weights %s were written, %s were read%s", written_hash, read_hash,
             scores_differ ? "; the scores differ" : "");
    return BL_OK;
}

static bl_status write_and_read(struct verify_fixture *fixture, const char *path, struct finding *f)
{
    bl_model *read = NULL;
    bl_status status = bl_model_save(fixture->model, path);
    if (status == BL_OK)
        status = bl_model_load(&read, fixture->v->ctx, path);
    if (status == BL_OK)
        status = compare_models(fixture, read, f);
    bl_model_free(read);
    unlink(path);
    return status;
}

static bl_status make_folder(struct verify *v, char *folder, size_t room)
{
    const char *base = getenv("TMPDIR");
    const int n = snprintf(folder, room, "%s/backless-verify-XXXXXX", base && base[0] ? base : "/tmp");
    if (n > 0 && (size_t)n < room && mkdtemp(folder))
        return BL_OK;
    snprintf(v->why, sizeof v->why, "%s: no temporary folder could be made there: %s", folder,
             strerror(errno));
    return BL_IO;
}

static bl_status check_saved_model(struct verify *v)
{
    static const struct verify_fixture_options options = {
        .net = "dense 17, tanh, dense 9, softplus, dense 5", .rule = "dfa", .init = "fanin"};
    char folder[400], path[440];
    struct verify_fixture fixture;
    struct finding f = {.of = "dfa", .unit = "of 2 differ"};
    bl_status status = make_folder(v, folder, sizeof folder);
    if (status != BL_OK)
        return status;
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    status = fixture_make(&fixture, v, N, INPUTS, CLASSES, &options);
    if (status == BL_OK)
        status = fixture_step(&fixture);
    if (status == BL_OK)
        status = write_and_read(&fixture, path, &f);
    if (status == BL_OK)
        verify_report(v, &f);
    fixture_free(&fixture);
    rmdir(folder);
    return status;
}

const struct check check_files = {"files", "a model that is saved and loaded has the same weights and scores",
                                  check_saved_model, NULL};
