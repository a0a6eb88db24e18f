/*
 * fuzz_checkpoint.c - resumes a run from a changed checkpoint. Input: lines of three kinds:
 *
 *     !option=value   an option of the run
 *     >text           a line of the run's log.jsonl
 *     other lines     a change of its checkpoint, in the form of fuzz_lines.h
 *
 * An unchanged checkpoint is resumed. Each run that is resumed trains to its end, leaves a log of complete
 * lines and a model that loads, and can be resumed again.
 */
#include "fuzz_lines.h"
#include "fuzz_target.h"

#include "../../src/train/trainer/checkpoint.h"

#include <stdlib.h>
#include <string.h>

enum { EXAMPLES = 6, FEATURES = 2, CLASSES = 3, MOST_EPOCHS = 3 };

static const uint64_t most_steps = (uint64_t)1 << 51; /* checkpoints with about twice as many are refused */

/* Options that set no path, do not depend on the machine and cannot make the training endless. */
static const char *const allowed[] = {"net",   "rule",      "feedback", "loss",     "reduction", "optimizer",
                                      "lr",    "schedule",  "seed",     "init",     "stop",      "patience",
                                      "batch", "no-angles", "epochs",   "max-time", "freeze",    NULL};

struct run {
    bl_context *ctx;
    bl_config *config;
    bl_data *data;
    bl_trainer *trainer;
    struct tensors *base; /* a fresh checkpoint */
    struct fuzz_lines lines;
    char *text, *log;
    bool is_changed;
};

static void run_free(struct run *run)
{
    bl_trainer_free(run->trainer);
    tensors_free(run->ctx, run->base);
    bl_data_free(run->data);
    bl_config_free(run->config);
    fuzz_lines_free(&run->lines);
    free(run->text);
    free(run->log);
}

/* ---- The options, and a fresh checkpoint */

static bl_status set_option(const struct run *run, char *line)
{
    char *value = strchr(line, '=');
    if (!value)
        return BL_OK;
    *value++ = 0;
    for (size_t i = 0; allowed[i] && !strchr(value, '/'); i++)
        if (strcmp(line, allowed[i]) == 0)
            return bl_config_set(run->config, line, value);
    return BL_OK;
}

/* Sets the options of the run. The text is not changed, because its lines are read again for the
   checkpoint. */
static bl_status set_options(const struct run *run, const char *text)
{
    char *copy = fuzz_text((const uint8_t *)text, strlen(text)), *rest = copy;
    bl_status status = bl_config_set(run->config, "net", "dense 4, tanh, dense 3");
    for (char *line; status == BL_OK && (line = fuzz_next_line(&rest)) != NULL;)
        if (line[0] == '!')
            status = set_option(run, line + 1);
    free(copy);
    if (status == BL_OK && config_size(run->config, "epochs") > MOST_EPOCHS)
        status = bl_config_set(run->config, "epochs", NULL);
    if (status == BL_OK && !bl_config_is_set(run->config, "epochs"))
        status = bl_config_set(run->config, "epochs", "2");
    return status;
}

static bl_status make_trainer(struct run *run)
{
    bl_trainer_free(run->trainer);
    run->trainer = NULL;
    return bl_trainer_create(&run->trainer, run->ctx, run->config, run->data);
}

static bl_status write_base(struct run *run)
{
    const char *path = fuzz_path("base.safetensors");
    bl_status status = checkpoint_write(run->trainer, path);
    if (fuzz_went_well(run->ctx, status, "writing a checkpoint"))
        status = tensors_read(&run->base, run->ctx, path);
    (void)fuzz_went_well(run->ctx, status, "reading a checkpoint");
    return status;
}

