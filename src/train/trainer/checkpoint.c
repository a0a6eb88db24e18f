/*
 * checkpoint.c - saves and loads a run in one file: the model, the optimiser state and, in the metadata, the
 * position of the run.
 *
 * Numbers are written with enough digits to restore the same double, so a resumed run reaches the same bits.
 * A file is checked as a whole before anything is loaded from it.
 */
#include "checkpoint.h"
#include "trainer.h"

#include "../../base/mem.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The metadata with the steps that frozen blocks have missed. */
#define FROZEN_STEPS "frozen_steps"

/* The name of a slot's values for one tensor, such as "optimizer.mean_square.0.dense.weight". */
struct slot_name {
    char text[96];
};

/* The values of an optimiser's slot for the model's i-th tensor. NULL: the tensor is not trained. */
static float *slot_piece(const bl_trainer *t, size_t slot, size_t i)
{
    const struct net *net = t->model->net;
    const size_t own = net->n_tensors + net->n_buffer_tensors;
    if (i < net->n_tensors)
        return stepper_slot(&t->stepper, slot, net->tensors[i].at);
    if (i < own)
        return NULL;
    size_t left = i - own;
    for (size_t l = 0; l < net->n_blocks; l++)
        if (t->model->rule->B[l].x && left-- == 0)
            return t->stepper.B_at ? t->stepper.B_slots[slot] + t->stepper.B_at[l] : NULL;
    struct rule_kept_array kept;
    return rule_kept_array(t->model->rule, left, &kept) ? stepper_array_slot(&t->stepper, slot, kept.number)
                                                        : NULL;
}

static struct slot_name slot_name(const bl_trainer *t, size_t slot, size_t i)
{
    struct slot_name name;
    snprintf(name.text, sizeof name.text, "optimizer.%s.%s", t->stepper.optimizer.ops->slots[slot],
             t->model->names[i]);
    return name;
}

static size_t most_slots(const bl_trainer *t)
{
    return optimizer_slots(&t->stepper.optimizer) * model_count_tensors(t->model);
}

static size_t list_slots(const bl_trainer *t, struct tensor_entry *entries, struct slot_name *names)
{
    struct matrix m;
    size_t n = 0;
    for (size_t slot = 0; slot < optimizer_slots(&t->stepper.optimizer); slot++)
        for (size_t i = 0; model_tensor(t->model, i, &m); i++) {
            const float *piece = slot_piece(t, slot, i);
            if (!piece)
                continue;
            names[n] = slot_name(t, slot, i);
            entries[n] =
                (struct tensor_entry){.name = names[n].text, .values = piece, .rows = m.rows, .cols = m.cols};
            n++;
        }
    return n;
}

static bl_status diverged_in(bl_trainer *t, const char *name)
{
    BL_FAIL(
        t->ctx, BL_DIVERGED,
        "diverged at step %llu: \"%s\" contains NaN or infinity; try a smaller learning rate (--lr, now %s), "
        "or inputs that are standardised",
        (unsigned long long)t->state.step, name, config_text(t->config, "lr"));
}

bl_status checkpoint_check(bl_trainer *t)
{
    const size_t own = t->model->net->n_tensors + t->model->net->n_buffer_tensors;
    struct matrix m;
    BL_TRY(trainer_check_finite(t));
    for (size_t i = 0; model_tensor(t->model, i, &m); i++) {
        if (i >= own && !matrix_is_finite(m))
            return diverged_in(t, t->model->names[i]);
        for (size_t slot = 0; slot < optimizer_slots(&t->stepper.optimizer); slot++) {
            float *piece = slot_piece(t, slot, i);
            if (piece && !matrix_is_finite(matrix_of(piece, m.rows, m.cols)))
                return diverged_in(t, slot_name(t, slot, i).text);
        }
    }
    return BL_OK;
}

/* A member of struct run_state, stored as text in the metadata. Values above `most` are refused, because no
   run can reach them. */
