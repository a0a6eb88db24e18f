/*
 * rule_style.c - the table of colours and dashes.
 */
#include "rule_style.h"

#include <string.h>

#define BLACK                                                                                                \
    {26, 26, 26},                                                                                            \
    {                                                                                                        \
        240, 240, 240                                                                                        \
    }
#define ORANGE                                                                                               \
    {176, 112, 0},                                                                                           \
    {                                                                                                        \
        240, 170, 30                                                                                         \
    }
#define SKY_BLUE                                                                                             \
    {20, 130, 190},                                                                                          \
    {                                                                                                        \
        86, 180, 233                                                                                         \
    }
#define GREEN                                                                                                \
    {0, 135, 98},                                                                                            \
    {                                                                                                        \
        30, 190, 145                                                                                         \
    }
#define BLUE                                                                                                 \
    {0, 96, 170},                                                                                            \
    {                                                                                                        \
        80, 160, 240                                                                                         \
    }
#define VERMILLION                                                                                           \
    {205, 84, 0},                                                                                            \
    {                                                                                                        \
        245, 115, 50                                                                                         \
    }
#define PURPLE                                                                                               \
    {170, 80, 130},                                                                                          \
    {                                                                                                        \
        214, 140, 180                                                                                        \
    }

#define EXACT "none" /* bp alone, and black */
#define CHAIN "9 3"
#define DIRECT "none"
#define FORWARD "9 3 2 3"
#define BASELINE "2 3"
#define OWN "5 2"

static const struct rule_style styles[] = {
    {"bp", BLACK, EXACT},
    {"fa", ORANGE, CHAIN},
    {"usf", SKY_BLUE, CHAIN},
    {"kp", VERMILLION, CHAIN},
    {"dfa", BLUE, DIRECT},
    {"dkp", VERMILLION, DIRECT},
    {"adfa", SKY_BLUE, DIRECT},
    {"drtp", PURPLE, DIRECT},
    {"ifa", GREEN, FORWARD},
    {"pepita", PURPLE, FORWARD},
    {"frozen", VERMILLION, BASELINE},
    {"linear", BLACK, BASELINE},
    {"", GREEN, OWN},
    {"", PURPLE, OWN},
    {"", SKY_BLUE, OWN},
    {"", ORANGE, OWN},
    {"", BLUE, OWN},
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
