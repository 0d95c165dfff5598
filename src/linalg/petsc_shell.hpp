// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "petsc_handles.hpp"

#include <pastur/linalg/linear_operator.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>

namespace pastur::linalg {

/// What a callback answers to PETSc after a failure. `error` ends the solver at once. SLEPc's solvers keep
/// the vectors they hold at that moment for ever, so they are told that all is well (`success`), get zeros
/// from then on, and are stopped by their own stopping test.
enum class AfterFailure { error, success };

/// Carries exceptions past PETSc's C code: run() catches them inside a callback, require() throws them again
/// outside. A failure on one rank makes the callback fail on all, so that no rank is left behind in PETSc's
/// next reduction. The ranks settle that on a communicator of their own, so that one which left a collective
/// call of the callback cannot be mistaken for one in it: it waits for the others for a while, and then
/// leaves the solver alone.
class CallbackErrors {
public:
  /// @note Collective
  explicit CallbackErrors(const parallel::Communicator& comm, AfterFailure answer = AfterFailure::error);

  /// @note Collective
  PetscErrorCode run(const std::function<void()>& callback) noexcept;
  bool failed() const { return failed_ranks_ > 0; }
  /// Throws after a failed callback: its exception where every rank has one or the others did not come, the
  /// same std::runtime_error on all ranks where some have. Throws std::runtime_error with PETSc's text when
  /// `code`, what the PETSc call named `call` returned, is an error of PETSc's own.
  /// @note Collective when a callback has failed
  void require(PetscErrorCode code, const char* call) const;

private:
  const parallel::Communicator& comm_;
  AfterFailure answer_;
  std::unique_ptr<parallel::Communicator> meeting_; // of more than one rank
  std::exception_ptr error_;
  std::int64_t failed_ranks_ = 0;
  bool alone_ = false; // failed, and the others wait in the callback for this rank
};

/// y = A x + shift x for a LinearOperator A as a PETSc shell matrix. Counts its applications.
class ShellMatrix {
public:
  /// Throws std::invalid_argument when the local sizes do not add up to the global one, std::length_error
  /// when it does not fit PetscInt.
  /// @note Collective
  ShellMatrix(const LinearOperator& a, double shift, CallbackErrors& errors);
  ShellMatrix(const ShellMatrix&) = delete;
  ShellMatrix& operator=(const ShellMatrix&) = delete;

  Mat get() const { return matrix_.get(); }
  VecHandle create_vector() const;
  std::int64_t applications() const { return applications_; }

private:
  static PetscErrorCode multiply(Mat matrix, Vec x, Vec y);
  const LinearOperator& operator_;
  double shift_;
  CallbackErrors& errors_;
  std::int64_t applications_ = 0;
  MatHandle matrix_;
};

/// The local part of a PETSc vector, readable or writable, for as long as it lives.
class LocalRead {
public:
  explicit LocalRead(Vec vector) : vector_(vector) {
    VecGetArrayRead(vector_, &data_);
    VecGetLocalSize(vector_, &size_);
  }
  LocalRead(const LocalRead&) = delete;
  LocalRead& operator=(const LocalRead&) = delete;
  ~LocalRead() { VecRestoreArrayRead(vector_, &data_); }
  std::span<const double> values() const { return {data_, static_cast<std::size_t>(size_)}; }

private:
  Vec vector_;
  const PetscScalar* data_ = nullptr;
  PetscInt size_ = 0;
};

class LocalWrite {
public:
  explicit LocalWrite(Vec vector) : vector_(vector) {
    VecGetArrayWrite(vector_, &data_);
    VecGetLocalSize(vector_, &size_);
  }
  LocalWrite(const LocalWrite&) = delete;
  LocalWrite& operator=(const LocalWrite&) = delete;
  ~LocalWrite() { VecRestoreArrayWrite(vector_, &data_); }
  std::span<double> values() const { return {data_, static_cast<std::size_t>(size_)}; }

private:
  Vec vector_;
  PetscScalar* data_ = nullptr;
  PetscInt size_ = 0;
};

} // namespace pastur::linalg
