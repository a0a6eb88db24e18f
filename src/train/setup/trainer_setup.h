/*
 * trainer_setup.h - the parts of a trainer's creation: defaults, workspaces, notes.
 */
#ifndef BL_TRAIN_TRAINER_SETUP_H
#define BL_TRAIN_TRAINER_SETUP_H

#include "../options/defaults.h"
#include "../trainer/trainer.h"

/* The default of the option init. */
const char *trainer_default_init(const bl_config *config, const struct rule_ops *ops, const struct net *net);
/* The default of the option feedback. */
const char *trainer_default_feedback(const bl_config *config, const struct rule_ops *ops,
                                     const struct net *net, const struct optimizer *optimizer);
/* Adds notes on where a run by the preset dfa-torch differs from the paper, or from the published code
   (preset_deviations.c). */
bl_status trainer_note_deviations(bl_trainer *trainer);
/* The defaults for a training set of n examples and the options that the user has set. */
struct defaults trainer_defaults(const bl_trainer *trainer, size_t n_examples);

/* Creates a workspace for batches of up to `capacity` examples on which the rule trains or is inspected. */
bl_status trainer_make_workspace(struct workspace **out, const bl_trainer *trainer, size_t capacity,
                                 enum workspace_memory memory);

#endif
