/*
 * status.h - error handling: BL_FAIL returns an error with a message, BL_TRY passes an error on.
 */
#ifndef BL_BASE_STATUS_H
#define BL_BASE_STATUS_H

#include "backless_types.h"

#if defined(__GNUC__)
#define BL_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define BL_PRINTF(text, first)
#endif

/* Stores the message in ctx (which may be NULL) and returns `status`. */
bl_status context_fail(bl_context *ctx, bl_status status, const char *format, ...) BL_PRINTF(3, 4);

/* Returns with a message that names the thing, its value, and what was expected. */
#define BL_FAIL(ctx, status, ...) return context_fail(ctx, status, __VA_ARGS__)

/* Returns BL_BAD_VALUE if a pointer argument of a public function is NULL; `argument` is its name in the
   header. The object that holds the context is tested separately: if it is NULL, a message cannot be
   stored. */
#define BL_GIVEN(ctx, argument)                                                                              \
    do {                                                                                                     \
        if (!(argument))                                                                                     \
            BL_FAIL(ctx, BL_BAD_VALUE, "%s: " #argument " is NULL", __func__);                               \
    } while (0)

/* Returns if the call failed; the call has stored the message. */
#define BL_TRY(call)                                                                                         \
    do {                                                                                                     \
        const bl_status bl_try_status_ = (call);                                                             \
        if (bl_try_status_ != BL_OK)                                                                         \
            return bl_try_status_;                                                                           \
    } while (0)

#endif
