/*
 * log_lines.c - angles and steps as JSON.
 */
#include "log_lines.h"

#include "../../runlog/runlog.h"

json_t *log_lines_angles(const bl_progress *now)
{
    if (!now->angles)
        return json_null();
    json_t *list = json_array();
    for (int l = 0; l < now->blocks; l++) {
        const bl_angles *angles = &now->angles[l];
        json_t *one = json_object();
        json_object_set_new(one, "block", json_integer(l));
        json_object_set_new(one, "sample", runlog_number(angles->sample));
        json_object_set_new(one, "flat", runlog_number(angles->flat));
        json_object_set_new(one, "update", runlog_number(angles->update));
        json_object_set_new(one, "signal_norm", runlog_number(angles->signal_norm));
        json_object_set_new(one, "bp_norm", runlog_number(angles->bp_norm));
        json_object_set_new(one, "weight", runlog_number(angles->weight));
        json_object_set_new(one, "weight_norm", runlog_number(angles->weight_norm));
        json_array_append_new(list, one);
    }
    return list;
}

static void add_step(json_t *line, const bl_progress *now)
{
    json_object_set_new(line, "step", json_integer((json_int_t)now->total_step));
    json_object_set_new(line, "train_loss", runlog_number(now->train.loss));
    json_object_set_new(line, "train_error", runlog_number(now->train.error));
    json_object_set_new(line, "batch_loss", runlog_number(now->batch.loss));
    json_object_set_new(line, "batch_error", runlog_number(now->batch.error));
    json_object_set_new(line, "lr", runlog_number(now->rate));
    json_object_set_new(line, "angles", log_lines_angles(now));
}

json_t *log_lines_step(const bl_progress *now)
{
    json_t *object = json_object();
    add_step(object, now);
    return object;
}

json_t *log_lines_step_line(const bl_progress *now)
{
    json_t *line = json_object();
    json_object_set_new(line, "kind", json_string("step"));
    json_object_set_new(line, "epoch", json_integer(now->epoch));
    add_step(line, now);
    return line;
}
