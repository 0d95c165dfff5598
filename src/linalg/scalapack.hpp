// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mpi.h>

// BLACS (C interface) and the ScaLAPACK routines that the layer calls. ia, ja are 1-based; desc has nine
// integers.
extern "C" {
int Csys2blacs_handle(MPI_Comm comm);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridinit(int* context, const char* order, int rows, int cols);
void Cblacs_gridinfo(int context, int* rows, int* cols, int* row, int* col);
void Cblacs_gridexit(int context);

void pdgemr2d_(const int* m, const int* n, const double* a, const int* ia, const int* ja, const int* desca,
               double* b, const int* ib, const int* jb, const int* descb, const int* context);
double pdlansy_(const char* norm, const char* uplo, const int* n, const double* a, const int* ia,
                const int* ja, const int* desca, double* work);
void pdsymv_(const char* uplo, const int* n, const double* alpha, const double* a, const int* ia,
             const int* ja, const int* desca, const double* x, const int* ix, const int* jx, const int* descx,
             const int* incx, const double* beta, double* y, const int* iy, const int* jy, const int* descy,
             const int* incy);
void pdpotrf_(const char* uplo, const int* n, double* a, const int* ia, const int* ja, const int* desca,
              int* info);
void pdpotrs_(const char* uplo, const int* n, const int* nrhs, const double* a, const int* ia, const int* ja,
              const int* desca, double* b, const int* ib, const int* jb, const int* descb, int* info);
void pdpocon_(const char* uplo, const int* n, const double* a, const int* ia, const int* ja, const int* desca,
              const double* anorm, double* rcond, double* work, const int* lwork, int* iwork,
              const int* liwork, int* info);
void pdsyngst_(const int* ibtype, const char* uplo, const int* n, double* a, const int* ia, const int* ja,
               const int* desca, const double* b, const int* ib, const int* jb, const int* descb,
               double* scale, double* work, const int* lwork, int* info);
void pdsytrd_(const char* uplo, const int* n, double* a, const int* ia, const int* ja, const int* desca,
              double* d, double* e, double* tau, double* work, const int* lwork, int* info);
void pdormtr_(const char* side, const char* uplo, const char* trans, const int* m, const int* n,
              const double* a, const int* ia, const int* ja, const int* desca, const double* tau, double* c,
              const int* ic, const int* jc, const int* descc, double* work, const int* lwork, int* info);
void pdstedc_(const char* compz, const int* n, double* d, double* e, double* q, const int* iq, const int* jq,
              const int* descq, double* work, const int* lwork, int* iwork, const int* liwork, int* info);

void pdgeadd_(const char* trans, const int* m, const int* n, const double* alpha, const double* a,
              const int* ia, const int* ja, const int* desca, const double* beta, double* c, const int* ic,
              const int* jc, const int* descc);
void pdgeqrf_(const int* m, const int* n, double* a, const int* ia, const int* ja, const int* desca,
              double* tau, double* work, const int* lwork, int* info);
void pdormqr_(const char* side, const char* trans, const int* m, const int* n, const int* k, const double* a,
              const int* ia, const int* ja, const int* desca, const double* tau, double* c, const int* ic,
              const int* jc, const int* descc, double* work, const int* lwork, int* info);
void pdsymm_(const char* side, const char* uplo, const int* m, const int* n, const double* alpha,
             const double* a, const int* ia, const int* ja, const int* desca, const double* b, const int* ib,
             const int* jb, const int* descb, const double* beta, double* c, const int* ic, const int* jc,
             const int* descc);
void pdsyr2k_(const char* uplo, const char* trans, const int* n, const int* k, const double* alpha,
              const double* a, const int* ia, const int* ja, const int* desca, const double* b, const int* ib,
              const int* jb, const int* descb, const double* beta, double* c, const int* ic, const int* jc,
              const int* descc);
void pdgemm_(const char* transa, const char* transb, const int* m, const int* n, const int* k,
             const double* alpha, const double* a, const int* ia, const int* ja, const int* desca,
             const double* b, const int* ib, const int* jb, const int* descb, const double* beta, double* c,
             const int* ic, const int* jc, const int* descc);
}
