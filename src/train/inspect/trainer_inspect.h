/*
 * trainer_inspect.h - measurements of a trainer: angles, and the instructions of a step with their cost.
 */
#ifndef BL_TRAIN_TRAINER_INSPECT_H
#define BL_TRAIN_TRAINER_INSPECT_H

#include "../trainer/trainer.h"

/* Allocates the memory for angles on up to n examples, before the first step of a run. */
bl_status trainer_need_alignment(bl_trainer *trainer, size_t n);
/* Measures trainer->angles on n examples: those of `rows`, or for NULL the first n. */
bl_status trainer_measure(bl_trainer *trainer, const bl_data *data, const uint32_t *rows, size_t n);

/* Describes the i-th instruction of one of the trainer's programs. */
void trainer_describe(const bl_trainer *trainer, const struct program *program, size_t i,
                      struct bl_instruction *out);

/* Multiply-accumulates of an instruction for one example. */
double work_of(const struct rule *rule, const struct net *net, const struct instruction *item);

#endif