struct state_field {
    const char *key;
    double (*get)(const struct run_state *s);
    void (*set)(struct run_state *s, double x);
    double most;
    bool is_whole;
};

#define STATE_FIELD(field, type)                                                                             \
    static double get_##field(const struct run_state *s)                                                     \
    {                                                                                                        \
        return (double)s->field;                                                                             \
    }                                                                                                        \
    static void set_##field(struct run_state *s, double x)                                                   \
    {                                                                                                        \
        s->field = (type)x;                                                                                  \
    }
STATE_FIELD(epoch, size_t)
STATE_FIELD(position, size_t)
STATE_FIELD(step, uint64_t)
STATE_FIELD(loss_sum, double)
STATE_FIELD(wrong, size_t)
STATE_FIELD(seconds, double)
STATE_FIELD(total_seconds, double)
STATE_FIELD(running_error, double)
STATE_FIELD(first_loss, double)
STATE_FIELD(best, double)
STATE_FIELD(best_epoch, size_t)
STATE_FIELD(halvings, size_t)
STATE_FIELD(step_rate, double)

#define MOST_EPOCHS 1e9   /* the limit of the option epochs */
#define MOST_COUNT 0x1p52 /* exact in double, with room for further counting */
#define MOST_REAL 0x1p53
#define MOST_LOSS DBL_MAX /* a loss, or a sum of losses, that is finite */
#define MOST_RATE 1e6     /* the limit of bl_trainer_set_rate */

static const struct state_field state_fields[] = {
    {"epoch", get_epoch, set_epoch, MOST_EPOCHS, true},
    {"position", get_position, set_position, MOST_COUNT, true},
    {"step", get_step, set_step, MOST_COUNT, true},
    {"loss_sum", get_loss_sum, set_loss_sum, MOST_LOSS, false},
    {"wrong", get_wrong, set_wrong, MOST_COUNT, true},
    {"seconds", get_seconds, set_seconds, MOST_REAL, false},
    {"total_seconds", get_total_seconds, set_total_seconds, MOST_REAL, false},
    {"running_error", get_running_error, set_running_error, MOST_LOSS, false},
    {"first_loss", get_first_loss, set_first_loss, MOST_LOSS, false},
    {"best_val", get_best, set_best, MOST_LOSS, false},
    {"best_epoch", get_best_epoch, set_best_epoch, MOST_EPOCHS, true},
    {"halvings", get_halvings, set_halvings, SCHEDULE_MAX_HALVINGS, true},
    {"step_rate", get_step_rate, set_step_rate, MOST_RATE, false},
};
enum { N_STATE_FIELDS = sizeof state_fields / sizeof *state_fields };

/* Whether the key is "epoch" or "step", which model_set_counts keeps up to date. */
static bool is_counted(const char *key)
{
    return strcmp(key, "epoch") == 0 || strcmp(key, "step") == 0;
}

/* Writes the steps that frozen blocks have missed, as "[5,0,0]". Nothing is written if no block has missed
   any, unless the trainer has written such steps before it loaded another state. */
static bl_status write_frozen_steps(bl_trainer *t)
{
    const size_t n = t->model->net->n_blocks;
    json_t *list = json_array();
    uint64_t sum = 0;
    for (size_t l = 0; l < n; l++) {
        json_array_append_new(list, json_integer((json_int_t)t->stepper.frozen_steps[l]));
        sum += t->stepper.frozen_steps[l];
    }
    char *text = json_dumps(list, JSON_COMPACT);
    json_decref(list);
    if (!text)
        BL_FAIL(t->ctx, BL_NO_MEMORY, "no memory for the frozen steps");
    const bool is_needed = sum > 0 || bl_model_metadata(t->model, FROZEN_STEPS);
    const bl_status status = is_needed ? model_set_metadata(t->model, FROZEN_STEPS, text) : BL_OK;
    free(text);
    return status;
}

