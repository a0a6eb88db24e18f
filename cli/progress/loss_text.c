/*
 * loss_text.c - a loss in few characters.
 */
#include "loss_text.h"

#include <math.h>
#include <stdio.h>

struct loss_text loss_text(double loss)
{
    struct loss_text out;
    snprintf(out.text, sizeof out.text, fabs(loss) < 1e5 ? "%.4f" : "%.3g", loss);
    return out;
}
