/*
 * config.h - all options by name. The same table is used by the interface, the command line, its help and
 * config.json.
 */
#ifndef BL_TRAIN_CONFIG_H
#define BL_TRAIN_CONFIG_H

#include "../base/status.h"

#include <jansson.h>
#include <stdbool.h>

/* Whether `text` is a value of the option `key`, which there is. */
bl_status option_check(bl_context *ctx, const char *key, const char *text);

/* Typed readers: a value that was set has been checked. The text lives until the option is set again. */
const char *config_text(const bl_config *config, const char *key);
double config_number(const bl_config *config, const char *key);
size_t config_size(const bl_config *config, const char *key);
uint64_t config_u64(const bl_config *config, const char *key);
bool config_bool(const bl_config *config, const char *key);

/* Gives a default that follows from other options its value; the option still counts as not set. */
bl_status config_set_default(bl_config *config, const char *key, const char *text);

/* The precision that a file of 0.1.0 means by `text`: its bf16 left convolutions in float32. Else `text`
   itself. net: NULL: not told. */
const char *config_old_precision(const char *text, const char *net);

/* All options and their values, one object; NULL: no memory. */
json_t *config_to_json(const bl_config *config);

#endif
