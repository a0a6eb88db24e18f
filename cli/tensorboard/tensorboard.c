/*
 * tensorboard.c - selects the values of a run that become events, and their tags.
 *
 * The scalars are those of the lines of log.jsonl: "test_loss" has the tag "loss/test", an angle "sample" of
 * block 0 the tag "angle_sample/block_0". If the line of an epoch follows a line of the same step, values
 * that both have are left out of the event of the epoch, so that no tag has a step twice.
 */
#include "tensorboard.h"

#include "../draw/bitmap.h"
#include "../draw/weight_sheet.h"
#include "../make_folder.h"
#include "event.h"
#include "record_file.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { TAG_ROOM = 256 };

struct tensorboard {
    const bl_trainer *trainer;
    char folder[BL_PATH_ROOM], path[BL_PATH_ROOM];
    FILE *file; /* NULL: not opened yet */
    bool is_resumed, has_failed;
    struct event event;
    uint64_t step_of_line; /* step of the latest line that is not an epoch's */
};

struct tensorboard *tensorboard_open(const char *dir, const char *name, const bl_trainer *trainer,
                                     bool is_resumed)
{
    struct tensorboard *board = dir ? calloc(1, sizeof *board) : NULL;
    if (!board)
        return NULL;
    board->trainer = trainer;
    board->is_resumed = is_resumed;
    if (snprintf(board->folder, sizeof board->folder, "%s/%s", dir, name) >= (int)sizeof board->folder ||
        snprintf(board->path, sizeof board->path, "%s/events.out.tfevents.0.backless", board->folder) >=
            (int)sizeof board->path) {
        usage_error("%s/%s: is too long a path; nothing is written for TensorBoard", dir, name);
        board->has_failed = true;
    }
    return board;
}

static void fail(struct tensorboard *board, const char *why)
{
    usage_error("%s: %s; no more is written for TensorBoard", board->path, why);
    board->has_failed = true;
}

int tensorboard_close(struct tensorboard *board)
{
    if (!board)
        return EXIT_DONE;
    if (board->file && fclose(board->file) != 0 && !board->has_failed)
        fail(board, strerror(errno));
    const int code = board->has_failed ? EXIT_IO : EXIT_DONE;
    event_free(&board->event);
    free(board);
    return code;
}

/* ---- Records */

static bool is_earlier(const unsigned char *bytes, size_t n, const void *what)
{
    const uint64_t *step = what;
    return event_step(bytes, n) < *step;
}

static void append(struct tensorboard *board)
{
    if (!board->has_failed &&
        !record_file_append(board->file, board->event.whole.bytes, board->event.whole.n))
        fail(board, strerror(errno));
}

static void end_event(struct tensorboard *board)
{
    if (!event_end(&board->event))
        fail(board, "no memory");
    append(board);
}

/* Adds all options as a block of code in Markdown. */
static void put_options(struct tensorboard *board)
{
    const bl_config *config = bl_trainer_config(board->trainer);
    char *text = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&text, &n);
    for (int i = 0; to && bl_option_at(i); i++) {
        const bl_option *o = bl_option_at(i);
        const char *value = strcmp(o->group, "former") == 0 ? "" : bl_config_get(config, o->key);
        if (value[0])
            fprintf(to, "    %-16s %s\n", o->key, value);
    }
    if (!to || fclose(to) != 0) {
        fail(board, "no memory");
        return;
    }
    event_begin(&board->event, 0);
    event_add_text(&board->event, "options", text);
    free(text);
    end_event(board);
}

/* Opens the file of events. Of a resumed run the events before `step` are kept; otherwise none are. */
static void open_file(struct tensorboard *board, uint64_t step)
{
    if (!board->is_resumed)
        step = 0;
    if (make_folder(board->folder) != EXIT_DONE) {
        board->has_failed = true;
        return;
    }
    board->file = record_file_open(board->path, is_earlier, &step);
    if (!board->file) {
        fail(board, strerror(errno));
        return;
    }
    if (ftell(board->file) == 0) {
        event_make_version(&board->event);
        append(board);
        put_options(board);
    }
}