static bl_status write_metadata(bl_trainer *t)
{
    for (size_t i = 0; i < N_STATE_FIELDS; i++)
        if (!is_counted(state_fields[i].key))
            BL_TRY(model_set_number(t->model, state_fields[i].key, state_fields[i].get(&t->state)));
    char hash[17];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)t->data_hash);
    BL_TRY(model_set_metadata(t->model, "data_hash", hash));
    BL_TRY(write_frozen_steps(t));
    char *best = best_epoch_to_text(&t->best);
    if (!best)
        BL_FAIL(t->ctx, BL_NO_MEMORY, "no memory for the best epoch's figures");
    const bl_status kept = model_set_metadata(t->model, "best_scores", best);
    free(best);
    BL_TRY(kept);
    char *early = t->early_angles ? json_dumps(t->early_angles, JSON_COMPACT) : NULL;
    const bl_status status = model_set_metadata(t->model, "early_angles", early ? early : "[]");
    free(early);
    return status;
}

bl_status checkpoint_write(bl_trainer *t, const char *path)
{
    struct tensor_entry *entries = NULL;
    struct slot_name *names = NULL;
    BL_TRY(write_metadata(t));
    bl_status status = MEM_ARRAY(t->ctx, &entries, most_slots(t) + 1, "the list of the optimiser's tensors");
    if (status == BL_OK)
        status = MEM_ARRAY(t->ctx, &names, most_slots(t) + 1, "the names of the optimiser's tensors");
    if (status == BL_OK) {
        const size_t n = list_slots(t, entries, names);
        status = model_write(t->model, path, entries, n);
    }
    mem_free(t->ctx, entries);
    mem_free(t->ctx, names);
    return status;
}

static bl_status check_slots(const bl_trainer *t, const struct tensors *file, const char *path)
{
    struct matrix m;
    for (size_t slot = 0; slot < optimizer_slots(&t->stepper.optimizer); slot++)
        for (size_t i = 0; model_tensor(t->model, i, &m); i++) {
            struct slot_name name;
            struct tensor_entry entry;
            if (!slot_piece(t, slot, i))
                continue;
            name = slot_name(t, slot, i);
            if (!tensors_find(file, name.text, &entry) || entry.rows != m.rows || entry.cols != m.cols)
                BL_FAIL(t->ctx, BL_BAD_DATA,
                        "%s: no tensor \"%s\" of %zu x %zu: not a checkpoint of this run", path, name.text,
                        m.rows, m.cols);
        }
    return BL_OK;
}

/* Loads the optimiser state. file: must have passed check_slots. */
static void take_slots(bl_trainer *t, const struct tensors *file)
{
    struct matrix m;
    for (size_t slot = 0; slot < optimizer_slots(&t->stepper.optimizer); slot++)
        for (size_t i = 0; model_tensor(t->model, i, &m); i++) {
            struct tensor_entry entry;
            float *piece = slot_piece(t, slot, i);
            if (piece && tensors_find(file, slot_name(t, slot, i).text, &entry))
                memcpy(piece, entry.values, m.rows * m.cols * sizeof *m.x);
        }
}

/* Whether the value is missing in files of version 0.1.0: they have no first loss, which is then that of the
   next epoch, and no rate of single steps, and their validation figure may be NaN. */
static bool is_none_in_old_files(const char *key, const char *text)
{
    if (strcmp(key, "first_loss") == 0 || strcmp(key, "step_rate") == 0)
        return !text;
    return strcmp(key, "best_val") == 0 && text && (strstr(text, "nan") || strstr(text, "inf"));
}

/* The contents of a file, checked but not yet loaded. */
struct checkpoint_contents {
    bl_trainer *t;
    const struct tensors *file;
    const char *path;
    struct run_state state;
    struct best_epoch best;
    json_t *early_angles;
    json_t *frozen_steps; /* NULL: no block has missed a step */
    enum slope slope;
    const char *slope_text; /* NULL: the trainer's slope is not changed */
    struct schedule schedule;
};

