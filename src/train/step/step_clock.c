/*
 * step_clock.c - measures the time of a step. Workers measure time only between begin and end, so that other
 * work with the same workspace (bl_trainer_inspect) is not counted.
 */
#include "step_clock.h"

#include <string.h>

double step_clock_begin(const struct step_clock *clock, struct workspace *workspace)
{
    if (!clock->is_on)
        return 0.0;
    for (size_t i = 0; i < workspace->n_workers; i++) {
        workspace->workers[i].is_timed = true;
        memset(workspace->workers[i].seconds, 0, sizeof workspace->workers[i].seconds);
    }
    return clock_seconds();
}

static void add_worker_times(bl_times *sums, const struct worker *worker)
{
    sums->forward += worker->seconds[MOVE_FORWARD];
    sums->error += worker->seconds[MOVE_ERROR];
    sums->signal += worker->seconds[MOVE_SIGNAL];
    sums->gradient += worker->seconds[MOVE_GRADIENT];
    sums->update += worker->seconds[MOVE_UPDATE];
}

void step_clock_end(struct step_clock *clock, struct workspace *workspace, double begun)
{
    if (!clock->is_on)
        return;
    clock->sums.step += clock_seconds() - begun;
    clock->sums.steps++;
    for (size_t i = 0; i < workspace->n_workers; i++) {
        workspace->workers[i].is_timed = false;
        add_worker_times(&clock->sums, &workspace->workers[i]);
    }
}
