// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace pastur::parallel {

/// One line of -log_view for the time between construction and destruction. Does nothing while PETSc is not
/// initialised.
class LogEvent {
public:
  /// `name`: a string literal; events of the same name are one line.
  explicit LogEvent(const char* name);
  LogEvent(const LogEvent&) = delete;
  LogEvent& operator=(const LogEvent&) = delete;
  ~LogEvent();
  /// Adds this rank's floating-point operations.
  void flops(double count) const;

private:
  int event_ = -1;
};

} // namespace pastur::parallel