static bl_status read_field(struct checkpoint_contents *from, const struct state_field *field)
{
    const char *text = tensors_metadata(from->file, field->key);
    double x = 0.0;
    if (is_none_in_old_files(field->key, text)) {
        field->set(&from->state, 0.0);
        return BL_OK;
    }
    if (!text || !text_to_double(slice_of(text), &x) || x < 0.0 || x > field->most ||
        (field->is_whole && x != floor(x)))
        BL_FAIL(from->t->ctx, BL_BAD_DATA,
                "%s: \"%s\" is \"%.40s\", expected a%s number up to %g: not a checkpoint of a run",
                from->path, field->key, text ? text : "missing", field->is_whole ? " whole" : "",
                field->most);
    field->set(&from->state, x);
    return BL_OK;
}

/* Reads the figures of the best epoch. Checkpoints of version 0.1.0 have only its number. */
static bl_status read_best(struct checkpoint_contents *from)
{
    const char *text = tensors_metadata(from->file, "best_scores");
    from->best.is_known = false;
    if (text && !best_epoch_from_text(&from->best, text))
        BL_FAIL(from->t->ctx, BL_BAD_DATA,
                "%s: \"best_scores\" is not an object of scores: not a checkpoint of a run", from->path);
    from->best.is_known = from->best.is_known && from->state.best_epoch > 0;
    return BL_OK;
}

/* Reads the angles of the first steps, which only appear in the first epoch's line of the log. */
static bl_status read_early_angles(struct checkpoint_contents *from)
{
    const char *text = tensors_metadata(from->file, "early_angles");
    from->early_angles = text ? json_loads(text, 0, NULL) : NULL;
    if (text && !json_is_array(from->early_angles))
        BL_FAIL(from->t->ctx, BL_BAD_DATA, "%s: \"early_angles\" is not a list: not a checkpoint of a run",
                from->path);
    return BL_OK;
}

static bl_status read_frozen_steps(struct checkpoint_contents *from)
{
    const char *text = tensors_metadata(from->file, FROZEN_STEPS);
    const size_t n = from->t->model->net->n_blocks;
    from->frozen_steps = text ? json_loads(text, 0, NULL) : NULL;
    bool is_good = !text || (json_is_array(from->frozen_steps) && json_array_size(from->frozen_steps) == n);
    for (size_t l = 0; text && is_good && l < n; l++) {
        const json_t *steps = json_array_get(from->frozen_steps, l);
        is_good = json_is_integer(steps) && json_integer_value(steps) >= 0 &&
                  (uint64_t)json_integer_value(steps) <= from->state.step;
    }
    if (!is_good)
        BL_FAIL(from->t->ctx, BL_BAD_DATA,
                "%s: \"" FROZEN_STEPS "\" is not a list of %zu numbers from 0 to %llu: not a checkpoint of "
                "this run",
                from->path, n, (unsigned long long)from->state.step);
    return BL_OK;
}

static bl_status read_state(struct checkpoint_contents *from)
{
    const struct run_state *state = &from->state;
    for (size_t i = 0; i < N_STATE_FIELDS; i++)
        BL_TRY(read_field(from, &state_fields[i]));
    if (state->wrong > state->position || state->best_epoch > state->epoch)
        BL_FAIL(from->t->ctx, BL_BAD_DATA,
                "%s: counts %zu errors in %zu examples, and epoch %zu as the best of %zu: not a checkpoint "
                "of a run",
                from->path, state->wrong, state->position, state->best_epoch, state->epoch);
    if (is_none_in_old_files("best_val", tensors_metadata(from->file, "best_val")))
        from->state.best_epoch = 0;
    BL_TRY(read_best(from));
    BL_TRY(read_frozen_steps(from));
    return read_early_angles(from);
}