static bl_status begin(struct run *run)
{
    static const float x[EXAMPLES * FEATURES] = {0, 1, 1, 0, -1, 0, 0.5f, 1, 1, 0.5f, -1, -0.5f};
    static const int32_t labels[EXAMPLES] = {0, 1, 2, 0, 1, 2};
    BL_TRY(bl_config_create(&run->config, run->ctx));
    BL_TRY(set_options(run, run->text));
    BL_TRY(bl_data_wrap(&run->data, run->ctx, x, labels, EXAMPLES, (bl_shape){1, 1, FEATURES}, CLASSES));
    BL_TRY(make_trainer(run));
    return write_base(run);
}

/* ---- Changes */

static void take_log_line(struct run *run, const char *line)
{
    strcat(run->log, line);
    strcat(run->log, "\n");
}

static bl_status change(struct run *run)
{
    char *rest = run->text;
    fuzz_lines_begin(&run->lines, run->base);
    run->log = fuzz_room(strlen(run->text) + 1);
    for (char *line; (line = fuzz_next_line(&rest)) != NULL;) {
        if (line[0] == '>')
            take_log_line(run, line + 1);
        else if (line[0] != '!' && fuzz_lines_take(&run->lines, line))
            run->is_changed = true;
    }
    fuzz_file("log.jsonl", run->log, strlen(run->log));
    return fuzz_lines_write(&run->lines, run->ctx, fuzz_path("model.safetensors"));
}

/* ---- Resuming */

static bl_status resume(struct run *run)
{
    BL_TRY(make_trainer(run));
    const bl_status status = bl_trainer_resume(run->trainer, fuzz_folder());
    FUZZ_CHECK(status == BL_OK || status == BL_BAD_DATA || status == BL_NO_MEMORY, "%s: %s",
               bl_status_name(status), bl_why(run->ctx));
    return status;
}

/* Each line of the log is an object, and there is no line of an epoch after the last. */
static void check_log(const struct run *run)
{
    size_t n = 0;
    char *text = fuzz_read(fuzz_path("log.jsonl"), &n), *rest = text;
    FUZZ_CHECK(n == 0 || text[n - 1] == '\n', "the log ends with a part of a line");
    for (char *line; (line = fuzz_next_line(&rest)) != NULL;) {
        json_t *object = json_loads(line, 0, NULL);
        const json_int_t epoch = json_integer_value(json_object_get(object, "epoch"));
        FUZZ_CHECK(json_is_object(object) && epoch >= 0 && (size_t)epoch <= run->trainer->state.epoch,
                   "a line of the log: %s", line);
        json_decref(object);
    }
    free(text);
}

static bl_status check_end(struct run *run)
{
    bl_model *model = NULL;
    FUZZ_CHECK(bl_trainer_stop_reason(run->trainer)[0], "it ended without a reason");
    check_log(run);
    bl_status status = bl_model_load(&model, run->ctx, fuzz_path("model.safetensors"));
    if (!fuzz_went_well(run->ctx, status, "loading the model that was trained"))
        return status;
    bl_model_free(model);
    const bool can_count_on = run->trainer->state.step < most_steps;
    status = resume(run);
    if (can_count_on)
        (void)fuzz_went_well(run->ctx, status, "taking up the run again");
    return status;
}

static bl_status go_on(struct run *run)
{
    const bl_status resumed = resume(run);
    if (!run->is_changed)
        (void)fuzz_went_well(run->ctx, resumed, "taking up a checkpoint without a change");
    if (resumed != BL_OK)
        return resumed;
    const bl_status status = bl_trainer_fit(run->trainer, run->data, NULL, NULL, NULL, NULL);
    FUZZ_CHECK(status == BL_OK || status == BL_DIVERGED || status == BL_BAD_VALUE || status == BL_BAD_DATA ||
                   status == BL_NO_MEMORY,
               "%s: %s", bl_status_name(status), bl_why(run->ctx));
    return status == BL_OK ? check_end(run) : status;
}

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    struct run run = {.ctx = ctx, .text = fuzz_text(bytes, n)};
    bl_status status = begin(&run);
    if (status == BL_OK)
        status = change(&run);
    if (status == BL_OK)
        status = go_on(&run);
    run_free(&run);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}
