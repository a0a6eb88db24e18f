/*
 * loss_text.h - a loss in few characters.
 */
#ifndef CLI_LOSS_TEXT_H
#define CLI_LOSS_TEXT_H

/* A loss as "0.6931", or as "4.34e+16" if it is too large for that. */
struct loss_text {
    char text[32];
};
struct loss_text loss_text(double loss);

#endif
