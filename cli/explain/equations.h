/*
 * equations.h - what an instruction computes, as an equation between named arrays.
 */
#ifndef CLI_EQUATIONS_H
#define CLI_EQUATIONS_H

#include "../command.h"

#include "backless_experimental.h"

/* "s0 = e B0": of an instruction of a traced step. n_blocks: of the net. */
void equation_write(FILE *to, const bl_trace *now, int n_blocks);
/* "e n x 10, B0 10 x 240, s0 n x 240": the shapes of its arrays. n: the examples of the batch. */
void equation_write_shapes(FILE *to, const bl_trace *now, int n_blocks);

#endif