/* Compares the seeds. Checkpoints of version 0.1.0 have a single seed. */
static bl_status check_seeds(const bl_trainer *t, const struct tensors *file, const char *path)
{
    static const char *const keys[] = {"weight-seed", "feedback-seed", "order-seed"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *own = tensors_metadata(file, keys[i]),
                   *theirs = own ? own : tensors_metadata(file, "seed"),
                   *ours = bl_model_metadata(t->model, keys[i]);
        if (strcmp(theirs, ours) != 0)
            BL_FAIL(t->ctx, BL_BAD_DATA, "%s: its %s is \"%s\", but this run's is \"%s\"", path, keys[i],
                    theirs, ours);
    }
    return BL_OK;
}

/* The metadata of a file; for a file of version 0.1.0 that lacks the metadata or has an old name for the
   value, the corresponding value. NULL: the file has none. */
const char *checkpoint_metadata(const struct tensors *file, const char *key)
{
    if (strcmp(key, "modules") == 0 && !tensors_metadata(file, key))
        return "layer"; /* the modules of versions without the option */
    static const char *const unsaid[][2] = {{"slope", "cos f"}, {"lambda", "0"}, {"precision", "float32"}};
    const char *text = tensors_metadata(file, key), *format = tensors_metadata(file, "format");
    if (!format || strcmp(format, "backless 1") != 0)
        return text;
    for (size_t i = 0; !text && i < sizeof unsaid / sizeof *unsaid; i++)
        if (strcmp(unsaid[i][0], key) == 0)
            return unsaid[i][1];
    return text && strcmp(key, "precision") == 0 ? config_old_precision(text, tensors_metadata(file, "net"))
                                                 : text;
}

/* Takes the slope of the file if the user of this run has not set one. */
static bl_status read_slope(struct checkpoint_contents *from)
{
    const bl_trainer *t = from->t;
    const char *theirs = checkpoint_metadata(from->file, "slope");
    if (!t->model->rule->ops->has_slope || bl_config_is_set(t->config, "slope"))
        return BL_OK;
    if (!theirs)
        BL_FAIL(t->ctx, BL_BAD_DATA, "%s: has no metadata \"slope\": not a checkpoint of this rule",
                from->path);
    if (slope_parse(t->ctx, &from->slope, theirs) != BL_OK)
        BL_FAIL(t->ctx, BL_BAD_DATA, "%s: its slope is \"%.40s\", which this version does not know",
                from->path, theirs);
    from->slope_text = theirs;
    return BL_OK;
}

static bl_status take_slope(const struct checkpoint_contents *from)
{
    if (!from->slope_text)
        return BL_OK;
    BL_TRY(config_set_default(from->t->config, "slope", from->slope_text));
    BL_TRY(model_set_metadata(from->t->model, "slope", from->slope_text));
    from->t->model->rule->feedback.slope = from->slope;
    return BL_OK;
}

/* ---- Options that need not be set for a stream */

enum { OPEN_OPTIONS = 3 };
static const char *const open_options[OPEN_OPTIONS] = {"lr", "schedule", "epochs"};

/* The file's value of such an option; NULL: the trainer's value is used. */
static const char *open_value(const struct checkpoint_contents *from, const char *key)
{
    return bl_config_is_set(from->t->config, key) ? NULL : tensors_metadata(from->file, key);
}

static bl_status read_open_options(struct checkpoint_contents *from)
{
    bl_context *ctx = from->t->ctx;
    for (size_t i = 0; i < OPEN_OPTIONS; i++) {
        const char *text = open_value(from, open_options[i]);
        if (text && option_check(ctx, open_options[i], text) != BL_OK)
            BL_FAIL(ctx, BL_BAD_DATA, "%s: its %s is \"%.40s\", which the option does not take", from->path,
                    open_options[i], text);
    }
    const char *rate = open_value(from, "lr"), *schedule = open_value(from, "schedule");
    double x = 0.0;
    if (rate && text_to_double(slice_of(rate), &x))
        BL_TRY(optimizer_check_rate(ctx, &from->t->stepper.optimizer, x));
    return schedule ? schedule_parse(ctx, &from->schedule, schedule) : BL_OK;
}

