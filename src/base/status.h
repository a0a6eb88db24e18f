/*
 * status.h - how a failure travels: BL_FAIL begins it, BL_TRY passes it on.
 */
#ifndef BL_BASE_STATUS_H
#define BL_BASE_STATUS_H

#include "backless.h"

#if defined(__GNUC__)
#define BL_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define BL_PRINTF(text, first)
#endif

/* Keeps the sentence in ctx (which may be NULL) and gives back `status`. */
bl_status context_fail(bl_context *ctx, bl_status status, const char *format, ...) BL_PRINTF(3, 4);

/* Return with a sentence that names the thing, its value, and what was expected. */
#define BL_FAIL(ctx, status, ...) return context_fail(ctx, status, __VA_ARGS__)

/* Return BL_BAD_VALUE where a pointer that a public function was given is NULL; `argument` is its name in the header. The
   object that a context is found through is tested without this: where it is NULL there is nowhere to keep a sentence. */
#define BL_GIVEN(ctx, argument)                                                                              \
    do {                                                                                                     \
        if (!(argument))                                                                                     \
            BL_FAIL(ctx, BL_BAD_VALUE, "%s: " #argument " is NULL", __func__);                               \
    } while (0)

/* Return if the call failed; its sentence is kept already. */
#define BL_TRY(call)                                                                                         \
    do {                                                                                                     \
        const bl_status bl_try_status_ = (call);                                                             \
        if (bl_try_status_ != BL_OK)                                                                         \
            return bl_try_status_;                                                                           \
    } while (0)

#endif
