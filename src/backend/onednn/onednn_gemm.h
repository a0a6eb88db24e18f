/*
 * onednn_gemm.h - products of matrices by oneDNN.
 */
#ifndef BL_ONEDNN_GEMM_H
#define BL_ONEDNN_GEMM_H

#include "../backend.h"

void onednn_override(struct backend *out); /* gemm and name; the rest stays as it is */
const char *onednn_version(void);

#endif
