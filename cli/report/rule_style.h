/*
 * rule_style.h - one colour and one dash for each rule, the same in every report.
 *
 * The colours are those of Okabe and Ito (2008, https://jfly.uni-koeln.de/color/) except yellow, made darker
 * for the light theme and lighter for the dark one: each has a contrast of at least 3:1 with the page in both
 * themes. The dash shows the family of the rule: exact or direct (solid; exact is black), through a chain of
 * matrices, with a forward order or pass, a baseline, or a user's own rule.
 */
#ifndef CLI_RULE_STYLE_H
#define CLI_RULE_STYLE_H

#include "../draw/color_map.h"

#include <stddef.h>

struct hue {
    struct color light, dark; /* in the light and in the dark theme */
};

struct rule_style {
    const char *rule;
    const struct hue *hue;
    const char *dash; /* value of SVG's stroke-dasharray; "none": a solid line */
};

extern const struct color page_light, page_dark; /* the background of the page */

/* Returns the i-th style; NULL past the last. The last styles are for rules that are not in the library. */
const struct rule_style *rule_style_at(size_t i);
/* Returns the index of a rule's style. An unknown name always gets the same one of the styles for users'
   rules; NULL counts as unknown. */
size_t rule_style_of(const char *rule);

#endif
