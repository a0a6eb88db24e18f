/*
 * rule_words.h - what to say about a word that is no rule's or no feedback's name.
 */
#ifndef BL_RULES_RULE_WORDS_H
#define BL_RULES_RULE_WORDS_H

#include "../base/status.h"

bl_status rule_unknown(bl_context *ctx, const char *text);
bl_status feedback_unknown(bl_context *ctx, const char *text);

#endif
