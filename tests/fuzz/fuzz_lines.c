/*
 * fuzz_lines.c - converts lines to a safetensors file.
 */
#include "fuzz_lines.h"

#include "fuzz_target.h"

#include "../../src/base/text.h"

#include <stdlib.h>
#include <string.h>

void fuzz_lines_begin(struct fuzz_lines *lines, const struct tensors *t)
{
    *lines = (struct fuzz_lines){.n_entries = 0};
    while (t && lines->n_entries < FUZZ_MOST_THINGS &&
           tensors_entry(t, lines->n_entries, &lines->entries[lines->n_entries]))
        lines->n_entries++;
    while (t && lines->n_metadata < FUZZ_MOST_THINGS &&
           tensors_metadata_at(t, lines->n_metadata, &lines->metadata[lines->n_metadata]))
        lines->n_metadata++;
}

char *fuzz_next_line(char **text)
{
    char *line = *text;
    if (!line || !*line)
        return NULL;
    char *end = strchr(line, '\n');
    *text = end ? end + 1 : NULL;
    if (end)
        *end = 0;
    return line;
}

static size_t find_metadata(const struct fuzz_lines *lines, const char *key)
{
    size_t i = 0;
    while (i < lines->n_metadata && strcmp(lines->metadata[i].key, key) != 0)
        i++;
    return i;
}

static size_t find_entry(const struct fuzz_lines *lines, const char *name)
{
    size_t i = 0;
    while (i < lines->n_entries && strcmp(lines->entries[i].name, name) != 0)
        i++;
    return i;
}

static bool take_away(struct fuzz_lines *lines, const char *name)
{
    const size_t f = find_metadata(lines, name), e = find_entry(lines, name);
    if (f < lines->n_metadata)
        lines->metadata[f] = lines->metadata[--lines->n_metadata];
    if (e < lines->n_entries)
        lines->entries[e] = lines->entries[--lines->n_entries];
    return true;
}

static bool take_fact(struct fuzz_lines *lines, char *line)
{
    char *value = strchr(line, '=');
    if (!value)
        return false;
    *value++ = 0;
    const size_t i = find_metadata(lines, line);
    if (i == FUZZ_MOST_THINGS)
        return false;
    lines->metadata[i] = (struct tensor_metadata){line, value};
    lines->n_metadata += i == lines->n_metadata;
    return true;
}

/* Values are `value` times 1, 0.75, 0.5, 0.25, 0, -0.25, ..., so that they are not all equal. */
static float *make_values(struct fuzz_lines *lines, size_t n, float value)
{
    float *x = calloc(n, sizeof *x);
    FUZZ_CHECK(x, "no memory for the target itself");
    for (size_t i = 0; i < n; i++)
        x[i] = value * (1.0f - 0.25f * (float)(i % 9));
    lines->made[lines->n_made++] = x;
    return x;
}

static bool take_tensor(struct fuzz_lines *lines, char *line)
{
    struct slice rest = slice_of(line), name, rows, cols, number;
    size_t n = 0, m = 0;
    double value = 0.0;
    if (!slice_word(&rest, &name) || !slice_word(&rest, &rows) || !slice_word(&rest, &cols) ||
        !slice_word(&rest, &number) || !text_to_size(rows, &n) || !text_to_size(cols, &m) ||
        !text_to_double(number, &value) || value > 1e30 || value < -1e30)
        return false;
    line[name.at - line + (ptrdiff_t)name.n] = 0;
    const size_t i = find_entry(lines, name.at), most = m ? FUZZ_MOST_VALUES / m : FUZZ_MOST_VALUES;
    if (i == FUZZ_MOST_THINGS || lines->n_made == FUZZ_MOST_THINGS || n == 0 || n > most)
        return false;
    const float *values = make_values(lines, n * (m ? m : 1), (float)value);
    lines->entries[i] = (struct tensor_entry){name.at, values, n, m, NULL};
    lines->n_entries += i == lines->n_entries;
    return true;
}

bool fuzz_lines_take(struct fuzz_lines *lines, char *line)
{
    if (line[0] == '@')
        return take_tensor(lines, line + 1);
    return line[0] == '-' ? take_away(lines, line + 1) : take_fact(lines, line);
}

bl_status fuzz_lines_write(const struct fuzz_lines *lines, bl_context *ctx, const char *path)
{
    return tensors_write(ctx, path, lines->entries, lines->n_entries, lines->metadata, lines->n_metadata);
}

void fuzz_lines_free(struct fuzz_lines *lines)
{
    for (size_t i = 0; i < lines->n_made; i++)
        free(lines->made[i]);
}
