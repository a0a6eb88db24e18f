/*
 * explain_page.h - a rule on a net as one page of HTML, which requests nothing from anywhere.
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

/* 0: no memory. */
int explain_page_begin(struct explain_page *page, int n_blocks);
void explain_page_visit(void *page, const bl_trace *now);
void explain_page_free(struct explain_page *page);

/* The page. shows_sample: its numbers too. 0: no memory. */
int explain_page_write(FILE *to, struct explain_page *page, const struct sample *sample, bool shows_sample);

#endif
