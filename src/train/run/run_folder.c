/*
 * run_folder.c - the files of a run. The log is written before the checkpoint of the same epoch, so that a
 * crash between the two leaves an additional line, which is removed when the run is resumed, and no line is
 * ever missing.
 */
#include "run_folder.h"
#include "../trainer/checkpoint.h"

#include "../../base/compiler.h"
#include "../../base/files_read.h"
#include "../../base/mem.h"
#include "../../file/destination.h"
#include "../../file/folder_make.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The files of a run. The last one is the report that the program writes after a run. It is removed with a
   run that is replaced, but does not by itself mean that a folder contains a run. */
static const char *const names[] = {"config.json",      "log.jsonl",         "result.json",
                                    "best.safetensors", "model.safetensors", "report.html"};
enum { N_NAMES = sizeof names / sizeof *names, N_OF_RUN = N_NAMES - 1 };

static bl_status path_of(bl_context *ctx, const char *folder, const char *name, char *path)
{
    if (snprintf(path, BL_PATH_ROOM, "%s/%s", folder, name) >= BL_PATH_ROOM)
        BL_FAIL(ctx, BL_BAD_VALUE, "out: the path is longer than %d bytes", BL_PATH_ROOM);
    return BL_OK;
}

static bl_status make_folder(bl_context *ctx, const char *folder)
{
    struct stat found;
    if (strlen(folder) >= BL_PATH_ROOM)
        BL_FAIL(ctx, BL_BAD_VALUE, "out: the path is longer than %d bytes", BL_PATH_ROOM);
    BL_TRY(folder_make(ctx, folder));
    if (files_read_has(ctx, folder, READ_AS_INPUT))
        BL_FAIL(ctx, BL_BAD_VALUE, "%s: is a file that this run reads, expected a folder to write to",
                folder);
    if (stat(folder, &found) != 0 || !S_ISDIR(found.st_mode))
        BL_FAIL(ctx, BL_IO, "%s: not a folder", folder);
    return BL_OK;
}

static bl_status check_replaceable(bl_context *ctx, const char *folder, const char *path, bool may_replace)
{
    if (access(path, F_OK) != 0)
        return BL_OK;
    if (files_read_has(ctx, path, READ_AS_INPUT))
        BL_FAIL(ctx, BL_BAD_VALUE,
                "%s: is a file that this run reads, and must not be replaced; name another folder", path);
    if (!may_replace)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "%s: holds a run already; --force replaces it, and --resume %s continues it", folder, folder);
    return BL_OK;
}

/* Removes a regular file. Links and other files are kept, and are later written in place. */
static bl_status take_away(bl_context *ctx, const char *path)
{
    struct destination old;
    BL_TRY(destination_find(&old, ctx, path));
    const bool is_gone = !old.is_there || unlink(old.path) == 0;
    destination_drop(&old, ctx);
    return is_gone ? BL_OK : context_fail(ctx, BL_IO, "%s: %s", path, strerror(errno));
}

/* Removes the files of an earlier run, if permitted. All files are checked before the first one is
   removed. */
static bl_status make_room(bl_context *ctx, const char *folder, bool may_replace)
{
    const size_t n = may_replace ? N_NAMES : N_OF_RUN;
    char path[BL_PATH_ROOM];
    for (size_t i = 0; i < n; i++) {
        BL_TRY(path_of(ctx, folder, names[i], path));
        BL_TRY(check_replaceable(ctx, folder, path, may_replace));
    }
    for (size_t i = 0; i < n; i++) {
        BL_TRY(path_of(ctx, folder, names[i], path));
        BL_TRY(take_away(ctx, path));
    }
    return BL_OK;
}

/* Whether the file is incomplete because its writer was killed, such as "model.safetensors.123-0.tmp". */
static bool is_leftover(const char *entry)
{
    const size_t n = strlen(entry);
    if (n < 4 || strcmp(entry + n - 4, ".tmp") != 0)
        return false;
    for (size_t i = 0; i < N_NAMES; i++) {
        const size_t length = strlen(names[i]);
        if (strncmp(entry, names[i], length) == 0 && entry[length] == '.')
            return strspn(entry + length, ".-0123456789") == n - length - 3;
    }
    return false;
}

