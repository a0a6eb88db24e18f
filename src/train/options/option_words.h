/*
 * option_words.h - finds the suggestion for an unknown option.
 */
#ifndef BL_TRAIN_OPTION_WORDS_H
#define BL_TRAIN_OPTION_WORDS_H

#include "../../base/status.h"

bl_status option_unknown(bl_context *ctx, const char *key);

#endif