static bl_status take_open_options(const struct checkpoint_contents *from)
{
    for (size_t i = 0; i < OPEN_OPTIONS; i++) {
        const char *text = open_value(from, open_options[i]);
        if (!text)
            continue;
        BL_TRY(config_set_default(from->t->config, open_options[i], text));
        BL_TRY(model_set_metadata(from->t->model, open_options[i], text));
    }
    from->t->epochs = config_size(from->t->config, "epochs");
    return BL_OK;
}

/* ---- Properties that must be equal for a run to be resumed */

static bl_status differs(const struct checkpoint_contents *from, const char *key, const char *theirs)
{
    BL_FAIL(from->t->ctx, BL_BAD_DATA, "%s: its %s is \"%s\", but this run's is \"%s\"", from->path, key,
            theirs ? theirs : "missing", bl_model_metadata(from->t->model, key));
}

/* Compares the option feedback if it is the name of a distribution. The path of a file is not compared,
   because it may have changed, and the checkpoint contains the matrices. */
static bl_status check_feedback(const struct checkpoint_contents *from)
{
    struct feedback_spec a, b;
    bl_context *ctx = from->t->ctx;
    const char *theirs = tensors_metadata(from->file, "feedback"),
               *ours = bl_model_metadata(from->t->model, "feedback");
    if (!theirs || !ours || strcmp(theirs, ours) == 0)
        return BL_OK;
    if (feedback_parse(ctx, &a, theirs) != BL_OK || feedback_parse(ctx, &b, ours) != BL_OK ||
        (a.kind == FEEDBACK_FILE && b.kind == FEEDBACK_FILE))
        return BL_OK;
    return differs(from, "feedback", theirs);
}

static bl_status check_same(const struct checkpoint_contents *from, int format)
{
    const bl_model *model = from->t->model;
    static const char *const keys[] = {"net",   "rule",  "loss",  "reduction", "optimizer", "seed",
                                       "input", "inlet", "slope", "lambda",    "precision", "modules"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *theirs = checkpoint_metadata(from->file, keys[i]),
                   *ours = bl_model_metadata(model, keys[i]);
        const bool is_taken = from->slope_text && strcmp(keys[i], "slope") == 0;
        /* The option belongs to another rule, and the checkpoint was already refused. */
        if (!ours || is_taken)
            continue;
        if (!theirs || !text_is_same(theirs, ours))
            return differs(from, keys[i], theirs);
    }
    BL_TRY(check_feedback(from));
    BL_TRY(check_seeds(from->t, from->file, from->path));
    static const char *const data_keys[] = {"outputs", "answers", "class_names", "labels", "table"};
    for (size_t i = 0; i < sizeof data_keys / sizeof *data_keys; i++) {
        const char *theirs = tensors_metadata(from->file, data_keys[i]),
                   *ours = bl_model_metadata(model, data_keys[i]);
        /* version 0.1.0 omitted metadata without a value, and had one kind of labels */
        if (!theirs && format == MODEL_FORMAT_NARROW)
            theirs = strcmp(data_keys[i], "labels") == 0 ? ours : "null";
        if (!theirs || strcmp(theirs, ours) != 0)
            BL_FAIL(from->t->ctx, BL_BAD_DATA, "%s: its %s is not that of this run's data", from->path,
                    data_keys[i]);
    }
    return BL_OK;
}

