/*
 * tensorboard.h - writes a run for TensorBoard: losses, errors and angles of the log's lines, histograms of
 * the weights, the first layer as an image, and the options.
 */
#ifndef CLI_TENSORBOARD_H
#define CLI_TENSORBOARD_H

#include "../command.h"

struct tensorboard;

/* Of a run whose events go to DIR/NAME, which is made at the first event. is_resumed: the events that the
   folder has are of this run, and its first event removes those of the same step and of later ones, written
   after the checkpoint that the run resumes from. Otherwise all are replaced. NULL: dir is NULL, so that no
   events are written, or there is no memory. */
struct tensorboard *tensorboard_open(const char *dir, const char *name, const bl_trainer *trainer,
                                     bool is_resumed);
/* Must be called in the progress callback: writes the values of the call. After a failure, which is printed
   once, nothing more is written, and the training continues. board NULL: does nothing. */
void tensorboard_note(struct tensorboard *board, const bl_progress *now);
void tensorboard_close(struct tensorboard *board);

#endif
