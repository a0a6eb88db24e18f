/*
 * model.h - a net with its rule and everything needed to apply it to raw input.
 */
#ifndef BL_TRAIN_MODEL_H
#define BL_TRAIN_MODEL_H

#include "../data/set/data.h"
#include "../file/tensors.h"
#include "../losses/loss.h"
#include "../rules/rule.h"
#include "../rules/user_rule.h"

enum {
    MODEL_MAX_FACTS = 64,
    MODEL_NAME_ROOM = 48,
    MODEL_COUNT_ROOM = 21
}; /* of the largest count: 20 digits */

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
    size_t n_metadata;
    char *epoch_text,
        *step_text; /* of the facts "epoch" and "step" of a trainer's model; NULL: of a loaded one */
    char (*names)[MODEL_NAME_ROOM]; /* of every tensor, in bl_model_tensor's order */
};

/* Takes net and rule over, also on failure. like: copied. */
bl_status model_create(bl_model **out, bl_context *ctx, struct net *net, struct rule *rule,
                       const struct loss_ops *loss, const bl_data *like);

/* Whether one unit predicts two classes: its output is the probability of the second one. */
bool model_is_one_of_two(const struct net *net, const bl_data *like);

/* Fact "labels": what a label of the training data was, by enum class_match. */
extern const char *const model_label_words[CLASS_BY_NUMBER + 1];

/* Fact "scaling" where each example is standardised by itself; else it is the number of pairs. A version that
   does not know the word refuses the file. */
extern const char *const model_scaling_of_example;

bl_status model_set_metadata(bl_model *model, const char *key, const char *text);
bl_status model_set_number(bl_model *model, const char *key, double x);

/* The facts "epoch" (finished) and "step" (taken) of a trainer's model are true after each step: they have
   room for any count, so that setting them allocates nothing. Both are 0 at first. */
bl_status model_need_counts(bl_model *model);
void model_set_counts(bl_model *model, uint64_t epoch, uint64_t step);

/* The i-th of the weights, biases and feedback, called model->names[i]. false past the last. */
bool model_tensor(const bl_model *model, size_t i, struct matrix *out);
size_t model_count_tensors(const bl_model *model);

/* Everything of the model, and extra entries (the optimiser's). */
bl_status model_write(const bl_model *model, const char *path, const struct tensor_entry *extra,
                      size_t n_extra);
/* What the fact "format" says. 1: 0.1.0, which rounded inputs to float before they were scaled, and kept
   the scaling as floats. 2: doubles; and what is not there is said, so that nothing missing is taken for a
   default. */
extern const char *const model_formats[2];
enum { MODEL_FORMAT_NARROW, MODEL_FORMAT };
/* Of a file; BL_BAD_DATA for none or another. */
bl_status model_read_format(bl_context *ctx, const struct tensors *file, const char *path, int *out);

/* Whether inputs and targets are scaled in the file as they are here: by the same pairs, to the bit, or,
   in a file of 0.1.0, to within what its floats rounded. */
bool model_scales_like(const bl_model *model, const struct tensors *file);
/* Whether a file that has been read has all weights and feedback, by name and shape. */
bl_status model_check_tensors(const bl_model *model, const struct tensors *file, const char *path);
/* Takes them. A file that is refused changes nothing. */
bl_status model_take(bl_model *model, const struct tensors *file, const char *path);
/* Those of the net alone: parameters and running statistics, no feedback. */
bl_status model_take_net(bl_model *model, const struct tensors *file, const char *path);

/* Names the first block whose weights are no numbers; false when all are. */
bool model_find_nan(const bl_model *model, const char **name);

#endif
