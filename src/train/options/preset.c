/*
 * preset.c - the table of presets: the name of each, and the values of options that it sets.
 *
 * nokland2016: A. Nøkland, "Direct Feedback Alignment Provides Learning in Deep Neural Networks", NIPS 2016,
 * arXiv:1609.01596, as in its MNIST experiments (section 4, table 1) and their published code. The preset
 * does not set options that follow from the rule: the initial weights (zero for fa and dfa on tanh and
 * logistic nets, else uniform within 1 / sqrt(fan in)). It does not set the net and the rule either, because
 * the paper compares them.
 *
 * dfa-torch: the program that A. Nøkland published for Torch7, github.com/anokland/dfa-torch, also where it
 * differs from the paper. Its loop ends after 299 epochs. How it starts the weights and the feedback depends
 * on the rule and the net (trainer_start.c). A run's notes name the differences that are in force
 * (preset_deviations.c).
 *
 * docs/rules.md has the source of each value.
 */
#include "preset.h"

#include "../../base/context.h"
#include "../../base/text.h"

#include "backless.h"

#include <string.h>

enum { MOST_VALUES = 12 };

struct preset {
    const char *name;
    bool starts_as_code; /* init and feedback have other defaults, which depend on the rule and the net */
    struct {
        const char *key, *text;
    } values[MOST_VALUES]; /* up to an element whose key is NULL */
};

static const struct preset table[] = {
    {"nokland2016",
     false,
     {{"loss", "bce"},
      {"reduction", "sum"},
      {"optimizer", "rmsprop"},
      {"lr", "1e-4"},
      {"schedule", "constant"},
      {"batch", "64"},
      {"epochs", "300"},
      {"stop", "paper"},
      {"feedback", "nokland"},
      {NULL, NULL}}},
    {"dfa-torch",
     true,
     {{"loss", "bce"},
      {"reduction", "sum"},
      {"optimizer", "rmsprop"},
      {"lr", "1e-4"},
      {"schedule", "constant"},
      {"batch", "64"},
      {"epochs", "299"},
      {"stop", "paper"},
      {NULL, NULL}}},
};

enum { N_PRESETS = sizeof table / sizeof *table };

static const struct preset *find_preset(const char *name)
{
    for (size_t i = 0; i < N_PRESETS; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

bool preset_starts_as_code(const char *preset)
{
    const struct preset *found = find_preset(preset);
    return found && found->starts_as_code;
}

bl_status preset_check_text(bl_context *ctx, const char *text)
{
    char names[200] = "none";
    if (strcmp(text, "none") == 0 || find_preset(text))
        return BL_OK;
    for (size_t i = 0; i < N_PRESETS; i++)
        text_append(names, sizeof names, " %s", table[i].name);
    BL_FAIL(ctx, BL_BAD_VALUE, "preset is \"%s\", expected one of: %s", text, names);
}

const char *bl_preset_value(const char *preset, const char *key)
{
    const struct preset *found = preset && key ? find_preset(preset) : NULL;
    for (size_t i = 0; found && found->values[i].key; i++)
        if (strcmp(found->values[i].key, key) == 0)
            return found->values[i].text;
    return NULL;
}
