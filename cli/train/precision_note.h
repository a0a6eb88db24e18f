/*
 * precision_note.h - prints in which precision products are computed, in the head of train, compare and
 * sweep.
 */
#ifndef CLI_PRECISION_NOTE_H
#define CLI_PRECISION_NOTE_H

#include "../command.h"

/* Prints a line with the precision, and whether it is slower than float32 on this processor, which takes
   about 0.02 seconds to measure. Prints nothing for float32, or with --quiet. */
void print_precision(const struct session *session, const char *precision);

#endif
