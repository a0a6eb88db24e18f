/*
 * open_model.h - opens a model from a run folder or a file.
 */
#ifndef CLI_OPEN_MODEL_H
#define CLI_OPEN_MODEL_H

#include "../command.h"

/* Opens a model. where: a .safetensors file, or a run folder, of which best.safetensors is used if it
   exists, else model.safetensors. */
bl_status open_model(bl_model **out, const struct session *session, const char *where);

/* Opens the data that --data and --part name; without --part, the test part of a set, or the whole of a
   file. */
bl_status open_model_data(bl_data **out, const bl_model *model, const struct session *session);

#endif
