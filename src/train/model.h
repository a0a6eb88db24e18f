/*
 * model.h - a net with its rule and all that must be known to use it on raw input again.
 */
#ifndef BL_TRAIN_MODEL_H
#define BL_TRAIN_MODEL_H

#include "../data/data.h"
#include "../file/tensors.h"
#include "../losses/loss.h"
#include "../rules/rule.h"

enum { MODEL_MAX_FACTS = 64, MODEL_NAME_ROOM = 48 };

struct fact {
    char *key, *text;
};

struct bl_model {
    bl_context *ctx;
    struct net *net;
    struct rule *rule; /* NULL: loaded without its rule */
    const struct loss_ops *loss;
    bl_data *like; /* no examples: shape, outputs, scaling, class and column names */
    struct fact facts[MODEL_MAX_FACTS];
    size_t n_facts;
    struct lesson *lesson;          /* of prediction; made when first needed */
    char (*names)[MODEL_NAME_ROOM]; /* of every tensor, in bl_model_tensor's order */
};

/* Takes net and rule over, also on failure. like: copied. */
bl_status model_create(bl_model **out, bl_context *ctx, struct net *net, struct rule *rule,
                       const struct loss_ops *loss, const bl_data *like);

bl_status model_set_fact(bl_model *model, const char *key, const char *text);
bl_status model_set_number(bl_model *model, const char *key, double x);

/* The i-th of the weights, biases and feedback, called model->names[i]. false past the last. */
bool model_tensor(const bl_model *model, size_t i, struct matrix *out);
size_t model_count_tensors(const bl_model *model);

/* Everything of the model, and extra entries (the optimiser's). */
bl_status model_write(const bl_model *model, const char *path, const struct tensor_entry *extra,
                      size_t n_extra);
/* Whether inputs and targets are scaled in the file as they are here, to the bit. */
bool model_scales_like(const bl_model *model, const struct tensors *file);
/* Weights and feedback from a file that has been read, by name; shapes must agree. */
bl_status model_take(bl_model *model, const struct tensors *file, const char *path);

/* Names the first block whose weights are no numbers; false when all are. */
bool model_find_nan(const bl_model *model, const char **name);

#endif
