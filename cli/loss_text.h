/*
 * loss_text.h - a loss in few characters.
 */
#ifndef CLI_LOSS_TEXT_H
#define CLI_LOSS_TEXT_H

/* "0.6931"; "4.34e+16" of what no longer fits into few digits. */
struct loss_text {
    char text[32];
};
struct loss_text loss_text(double loss);

#endif
