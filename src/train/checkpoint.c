/*
 * checkpoint.c - a run in one file: the model, the optimiser's memory, and where the run is, in the metadata.
 *
 * Numbers are written with as many digits as bring the same double back, so a resumed run reaches the same bits.
 */
#include "trainer.h"

#include "../base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "optimizer.mean_square.0.dense.weight": the part of a slot that belongs to a tensor. */
struct slot_name {
    char text[96];
};

static float *slot_piece(const bl_trainer *t, size_t slot, size_t i)
{
    const struct block *block = &t->model->net->blocks[i / 2];
    return t->stepper.slots[slot] + (i % 2 == 0 ? block->weight_at : block->bias_at);
}

static size_t count_slots(const bl_trainer *t)
{
    return t->stepper.optimizer.ops->n_slots * 2 * t->model->net->n_blocks;
}

static void list_slots(const bl_trainer *t, struct tensor_entry *entries, struct slot_name *names)
{
    const struct optimizer_ops *ops = t->stepper.optimizer.ops;
    size_t n = 0;
    for (size_t slot = 0; slot < ops->n_slots; slot++)
        for (size_t i = 0; i < 2 * t->model->net->n_blocks; i++, n++) {
            struct matrix m;
            model_tensor(t->model, i, &m);
            snprintf(names[n].text, sizeof names[n].text, "optimizer.%s.%s", ops->slots[slot],
                     t->model->names[i]);
            entries[n] = (struct tensor_entry){names[n].text, slot_piece(t, slot, i), m.rows, m.cols};
        }
}

struct state_field { /* of struct run_state, as text in the metadata */
    const char *key;
    double (*get)(const struct run_state *s);
    void (*set)(struct run_state *s, double x);
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
STATE_FIELD(best, double)
STATE_FIELD(best_epoch, size_t)
STATE_FIELD(halvings, size_t)

static const struct state_field state_fields[] = {
    {"epoch", get_epoch, set_epoch},
    {"position", get_position, set_position},
    {"step", get_step, set_step},
    {"loss_sum", get_loss_sum, set_loss_sum},
    {"wrong", get_wrong, set_wrong},
    {"seconds", get_seconds, set_seconds},
    {"total_seconds", get_total_seconds, set_total_seconds},
    {"running_error", get_running_error, set_running_error},
    {"best_val", get_best, set_best},
    {"best_epoch", get_best_epoch, set_best_epoch},
    {"halvings", get_halvings, set_halvings},
};
enum { N_STATE_FIELDS = sizeof state_fields / sizeof *state_fields };

static bl_status write_facts(bl_trainer *t)
{
    for (size_t i = 0; i < N_STATE_FIELDS; i++)
        BL_TRY(model_set_number(t->model, state_fields[i].key, state_fields[i].get(&t->state)));
    char hash[17];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)t->data_hash);
    BL_TRY(model_set_fact(t->model, "data_hash", hash));
    char *early = t->early_angles ? json_dumps(t->early_angles, JSON_COMPACT) : NULL;
    const bl_status status = model_set_fact(t->model, "early_angles", early ? early : "[]");
    free(early);
    return status;
}

bl_status checkpoint_write(bl_trainer *t, const char *path)
{
    struct tensor_entry *entries = NULL;
    struct slot_name *names = NULL;
    BL_TRY(write_facts(t));
    bl_status status = MEM_ARRAY(t->ctx, &entries, count_slots(t) + 1, "the list of the optimiser's tensors");
    if (status == BL_OK)
        status = MEM_ARRAY(t->ctx, &names, count_slots(t) + 1, "the names of the optimiser's tensors");
    if (status == BL_OK) {
        list_slots(t, entries, names);
        status = model_write(t->model, path, entries, count_slots(t));
    }
    mem_free(t->ctx, entries);
    mem_free(t->ctx, names);
    return status;
}

static bl_status read_slots(bl_trainer *t, const struct tensors *file, const char *path)
{
    const struct optimizer_ops *ops = t->stepper.optimizer.ops;
    for (size_t slot = 0; slot < ops->n_slots; slot++)
        for (size_t i = 0; i < 2 * t->model->net->n_blocks; i++) {
            char name[96];
            struct matrix m;
            struct tensor_entry entry;
            model_tensor(t->model, i, &m);
            snprintf(name, sizeof name, "optimizer.%s.%s", ops->slots[slot], t->model->names[i]);
            if (!tensors_find(file, name, &entry) || entry.rows != m.rows || entry.cols != m.cols)
                BL_FAIL(t->ctx, BL_BAD_DATA,
                        "%s: no tensor \"%s\" of %zu x %zu: not a checkpoint of this run", path, name, m.rows,
                        m.cols);
            memcpy(slot_piece(t, slot, i), entry.values, m.rows * m.cols * sizeof *m.x);
        }
    return BL_OK;
}

static bl_status read_state(bl_trainer *t, const struct tensors *file, const char *path)
{
    for (size_t i = 0; i < N_STATE_FIELDS; i++) {
        const char *text = tensors_fact(file, state_fields[i].key);
        double x = 0.0;
        if (!text || !text_to_double(slice_of(text), &x) || x < 0.0 || x > 0x1p53)
            BL_FAIL(t->ctx, BL_BAD_DATA, "%s: \"%s\" is \"%s\", expected a number: not a checkpoint of a run",
                    path, state_fields[i].key, text ? text : "missing");
        state_fields[i].set(&t->state, x);
    }
    t->schedule.halvings = t->state.halvings;
    const char *early = tensors_fact(file, "early_angles");
    json_decref(t->early_angles);
    t->early_angles = early ? json_loads(early, 0, NULL) : NULL;
    return BL_OK;
}

/* What must be the same for the resumed run to be the same run. */
static bl_status check_same(const bl_trainer *t, const struct tensors *file, const char *path)
{
    static const char *const keys[] = {"net",       "rule",  "loss", "reduction",
                                       "optimizer", "batch", "seed", "input"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *theirs = tensors_fact(file, keys[i]), *ours = bl_model_fact(t->model, keys[i]);
        if (!theirs || strcmp(theirs, ours) != 0)
            BL_FAIL(t->ctx, BL_BAD_DATA, "%s: its %s is \"%s\", but this run's is \"%s\"", path, keys[i],
                    theirs ? theirs : "missing", ours);
    }
    char hash[17];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)t->data_hash);
    const char *theirs = tensors_fact(file, "data_hash");
    if (!theirs || strcmp(theirs, hash) != 0)
        BL_FAIL(t->ctx, BL_BAD_DATA, "%s: the run began on other training data (hash %s, now %s)", path,
                theirs ? theirs : "missing", hash);
    return BL_OK;
}

static bl_status take(bl_trainer *t, const struct tensors *file, const char *path)
{
    BL_TRY(check_same(t, file, path));
    BL_TRY(model_take(t->model, file, path));
    BL_TRY(read_slots(t, file, path));
    return read_state(t, file, path);
}

bl_status checkpoint_read(bl_trainer *t, const char *path)
{
    struct tensors *file = NULL;
    BL_TRY(tensors_read(&file, t->ctx, path));
    const bl_status status = take(t, file, path);
    tensors_free(t->ctx, file);
    return status;
}