/* Removes incomplete files. It is called while the folder is locked, so that no other process writes these
   files. A file that cannot be removed is left, because it does no harm. */
static void clear_leftovers(bl_context *ctx, const char *folder)
{
    char path[BL_PATH_ROOM];
    DIR *open_folder = opendir(folder);
    for (struct dirent *entry; open_folder && (entry = readdir(open_folder)) != NULL;)
        if (is_leftover(entry->d_name) && path_of(ctx, folder, entry->d_name, path) == BL_OK)
            (void)unlink(path);
    if (open_folder)
        closedir(open_folder);
}

static bl_status write_json(bl_context *ctx, const char *folder, const char *name, json_t *object)
{
    char path[BL_PATH_ROOM];
    char *text = object ? json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) : NULL;
    json_decref(object);
    if (!text)
        BL_FAIL(ctx, BL_NO_MEMORY, "no memory for %s", name);
    bl_status status = path_of(ctx, folder, name, path);
    if (status == BL_OK)
        status = file_replace(ctx, path, text, strlen(text));
    free(text);
    return status;
}

static bl_status write_config(const struct run_folder *folder, const bl_trainer *t, const bl_data *train)
{
    struct utsname machine;
    char here[BL_PATH_ROOM];
    json_t *root = json_object(), *data = json_object();
    json_object_set_new(data, "source", json_string(train->source));
    json_object_set_new(data, "examples", json_integer((json_int_t)train->n));
    json_object_set_new(data, "hash", hash_to_json(train->hash));
    json_object_set_new(data, "split", origin_to_json(&train->origin));
    json_object_set_new(root, "version", json_string(BL_VERSION));
    json_object_set_new(root, "numeric_revision", json_integer(BL_NUMERIC_REVISION));
    json_object_set_new(root, "compiler", json_string(compiler_text()));
    json_object_set_new(root, "backend", json_string(t->ctx->backend->name));
    json_object_set_new(root, "instruction_set", json_string(t->ctx->backend->machine));
    json_object_set_new(root, "threads", json_integer(t->ctx->threads));
    json_object_set_new(root, "machine", json_string(uname(&machine) == 0 ? machine.machine : "unknown"));
    json_object_set_new(root, "system", json_string(uname(&machine) == 0 ? machine.sysname : "unknown"));
    json_object_set_new(root, "data", data);
    json_object_set_new(root, "angle_examples", angle_examples_to_json(&t->angle_examples));
    if (getcwd(here, sizeof here)) /* the folder to which relative paths of options refer */
        json_object_set_new(root, "working_folder", json_string(here));
    json_object_set_new(root, "options", config_to_json(t->config));
    return write_json(t->ctx, folder->path, "config.json", root);
}

static bl_status take_up_log(struct run_folder *folder, bl_trainer *t, const char *path)
{
    BL_TRY(runlog_take_up(&folder->log, t->ctx, path, t->state.epoch, t->state.step));
    const size_t from = runlog_missing_from(folder->log);
    return from == 0
               ? BL_OK
               : trainer_note(t, "%s: lines of epochs %zu to %zu are missing; the log continues after them",
                              path, from, t->state.epoch);
}

static bl_status prepare_folder(struct run_folder *folder, bl_trainer *t, const bl_data *train)
{
    char path[BL_PATH_ROOM];
    BL_TRY(make_folder(t->ctx, folder->path));
    BL_TRY(folder_lock_take(&folder->lock, t->ctx, folder->path));
    if (!t->is_resumed) {
        BL_TRY(make_room(t->ctx, folder->path, config_bool(t->config, "force")));
        BL_TRY(write_config(folder, t, train));
    }
    BL_TRY(path_of(t->ctx, folder->path, "log.jsonl", path));
    /* The trainer has epochs that this folder's log does not have, so the log has a gap. */
    if (t->is_resumed || t->state.epoch > 0)
        BL_TRY(take_up_log(folder, t, path));
    else
        BL_TRY(runlog_begin(&folder->log, t->ctx, path));
    clear_leftovers(t->ctx, folder->path);
    return t->is_resumed ? BL_OK : run_folder_checkpoint(folder, t, "model.safetensors");
}

