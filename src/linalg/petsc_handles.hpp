// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <petscksp.h>
#include <slepceps.h>

#include <utility>

namespace pastur::linalg {

/// Move-only owner of a PETSc or SLEPc object. Destruction is collective over the object's communicator.
template <class Object, PetscErrorCode (*Destroy)(Object*)>
class PetscHandle {
public:
  PetscHandle() = default;
  PetscHandle(const PetscHandle&) = delete;
  PetscHandle& operator=(const PetscHandle&) = delete;
  PetscHandle(PetscHandle&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  PetscHandle& operator=(PetscHandle&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~PetscHandle() {
    if (object_ != nullptr) Destroy(&object_);
  }

  Object get() const { return object_; }
  /// Where a ...Create function writes; only for an empty handle.
  Object* put() { return &object_; }

private:
  Object object_ = nullptr;
};

using VecHandle = PetscHandle<Vec, VecDestroy>;
using MatHandle = PetscHandle<Mat, MatDestroy>;
using KspHandle = PetscHandle<KSP, KSPDestroy>;
using EpsHandle = PetscHandle<EPS, EPSDestroy>;

/// While it lives, PETSc returns its errors without printing a trace: they become exceptions.
class QuietPetscErrors {
public:
  QuietPetscErrors() { PetscPushErrorHandler(PetscIgnoreErrorHandler, nullptr); }
  QuietPetscErrors(const QuietPetscErrors&) = delete;
  QuietPetscErrors& operator=(const QuietPetscErrors&) = delete;
  ~QuietPetscErrors() { PetscPopErrorHandler(); }
};

} // namespace pastur::linalg
