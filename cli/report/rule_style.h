/*
 * rule_style.h - one colour and one dash for each rule, the same in every report.
 *
 * The colours are those of Okabe and Ito (2008, https://jfly.uni-koeln.de/color/) except yellow, made darker
 * on light paper and lighter on dark: each has a contrast of 3:1 or more to the page in both themes. The dash
 * tells the family: exact or direct (solid; exact is black), through a chain of matrices, with a forward
 * order or pass, a baseline, or a user's own rule.
 */
#ifndef CLI_RULE_STYLE_H
#define CLI_RULE_STYLE_H

#include "../draw/color_map.h"

#include <stddef.h>

struct hue {
    struct color light, dark; /* on the light page, on the dark one */
};

struct rule_style {
    const char *rule;
    const struct hue *hue;
    const char *dash; /* of SVG's stroke-dasharray; "none": a solid line */
};

extern const struct color page_light, page_dark; /* the colour of the paper */

/* The i-th style; NULL past the last. The last ones are for rules that are no library's. */
const struct rule_style *rule_style_at(size_t i);
/* Of a name's style; of an unknown name always the same one of those for users' rules. NULL is unknown. */
size_t rule_style_of(const char *rule);

#endif
