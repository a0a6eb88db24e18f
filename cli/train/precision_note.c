/*
 * precision_note.c - prints in which precision products are computed, and whether that slows training down.
 *
 * Some processors have instructions for bfloat16 that are slower than those for float32.
 */
#include "precision_note.h"

#include "backless_experimental.h"

#include <string.h>

static const char *bf16_note(bl_context *ctx)
{
    static const double seconds = 0.01; /* for measuring */
    double speed = 0.0;
    if (!bl_context_has_bf16(ctx))
        return ": this processor lacks it; the same bits, but slower than float32";
    if (bl_context_measure_bf16(ctx, seconds, &speed) == BL_OK && speed < 1.0)
        return ": slower than float32 on this processor; the bits are the same on every one";
    return "";
}

void print_precision(const struct session *session, const char *precision)
{
    if (strcmp(precision, "float32") != 0 && !extra_of(session, "quiet"))
        note(session, "precision  %s%s", precision, bf16_note(session->ctx));
}
