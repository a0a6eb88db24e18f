/*
 * open_model.h - opens a model from a run folder or a file.
 */
#ifndef CLI_OPEN_MODEL_H
#define CLI_OPEN_MODEL_H

#include "command.h"

/* where: a .safetensors, or a run folder: its best.safetensors if there is one, else model.safetensors. */
bl_status open_model(bl_model **out, const struct session *session, const char *where);

/* What --data and --part name; without --part a set's test part, or all of a file. */
bl_status open_model_data(bl_data **out, const bl_model *model, const struct session *session);

#endif
