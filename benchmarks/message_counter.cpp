// SPDX-License-Identifier: BSD-3-Clause
// A library to preload: counts the MPI calls by which a rank sends, and the bytes it hands to them, and at
// the end writes both, summed over the ranks, to the file that PASTUR_MESSAGES names. A collective counts
// what the rank contributes (its root's buffer for a broadcast), whatever MPI makes of it inside.
#include <mpi.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace {

std::array<double, 2> sent{}; // calls, bytes

void count(double items, MPI_Datatype type) {
  int size = 0;
  PMPI_Type_size(type, &size);
  sent[0] += 1.0;
  sent[1] += items * size;
}

void count_at_root(double items, MPI_Datatype type, int root, MPI_Comm comm) {
  int rank = 0;
  PMPI_Comm_rank(comm, &rank);
  if (rank == root) count(items, type);
}

} // namespace

int MPI_Send(const void* data, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm) {
  count(n, type);
  return PMPI_Send(data, n, type, to, tag, comm);
}
int MPI_Ssend(const void* data, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm) {
  count(n, type);
  return PMPI_Ssend(data, n, type, to, tag, comm);
}
int MPI_Rsend(const void* data, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm) {
  count(n, type);
  return PMPI_Rsend(data, n, type, to, tag, comm);
}
int MPI_Isend(const void* data, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm,
              MPI_Request* request) {
  count(n, type);
  return PMPI_Isend(data, n, type, to, tag, comm, request);
}
int MPI_Sendrecv(const void* data, int n, MPI_Datatype type, int to, int tag, void* in, int m,
                 MPI_Datatype in_type, int from, int in_tag, MPI_Comm comm, MPI_Status* status) {
  count(n, type);
  return PMPI_Sendrecv(data, n, type, to, tag, in, m, in_type, from, in_tag, comm, status);
}
int MPI_Bcast(void* data, int n, MPI_Datatype type, int root, MPI_Comm comm) {
  count_at_root(n, type, root, comm);
  return PMPI_Bcast(data, n, type, root, comm);
}
int MPI_Reduce(const void* data, void* out, int n, MPI_Datatype type, MPI_Op op, int root, MPI_Comm comm) {
  count(n, type);
  return PMPI_Reduce(data, out, n, type, op, root, comm);
}
int MPI_Allreduce(const void* data, void* out, int n, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  count(n, type);
  return PMPI_Allreduce(data, out, n, type, op, comm);
}
int MPI_Allgather(const void* data, int n, MPI_Datatype type, void* out, int m, MPI_Datatype out_type,
                  MPI_Comm comm) {
  if (data != MPI_IN_PLACE)
    count(n, type);
  else
    count(m, out_type);
  return PMPI_Allgather(data, n, type, out, m, out_type, comm);
}
int MPI_Allgatherv(const void* data, int n, MPI_Datatype type, void* out, const int* m, const int* places,
                   MPI_Datatype out_type, MPI_Comm comm) {
  int rank = 0;
  PMPI_Comm_rank(comm, &rank);
  if (data != MPI_IN_PLACE)
    count(n, type);
  else
    count(m[rank], out_type);
  return PMPI_Allgatherv(data, n, type, out, m, places, out_type, comm);
}

int MPI_Finalize() {
  std::array<double, 2> all{};
  int rank = 0;
  PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
  PMPI_Reduce(sent.data(), all.data(), 2, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
  const char* path = std::getenv("PASTUR_MESSAGES");
  if (rank == 0 && path != nullptr) {
    if (std::FILE* file = std::fopen(path, "w")) {
      std::fprintf(file, "{\"calls\": %.0f, \"bytes\": %.0f}\n", all[0], all[1]);
      std::fclose(file);
    }
  }
  return PMPI_Finalize();
}
