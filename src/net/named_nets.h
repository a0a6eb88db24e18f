/*
 * named_nets.h - nets that have a name in the literature: `--net lenet` stands for the text of that net.
 */
#ifndef BL_NET_NAMED_NETS_H
#define BL_NET_NAMED_NETS_H

#include "../base/context.h"

#include <stddef.h>

struct named_net {
    const char *name;
    const char *text;  /* in the grammar of net_text.h; ends with "dense C" */
    const char *about; /* one line and the paper */
    bl_shape input;    /* the input of its paper; other inputs that fit are accepted */
};

const struct named_net *named_net_at(size_t i); /* NULL past the last */
/* A net for checks: 3 inputs; residuals with the identity and with a weighted layer as shortcut; a module
   without parameters. */
extern const char net_with_residuals[];

/* Spaces around the name are ignored; NULL: there is no such net. */
const struct named_net *named_net_find(const char *name);

#endif
