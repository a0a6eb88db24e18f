/*
 * model.h - a net with its rule and everything needed to apply it to raw input.
 */
#ifndef BL_TRAIN_MODEL_H
#define BL_TRAIN_MODEL_H

#include "../../data/set/data.h"
#include "../../file/tensors.h"
#include "../../losses/loss.h"
#include "../../rules/rule.h"
#include "../../rules/user/user_rule.h"

enum {
    MODEL_MAX_METADATA = 64,
    MODEL_NAME_ROOM = 48,
    MODEL_COUNT_ROOM = 21
}; /* the largest count has 20 digits */

struct metadata_entry {
    char *key, *text;
};

struct bl_model {
    bl_context *ctx;
    struct net *net;
    struct rule *rule; /* NULL: the model was loaded without its rule */
    const struct loss_ops *loss;
    bl_data *schema; /* shape, outputs, scaling, class and column names; no examples */
    struct metadata_entry metadata[MODEL_MAX_METADATA];
    size_t n_metadata;
    /* The texts of the metadata "epoch" and "step" of a trainer's model; NULL in a loaded model. */
    char *epoch_text, *step_text;
    char (*names)[MODEL_NAME_ROOM]; /* names of all tensors, in the order of bl_model_tensor */
};

/* Takes ownership of net and rule, also on failure. schema is copied. */
bl_status model_create(bl_model **out, bl_context *ctx, struct net *net, struct rule *rule,
                       const struct loss_ops *loss, const bl_data *schema);

/* Creates a model from a file that was read from `path`. BL_BAD_DATA: the file is not a model that this
   version can use. */
bl_status model_from_file(bl_model **out, bl_context *ctx, const struct tensors *file, const char *path);

/* Whether a single output predicts two classes. It is then the probability of the second class. */
bool model_is_one_of_two(const struct net *net, const bl_data *schema);

/* The values of the metadata "labels", which says how labels of the training data were compared, indexed by
   enum class_match. */
extern const char *const model_label_words[CLASS_BY_NUMBER + 1];

/* The value of the metadata "scaling" if each example is standardised separately; otherwise the value is the
   number of pairs. A version that does not know the word refuses the file. */
extern const char *const model_scaling_of_example;
/* The same where inputs are whitened, by the tensor whitening_tensor. */
extern const char *const model_scaling_whitens;

bl_status model_set_metadata(bl_model *model, const char *key, const char *text);
bl_status model_set_number(bl_model *model, const char *key, double x);

/* Creates the metadata "epoch" and "step" of a trainer's model, the numbers of finished epochs and steps,
   with the value 0. They have room for any count, so that updating them after each step allocates nothing. */
bl_status model_need_counts(bl_model *model);
void model_set_counts(bl_model *model, uint64_t epoch, uint64_t step);

/* The i-th tensor of the model, whose name is model->names[i]. false past the last. */
bool model_tensor(const bl_model *model, size_t i, struct matrix *out);
size_t model_count_tensors(const bl_model *model);

/* Writes the model and extra entries (those of the optimiser). */
bl_status model_write(const bl_model *model, const char *path, const struct tensor_entry *extra,
                      size_t n_extra);
/* The values of the metadata "format". Format 1: version 0.1.0, which rounded inputs to float before scaling
   and stored the scaling as floats. Format 2: doubles, and metadata without a value is null, so that a lost
   value is not taken for a default. */
extern const char *const model_formats[2];
enum { MODEL_FORMAT_NARROW, MODEL_FORMAT };
/* The format of a file. BL_BAD_DATA: it has none, or an unknown one. */
bl_status model_read_format(bl_context *ctx, const struct tensors *file, const char *path, int *out);

/* Whether the file has the model's scaling of inputs and targets: to the bit, or for a file of 0.1.0 to
   within the rounding of its floats. */
bool model_scaling_matches(const bl_model *model, const struct tensors *file);
/* Whether a file that has been read has all weights and feedback, by name and shape. */
bl_status model_check_tensors(const bl_model *model, const struct tensors *file, const char *path);
/* Loads weights and feedback. A file that is refused changes nothing. */
bl_status model_take(bl_model *model, const struct tensors *file, const char *path);
/* Loads only the parameters and running statistics of the net, not feedback. */
bl_status model_take_net(bl_model *model, const struct tensors *file, const char *path);

/* Finds the first tensor with a NaN or infinite value and gives its name; false: there is none. */
bool model_find_nan(const bl_model *model, const char **name);

#endif
