/*
 * config.h - all options by name. The public interface, the command line, its help and config.json use the
 * same table.
 */
#ifndef BL_TRAIN_CONFIG_H
#define BL_TRAIN_CONFIG_H

#include "../../base/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Whether `text` is a valid value of the option `key`, which must exist. */
bl_status option_check(bl_context *ctx, const char *key, const char *text);

/* Give the values of options as types; values were checked when they were set. The text is valid until the
   option is set again. */
const char *config_text(const bl_config *config, const char *key);
double config_number(const bl_config *config, const char *key);
/* As bl_config_copy, in the memory of ctx. */
bl_status config_copy_to(bl_config **out, bl_context *ctx, const bl_config *config);
size_t config_size(const bl_config *config, const char *key);
uint64_t config_u64(const bl_config *config, const char *key);
bool config_bool(const bl_config *config, const char *key);

/* Sets a default that follows from other options. The option still counts as not set by the user. */
bl_status config_set_default(bl_config *config, const char *key, const char *text);

/* The meaning of `text` as a precision in a file of version 0.1.0, whose bf16 computed convolutions in
   float32. net NULL: the net is not known. */
const char *config_old_precision(const char *text, const char *net);

/* All options and their values as an object; NULL: no memory. */
json_t *config_to_json(const bl_config *config);

#endif
