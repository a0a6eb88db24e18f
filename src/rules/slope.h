/*
 * slope.h - the functions that replace the derivative of an activation h = f(a) in adfa: "cos a", "cos f" (of
 * the output h), "1", or "f'" itself, with which adfa equals dfa.
 */
#ifndef BL_RULES_SLOPE_H
#define BL_RULES_SLOPE_H

#include "../base/status.h"

#include <stddef.h>

enum slope { SLOPE_COS_A, SLOPE_COS_F, SLOPE_ONE, SLOPE_EXACT };

bl_status slope_parse(bl_context *ctx, enum slope *out, const char *text);
bl_status slope_check_text(bl_context *ctx, const char *text);

/* d <- d g for n numbers. a: the activation's input (only "cos a" needs it); h: its output. The function is
   NULL for SLOPE_EXACT. */
typedef void (*slope_function)(const float *a, const float *h, float *d, size_t n);
slope_function slope_function_of(enum slope slope);

#endif
