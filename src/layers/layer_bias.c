/*
 * layer_bias.c - parses the word "nobias", with which the text of a layer with weights may end.
 */
#include "layer.h"

#include <string.h>

void layer_parse_bias(struct layer *layer, struct slice *arguments)
{
    static const char word[] = "nobias";
    const size_t n = sizeof word - 1;
    const struct slice all = slice_trim(*arguments);
    const bool ends_so = all.n >= n && memcmp(all.at + all.n - n, word, n) == 0 &&
                         (all.n == n || all.at[all.n - n - 1] == ' ');
    layer->has_bias = !ends_so;
    if (ends_so)
        *arguments = slice_trim((struct slice){all.at, all.n - n});
}
