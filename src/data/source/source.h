/*
 * source.h - reads data sets from named sets, folders and files.
 */
#ifndef BL_DATA_SOURCE_H
#define BL_DATA_SOURCE_H

#include "../set/data.h"

/* Reads the sets of a training. `where` is a named set ("mnist", "fashion-mnist"), a folder, or a file, whose
   format is determined by reader_table.c. A named set has precedence over a file of that name: "./mnist" is
   the file.

   The results are those of bl_data_load; *val and *test may be NULL. test_where (may be NULL) is a separate
   set for testing. Without it, the test set of a folder or named set is used if there is one; otherwise
   test_fraction of each class, or a fold, is drawn by the seed, and both parts keep the order of the draw.
   Then val is drawn in the same way, in proportion to the classes, or consists of the last examples; the
   remaining examples keep their order. Scaling is fitted on the remaining training set and copied to the
   others; the columns and classes of the training set determine how the test set is read. */
bl_status data_load(bl_data **train, bl_data **val, bl_data **test, bl_context *ctx, const char *where,
                    const char *test_where, const struct data_options *options);

/* Reads `where` for a model. schema: its shape, features, outputs, scaling, class names and column names are
   used (its examples are not); all except the column names are copied. part: "train" or "test", for folders
   and named sets. Columns are matched by name in any order if both have names (other columns are left out),
   else by number; classes are matched by name. A label unknown to the model is an error, even without
   has_labels. */
bl_status data_read_with_schema(bl_data **out, bl_context *ctx, const char *where, const char *part,
                                const struct data_options *options, const bl_data *schema);

/* Reads the same rows that were the part "train", "val" or "test" in the training of `schema`. Refused if the
   data are not those of the training (by the hash of all examples) or the training had no such part. If a
   folder or file includes a test set, that is "test", and its training set is "train" unless examples were
   held out of it. If rows were drawn and have no ids, their ids are their numbers in the file, from 1. */
bl_status data_read_part(bl_data **out, bl_context *ctx, const char *where, const char *part,
                         const struct data_options *options, const bl_data *schema);

/* Named sets; see bl_data_set_* in the public header. path: BL_PATH_ROOM bytes. */
const char *named_at(size_t i);            /* NULL past the last */
const char *named_about(const char *name); /* NULL: there is no such set */
bl_status named_path(bl_context *ctx, const char *name, const char *data_dir, char *path);
bl_status named_home(bl_context *ctx, const char *data_dir, char *path);

#endif
