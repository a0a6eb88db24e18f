/*
 * rule_style.c - the table of colours and dashes.
 */
#include "rule_style.h"

#include <string.h>

static const struct hue black = {{26, 26, 26}, {240, 240, 240}}, orange = {{176, 112, 0}, {240, 170, 30}},
                        sky_blue = {{20, 130, 190}, {86, 180, 233}}, green = {{0, 135, 98}, {30, 190, 145}},
                        blue = {{0, 96, 170}, {80, 160, 240}}, vermillion = {{205, 84, 0}, {245, 115, 50}},
                        purple = {{170, 80, 130}, {214, 140, 180}};

#define EXACT "none" /* only bp, which is black */
#define CHAIN "9 3"
#define DIRECT "none"
#define FORWARD "9 3 2 3"
#define BASELINE "2 3"
#define OWN "5 2"

static const struct rule_style styles[] = {
    {"bp", &black, EXACT},
    {"fa", &orange, CHAIN},
    {"usf", &sky_blue, CHAIN},
    {"kp", &vermillion, CHAIN},
    {"dfa", &blue, DIRECT},
    {"dkp", &vermillion, DIRECT},
    {"adfa", &sky_blue, DIRECT},
    {"drtp", &purple, DIRECT},
    {"ifa", &green, FORWARD},
    {"pepita", &purple, FORWARD},
    {"frozen", &vermillion, BASELINE},
    {"linear", &black, BASELINE},
    {"", &green, OWN},
    {"", &purple, OWN},
    {"", &sky_blue, OWN},
    {"", &orange, OWN},
    {"", &blue, OWN},
};
enum { N_STYLES = sizeof styles / sizeof *styles, N_OWN = 5, FIRST_OWN = N_STYLES - N_OWN };

const struct color page_light = {255, 255, 255}, page_dark = {22, 24, 28};

const struct rule_style *rule_style_at(size_t i)
{
    return i < N_STYLES ? &styles[i] : NULL;
}

size_t rule_style_of(const char *rule)
{
    unsigned hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; rule && i < FIRST_OWN; i++)
        if (strcmp(styles[i].rule, rule) == 0)
            return i;
    for (const char *p = rule ? rule : ""; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 16777619u;
    return FIRST_OWN + hash % N_OWN;
}