/* ---- Scalars */

/* Writes the tag of a key: "loss/test" for "test_loss". */
static void make_tag(const char *key, char tag[TAG_ROOM])
{
    static const char *const parts[] = {"train_", "val_", "test_", "batch_"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const size_t n = strlen(parts[i]);
        if (strncmp(key, parts[i], n) == 0) {
            snprintf(tag, TAG_ROOM, "%s/%.*s", key + n, (int)n - 1, parts[i]);
            return;
        }
    }
    snprintf(tag, TAG_ROOM, "%s", key);
}

static void add_angles(struct tensorboard *board, const json_t *blocks)
{
    for (size_t i = 0; i < json_array_size(blocks); i++) {
        const json_t *block = json_array_get(blocks, i);
        const long long number = json_integer_value(json_object_get(block, "block"));
        for (void *at = json_object_iter((json_t *)block); at;
             at = json_object_iter_next((json_t *)block, at)) {
            const char *key = json_object_iter_key(at);
            const json_t *value = json_object_iter_value(at);
            char tag[TAG_ROOM];
            if (!json_is_number(value) || strcmp(key, "block") == 0)
                continue;
            snprintf(tag, sizeof tag, "%s%s/block_%lld", strstr(key, "norm") ? "" : "angle_", key, number);
            event_add_scalar(&board->event, tag, json_number_value(value));
        }
    }
}

/* is_epoch: the line of an epoch; else of a step, whose train_loss is the mean of the epoch so far and is
   left out. is_repeated: a line of the same step was written before. */
static void add_scalars(struct tensorboard *board, json_t *line, bool is_epoch, bool is_repeated)
{
    for (void *at = json_object_iter(line); at; at = json_object_iter_next(line, at)) {
        const char *key = json_object_iter_key(at);
        const json_t *value = json_object_iter_value(at);
        char tag[TAG_ROOM];
        if (strcmp(key, "step") == 0 ||
            (is_repeated && (strcmp(key, "lr") == 0 || strcmp(key, "angles") == 0)))
            continue;
        if (strcmp(key, "angles") == 0)
            add_angles(board, value);
        if (!json_is_number(value) ||
            (!is_epoch && (strncmp(key, "train_", 6) == 0 || strcmp(key, "epoch") == 0)))
            continue;
        make_tag(key, tag);
        event_add_scalar(&board->event, tag, json_number_value(value));
    }
}

/* ---- Weights */

static void add_weights(struct tensorboard *board)
{
    const bl_model *model = bl_trainer_model((bl_trainer *)board->trainer);
    struct weight_sheet sheet;
    bl_tensor tensor;
    for (int i = 0; bl_model_tensor(model, i, &tensor); i++) {
        char tag[TAG_ROOM];
        snprintf(tag, sizeof tag, "weights/%s", tensor.name);
        event_add_histogram(&board->event, tag, tensor.values, tensor.rows * tensor.cols);
    }
    if (!weight_sheet_make(&sheet, model))
        fail(board, "no memory");
    if (!sheet.pixels)
        return;
    size_t n_bytes = 0;
    unsigned char *file = bitmap_make(sheet.pixels, sheet.rows, sheet.cols, &n_bytes);
    if (file)
        event_add_image(&board->event, "first_layer", file, n_bytes, sheet.rows, sheet.cols);
    free(file);
    weight_sheet_free(&sheet);
}

void tensorboard_note(struct tensorboard *board, const bl_progress *now)
{
    const char *text = board && !board->has_failed ? bl_trainer_log_line(board->trainer) : NULL;
    json_t *line = text ? json_loads(text, 0, NULL) : NULL;
    const uint64_t step = (uint64_t)now->total_step;
    if (line && !board->file)
        open_file(board, step);
    if (line && !board->has_failed) {
        event_begin(&board->event, step);
        add_scalars(board, line, now->epoch_ended, now->epoch_ended && board->step_of_line == step);
        if (now->epoch_ended)
            add_weights(board);
        else
            board->step_of_line = step;
        end_event(board);
    }
    json_decref(line);
}
