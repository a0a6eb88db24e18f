/*
 * feedback_words.h - the suggestion for an unknown distribution of feedback.
 */
#ifndef BL_RULES_FEEDBACK_WORDS_H
#define BL_RULES_FEEDBACK_WORDS_H

#include "../../base/status.h"

bl_status feedback_unknown(bl_context *ctx, const char *text);

#endif
