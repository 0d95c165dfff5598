// SPDX-License-Identifier: BSD-3-Clause
#include "petsc_shell.hpp"

#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/hang_guard.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>

namespace pastur::linalg {
namespace {

std::string message_of(const std::exception_ptr& error) {
  if (!error) return {};
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "unknown exception";
  }
}

} // namespace

CallbackErrors::CallbackErrors(const parallel::Communicator& comm, AfterFailure answer)
    : comm_(comm), answer_(answer),
      meeting_(comm.size() > 1 ? std::make_unique<parallel::Communicator>(comm.split(0)) : nullptr) {}

PetscErrorCode CallbackErrors::run(const std::function<void()>& callback) noexcept {
  try {
    callback();
  } catch (...) {
    error_ = std::current_exception();
  }
  failed_ranks_ = error_ ? 1 : 0;
  if (meeting_) {
    if (const auto failures = parallel::count_failed(*meeting_, error_ != nullptr)) {
      failed_ranks_ = *failures;
    } else {
      alone_ = true;
      static_cast<void>(meeting_.release());
    }
  }
  return alone_ || (failed() && answer_ == AfterFailure::error) ? PETSC_ERR_LIB : 0;
}

void CallbackErrors::require(PetscErrorCode code, const char* call) const {
  if (alone_ || failed_ranks_ == comm_.size()) std::rethrow_exception(error_);
  if (failed()) parallel::agree(comm_, !error_, message_of(error_));
  if (code == 0) return;
  const char* text = nullptr;
  char* specific = nullptr;
  PetscErrorMessage(code, &text, &specific);
  throw std::runtime_error(fmt::format("{} failed: {}{}{}", call, text != nullptr ? text : "unknown error",
                                       specific != nullptr && *specific != 0 ? ": " : "",
                                       specific != nullptr ? specific : ""));
}

ShellMatrix::ShellMatrix(const LinearOperator& a, double shift, CallbackErrors& errors)
    : operator_(a), shift_(shift), errors_(errors) {
  if (a.global_size > std::numeric_limits<PetscInt>::max()) {
    throw std::length_error(
        fmt::format("an operator of size {} does not fit this PETSc's integers", a.global_size));
  }
  std::array<std::int64_t, 1> total = {a.local_size};
  a.comm.sum(total);
  if (total[0] != a.global_size || a.global_size < 1) {
    throw std::invalid_argument(
        fmt::format("an operator of size {} with local sizes that add up to {}", a.global_size, total[0]));
  }
  const PetscInt local = static_cast<PetscInt>(a.local_size);
  const PetscInt global = static_cast<PetscInt>(a.global_size);
  errors.require(MatCreateShell(a.comm.get(), local, local, global, global, this, matrix_.put()),
                 "MatCreateShell");
  errors.require(
      MatShellSetOperation(get(), MATOP_MULT, reinterpret_cast<void (*)()>(&ShellMatrix::multiply)),
      "MatShellSetOperation");
  errors.require(MatSetOption(get(), MAT_SYMMETRIC, PETSC_TRUE), "MatSetOption");
}

VecHandle ShellMatrix::create_vector() const {
  VecHandle vector;
  errors_.require(MatCreateVecs(get(), vector.put(), nullptr), "MatCreateVecs");
  return vector;
}

PetscErrorCode ShellMatrix::multiply(Mat matrix, Vec x, Vec y) {
  void* context = nullptr;
  const PetscErrorCode code = MatShellGetContext(matrix, static_cast<void*>(&context));
  if (code != 0) return code;
  ShellMatrix& self = *static_cast<ShellMatrix*>(context);
  const LocalRead input(x);
  const LocalWrite output(y);
  PetscErrorCode answer = 0;
  if (!self.errors_.failed()) {
    answer = self.errors_.run([&] {
      self.operator_.apply(input.values(), output.values());
      ++self.applications_;
      if (self.shift_ == 0.0) return;
      for (std::size_t i = 0; i < input.values().size(); ++i)
        output.values()[i] += self.shift_ * input.values()[i];
    });
  }
  if (self.errors_.failed()) std::ranges::fill(output.values(), 0.0);
  return answer;
}

} // namespace pastur::linalg
