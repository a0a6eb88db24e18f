/*
 * rule_words.h - the suggestion for an unknown name of a rule or of feedback.
 */
#ifndef BL_RULES_RULE_WORDS_H
#define BL_RULES_RULE_WORDS_H

#include "../base/status.h"

bl_status rule_unknown(bl_context *ctx, const char *text);
bl_status feedback_unknown(bl_context *ctx, const char *text);

#endif
