/*
 * tensorboard.h - writes a run for TensorBoard: losses, errors and angles of the log's lines, histograms of
 * the weights, the first layer as an image, and the options.
 */
#ifndef CLI_TENSORBOARD_H
#define CLI_TENSORBOARD_H

#include "../command.h"

struct tensorboard;

/* Opens the events of a run, which go to DIR/NAME; the folder is made at the first event. check_out has
   refused a DIR that cannot be made. is_resumed: the
   existing events of the folder belong to this run, and the first event removes those of its step and of
   later steps, which were written after the checkpoint that the run resumes from. Otherwise the existing
   events are replaced. Returns NULL if dir is NULL, which means that no events are written, and if there is
   no memory. */
struct tensorboard *tensorboard_open(const char *dir, const char *name, const bl_trainer *trainer,
                                     bool is_resumed);
/* Must be called in the progress callback: writes the values of the call. After a failure, which is printed
   once, nothing more is written, and the training continues. board NULL: does nothing. */
void tensorboard_note(struct tensorboard *board, const bl_progress *now);
/* Returns EXIT_IO if not all events could be written; the message was printed. board NULL: EXIT_DONE. */
int tensorboard_close(struct tensorboard *board);

#endif