/* Compares the training examples, and the batches into which an epoch divides them. */
static bl_status check_examples(const struct checkpoint_contents *from, int format)
{
    const bl_trainer *t = from->t;
    const char *batch = tensors_metadata(from->file, "batch"),
               *theirs = tensors_metadata(from->file, "data_hash");
    char hash[17];
    const uint64_t data_hash = format == MODEL_FORMAT_NARROW ? t->narrow_data_hash : t->data_hash;
    if (!batch || strcmp(batch, bl_model_metadata(t->model, "batch")) != 0)
        return differs(from, "batch", batch);
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)data_hash);
    if (!theirs || strcmp(theirs, hash) != 0)
        BL_FAIL(t->ctx, BL_BAD_DATA, "%s: the run began on other training data (hash %s, now %s)", from->path,
                theirs ? theirs : "missing", hash);
    return BL_OK;
}

static bl_status check_scaling(const struct checkpoint_contents *from, int format)
{
    if (model_scaling_matches(from->t->model, from->file))
        return BL_OK;
    if (format == MODEL_FORMAT_NARROW)
        BL_FAIL(
            from->t->ctx, BL_BAD_DATA,
            "%s: this run of version 0.1.0 rounded inputs or targets to float32 so that they hardly differ; "
            "this version scales them differently and cannot continue the run; train a new one",
            from->path);
    BL_FAIL(from->t->ctx, BL_BAD_DATA, "%s: it scales its inputs or targets differently from this run",
            from->path);
}

static bl_status check(struct checkpoint_contents *from, bool is_stream)
{
    int format = MODEL_FORMAT;
    BL_TRY(model_read_format(from->t->ctx, from->file, from->path, &format));
    BL_TRY(read_slope(from));
    BL_TRY(check_same(from, format));
    BL_TRY(model_check_tensors(from->t->model, from->file, from->path));
    BL_TRY(check_slots(from->t, from->file, from->path));
    BL_TRY(read_state(from));
    if (!is_stream || from->state.position > 0)
        BL_TRY(check_examples(from, format));
    BL_TRY(check_scaling(from, format));
    return is_stream ? read_open_options(from) : BL_OK;
}

/* Loads the contents. Operations that may fail for lack of memory come first. */
static bl_status load_contents(struct checkpoint_contents *from, bool is_stream)
{
    bl_trainer *t = from->t;
    BL_TRY(take_slope(from));
    if (is_stream)
        BL_TRY(take_open_options(from));
    BL_TRY(model_take(t->model, from->file, from->path));
    take_slots(t, from->file);
    t->state = from->state;
    for (size_t l = 0; l < t->model->net->n_blocks; l++)
        t->stepper.frozen_steps[l] = (uint64_t)json_integer_value(json_array_get(from->frozen_steps, l));
    t->best = from->best;
    t->schedule = from->schedule;
    t->schedule.halvings = t->state.halvings;
    json_decref(t->early_angles);
    t->early_angles = json_incref(from->early_angles);
    model_set_counts(t->model, t->state.epoch, t->state.step);
    return BL_OK;
}

static bl_status take_file(bl_trainer *t, const struct tensors *file, const char *path, bool is_stream)
{
    struct checkpoint_contents from = {
        .t = t, .file = file, .path = path, .state = t->state, .schedule = t->schedule};
    bl_status status = check(&from, is_stream);
    if (status == BL_OK)
        status = load_contents(&from, is_stream);
    json_decref(from.early_angles);
    json_decref(from.frozen_steps);
    return status;
}

static bl_status read_file(bl_trainer *t, const char *path, bool is_stream)
{
    struct tensors *file = NULL;
    BL_TRY(tensors_read(&file, t->ctx, path));
    const bl_status status = take_file(t, file, path, is_stream);
    tensors_free(t->ctx, file);
    return status;
}

bl_status checkpoint_take_stream(bl_trainer *t, const struct tensors *file, const char *path)
{
    return take_file(t, file, path, true);
}

bl_status checkpoint_read(bl_trainer *t, const char *path)
{
    return read_file(t, path, false);
}

bl_status checkpoint_read_stream(bl_trainer *t, const char *path)
{
    return read_file(t, path, true);
}
