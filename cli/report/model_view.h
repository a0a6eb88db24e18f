/*
 * model_view.h - computes from a run's model and data what its log does not hold: wrong predictions, and the
 * weights of the first layer.
 */
#ifndef CLI_MODEL_VIEW_H
#define CLI_MODEL_VIEW_H

#include "report.h"

#include "backless_experimental.h"

enum { MOST_MISTAKES = 12, WHY_ROOM = 700 };

struct mistake {
    size_t row;
    int answer, label;
    double score; /* of the predicted class */
};

struct model_view {
    bl_context *ctx;
    bl_model *model;
    bl_data *data;            /* examples that the run did not learn from, or NULL */
    const char *part;         /* "test" or "val" */
    char why_model[WHY_ROOM]; /* why there is no model; "": there is one */
    char why_data[WHY_ROOM];  /* why there are no predictions; "": there are */
    bl_work work;             /* of an example in a training step */
    char why_work[WHY_ROOM];  /* why it is unknown; "": it is known */
    int n_classes;
    size_t *confusion;                      /* n_classes x n_classes: class of the example, predicted class */
    struct mistake mistakes[MOST_MISTAKES]; /* the highest scores first */
    int n_mistakes;
};

/* Opens the model of a run's folder and the data that it names. If something is missing, why_model and
   why_data say what. */
void model_view_open(struct model_view *view, const struct report_run *run);
void model_view_close(struct model_view *view);

/* Writes the name of class i, or its number if it has no name. */
void put_class_name(FILE *to, const struct model_view *view, int i);

#endif
