/*
 * explain_page.h - a rule on a net as one page of HTML, which requests nothing from anywhere, or its wiring
 * as a picture.
 */
#ifndef CLI_EXPLAIN_PAGE_H
#define CLI_EXPLAIN_PAGE_H

#include "sample.h"
#include "wiring.h"

#include "backless_experimental.h"

/* What a page needs of a traced step: the events go to explain_page_visit. */
struct explain_page {
    struct wiring wiring;
    int n_blocks;
    char *equations; /* the rows of a table, as HTML */
    size_t n;
    FILE *to; /* equations */
};

/* Whether the rule's signals are drawn in the colour of text. Arrows forward then have another colour,
   because the two could not be told apart. style: of the rule (report/rule_style.h). */
bool explain_is_ink(size_t style);

/* 0: no memory. */
int explain_page_begin(struct explain_page *page, int n_blocks);
void explain_page_visit(void *page, const bl_trace *now);
void explain_page_free(struct explain_page *page);

/* The page. shows_sample: its numbers too. 0: no memory. */
int explain_page_write(FILE *to, struct explain_page *page, const struct sample *sample, bool shows_sample);

/* The wiring alone, as an SVG file for a document. 0: no memory. */
int explain_picture_write(FILE *to, const struct explain_page *page, const struct sample *sample);

#endif
