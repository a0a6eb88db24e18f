/*
 * origin_json.c - writes the origin of a training set as JSON and parses it. The parser checks everything,
 * because the text may come from any file.
 *
 *     {"examples": 150, "hash": "0123456789abcdef", "source": "iris.csv", "seed": "1", "val": 0,
 *      "val_fraction": 0.1, "val_is_last": false, "test": "drawn", "test_fraction": 0.2, "test_examples": 30,
 *      "test_hash": "...", "test_source": "iris.csv"}
 *
 * and where the test set is a fold, "fold": 2, "folds": 5; where the option label named an array of a .npz,
 * "label": "z_train".
 */
#include "data_internal.h"
#include "json_text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const test_words[] = {"unknown", "none", "drawn", "own", "other"};
enum { N_MEMBERS = 12 };

json_t *hash_to_json(uint64_t hash)
{
    char text[17];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
    return json_string(text);
}

json_t *origin_to_json(const struct data_origin *o)
{
    char seed[24];
    if (o->test == TEST_IS_UNKNOWN)
        return json_null();
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)o->seed);
    json_t *object = json_object();
    json_object_set_new(object, "examples", json_integer((json_int_t)o->n));
    json_object_set_new(object, "hash", hash_to_json(o->hash));
    json_object_set_new(object, "source", json_string(o->source));
    json_object_set_new(object, "seed", json_string(seed));
    json_object_set_new(object, "val", json_integer((json_int_t)o->val));
    json_object_set_new(object, "val_fraction", json_real(o->val_fraction));
    json_object_set_new(object, "val_is_last", json_boolean(o->val_is_last));
    json_object_set_new(object, "test", json_string(test_words[o->test]));
    json_object_set_new(object, "test_fraction", json_real(o->test_fraction));
    json_object_set_new(object, "test_examples", json_integer((json_int_t)o->n_test));
    json_object_set_new(object, "test_hash", hash_to_json(o->test_hash));
    json_object_set_new(object, "test_source", json_string(o->test_source));
    if (o->folds > 0) {
        json_object_set_new(object, "fold", json_integer((json_int_t)o->fold));
        json_object_set_new(object, "folds", json_integer((json_int_t)o->folds));
    }
    if (o->label[0])
        json_object_set_new(object, "label", json_string(o->label));
    return object;
}

static size_t count_members(const struct data_origin *origin)
{
    return (size_t)N_MEMBERS + (origin->folds > 0 ? 2u : 0u) + (origin->label[0] ? 1u : 0u);
}

bl_status origin_to_text(char **out, bl_context *ctx, const struct data_origin *origin)
{
    json_t *object = origin_to_json(origin);
    const bool is_whole = json_is_null(object) || json_object_size(object) == count_members(origin);
    return json_to_text(out, ctx, object, is_whole, "the training set");
}

/* ---- Parsing */

static bool take_count(size_t *out, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > UINT32_MAX)
        return false;
    *out = (size_t)json_integer_value(value);
    return true;
}

static bool take_share(double *out, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    *out = json_number_value(value);
    return json_is_number(value) && *out >= 0.0 && *out < 1.0;
}

static bool take_hash(uint64_t *out, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text || strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16)
        return false;
    *out = strtoull(text, NULL, 16);
    return true;
}

static bool take_source(char *out, size_t room, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text)
        return false;
    snprintf(out, room, "%s", text_shown(text, strlen(text)).text);
    return true;
}

static bool take_test(enum test_origin *out, const json_t *object)
{
    const char *text = json_string_value(json_object_get(object, "test"));
    for (int i = TEST_IS_NONE; text && i <= TEST_IS_OTHER; i++)
        if (strcmp(text, test_words[i]) == 0) {
            *out = (enum test_origin)i;
            return true;
        }
    return false;
}

/* Both or neither. */
static bool take_fold(struct data_origin *o, const json_t *object)
{
    if (!json_object_get(object, "fold"))
        return true;
    return take_count(&o->fold, object, "fold") && take_count(&o->folds, object, "folds") && o->fold >= 1 &&
           o->folds >= 2 && o->fold <= o->folds;
}

static bool take_label(struct data_origin *o, const json_t *object)
{
    const json_t *label = json_object_get(object, "label");
    const char *text = json_string_value(label);
    if (text)
        snprintf(o->label, sizeof o->label, "%s", text);
    return !label || (text && text[0] && strlen(text) < sizeof o->label);
}

static bool take_all(struct data_origin *o, const json_t *object)
{
    const json_t *is_last = json_object_get(object, "val_is_last");
    const char *seed = json_string_value(json_object_get(object, "seed"));
    o->val_is_last = json_is_true(is_last);
    return take_fold(o, object) && take_label(o, object) && json_object_size(object) == count_members(o) &&
           json_is_boolean(is_last) && seed && text_to_u64(slice_of(seed), &o->seed) &&
           take_count(&o->n, object, "examples") && take_hash(&o->hash, object, "hash") &&
           take_source(o->source, sizeof o->source, object, "source") && take_count(&o->val, object, "val") &&
           take_share(&o->val_fraction, object, "val_fraction") && take_test(&o->test, object) &&
           take_share(&o->test_fraction, object, "test_fraction") &&
           take_count(&o->n_test, object, "test_examples") && take_hash(&o->test_hash, object, "test_hash") &&
           take_source(o->test_source, sizeof o->test_source, object, "test_source") &&
           !(o->folds > 0 && o->test_fraction > 0.0) &&
           (o->test == TEST_IS_DRAWN) == (o->test_fraction > 0.0 || o->folds > 0);
}

bl_status origin_from_text(struct data_origin *out, bl_context *ctx, const char *path, const char *text)
{
    struct data_origin origin = {.n = 0};
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    const bool is_null = json_is_null(object), is_right = is_null || take_all(&origin, object);
    json_decref(object);
    if (!is_right)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: its \"split\" is not a description of a training set", path);
    *out = origin; /* {.n = 0} if the text is null */
    return BL_OK;
}