bl_status run_folder_open(struct run_folder *out, bl_trainer *trainer, const bl_data *train)
{
    const char *path = config_text(trainer->config, "out");
    struct run_folder folder = {
        .ctx = trainer->ctx, .path = path[0] ? path : NULL, .lock = {.path = NULL, .file = -1}};
    if (folder.path) {
        const bl_status status = prepare_folder(&folder, trainer, train);
        if (status != BL_OK) {
            run_folder_close(&folder);
            return status;
        }
    }
    *out = folder;
    return BL_OK;
}

void run_folder_close(struct run_folder *folder)
{
    if (folder->log)
        runlog_close(folder->log);
    folder->log = NULL;
    folder_lock_drop(&folder->lock, folder->ctx);
}

/* Adds to the message of a failed write, because of a full disk for example, that the earlier checkpoint
   still exists. */
static bl_status explain(const struct run_folder *folder, bl_status status)
{
    char path[BL_PATH_ROOM], why[sizeof folder->ctx->why];
    if (status != BL_IO)
        return status;
    memcpy(why, folder->ctx->why, sizeof why);
    if (path_of(folder->ctx, folder->path, "model.safetensors", path) != BL_OK || access(path, F_OK) != 0)
        return context_fail(folder->ctx, BL_IO, "%s", why);
    return context_fail(folder->ctx, BL_IO,
                        "%s; %s still holds the last checkpoint, and --resume %s continues from it", why,
                        path, folder->path);
}

bl_status run_folder_log(struct run_folder *folder, const json_t *line)
{
    return folder->path ? explain(folder, runlog_append(folder->log, line)) : BL_OK;
}

bl_status run_folder_checkpoint(struct run_folder *folder, bl_trainer *trainer, const char *name)
{
    char path[BL_PATH_ROOM];
    if (!folder->path)
        return BL_OK;
    BL_TRY(path_of(folder->ctx, folder->path, name, path));
    return explain(folder, checkpoint_write(trainer, path));
}

bl_status run_folder_lacking_result(struct run_folder *folder, size_t epoch, json_t **out)
{
    char path[BL_PATH_ROOM];
    *out = NULL;
    if (!folder->path)
        return BL_OK;
    BL_TRY(path_of(folder->ctx, folder->path, "result.json", path));
    if (access(path, F_OK) == 0)
        return BL_OK;
    BL_TRY(runlog_last_epoch(out, folder->log));
    if (json_integer_value(json_object_get(*out, "epoch")) == (json_int_t)epoch)
        return BL_OK;
    json_decref(*out); /* the line of this epoch was lost, so its figures are unknown */
    *out = json_object();
    json_object_set_new(*out, "epoch", json_integer((json_int_t)epoch));
    return BL_OK;
}

bl_status run_folder_result(struct run_folder *folder, const bl_trainer *trainer, const json_t *last_line)
{
    char hash[17];
    if (!folder->path)
        return BL_OK;
    json_t *root = json_deep_copy(last_line);
    bl_model_hash(trainer->model, hash);
    json_object_set_new(root, "stop", json_string(trainer->stop_reason));
    json_object_set_new(root, "step", json_integer((json_int_t)trainer->state.step));
    json_object_set_new(root, "angle_examples", angle_examples_to_json(&trainer->angle_examples));
    json_object_set_new(root, "total_seconds", runlog_number(trainer->state.total_seconds));
    json_object_set_new(root, "weights_hash", json_string(hash));
    json_object_set_new(root, "hardly_trained", json_boolean(trainer->advice[0] != 0));
    if (trainer->state.best_epoch > 0) {
        json_object_set_new(root, "best_epoch", json_integer((json_int_t)trainer->state.best_epoch));
        json_object_set_new(root, "best_val", runlog_number(trainer->state.best));
        best_epoch_add(root, &trainer->best);
    }
    return explain(folder, write_json(trainer->ctx, folder->path, "result.json", root));
}
