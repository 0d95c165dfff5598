// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/log_event.hpp>

#include <petscsys.h>

#include <map>
#include <string>

namespace pastur::parallel {

namespace {

bool petsc_is_running() {
  PetscBool initialised = PETSC_FALSE;
  PetscBool finalised = PETSC_FALSE;
  PetscInitialized(&initialised);
  PetscFinalized(&finalised);
  return initialised == PETSC_TRUE && finalised == PETSC_FALSE;
}

int registered_event(const char* name) {
  static std::map<std::string, PetscLogEvent> events;
  static PetscClassId layer = 0;
  if (layer == 0) PetscClassIdRegister("pastur", &layer);
  const auto known = events.find(name);
  if (known != events.end()) return known->second;
  PetscLogEvent event = -1;
  PetscLogEventRegister(name, layer, &event);
  events.emplace(name, event);
  return event;
}

} // namespace

LogEvent::LogEvent(const char* name) {
  if (!petsc_is_running()) return;
  event_ = registered_event(name);
  PetscLogEventBegin(event_, nullptr, nullptr, nullptr, nullptr);
}

LogEvent::~LogEvent() {
  if (event_ >= 0) PetscLogEventEnd(event_, nullptr, nullptr, nullptr, nullptr);
}

void LogEvent::flops(double count) const {
  if (event_ >= 0) PetscLogFlops(count);
}

} // namespace pastur::parallel
