// SPDX-License-Identifier: BSD-3-Clause
// What a study says to bad input.
#pragma once

#include "support/study_points.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

namespace pastur::testing_support {

template <class StudyType>
class StudyInput : public testing::Test {
protected:
  /// The message of the InputError that `settings`, or the preparation of their data, end in. @note
  /// Collective
  std::string refusal(const std::vector<Setting>& settings) {
    try {
      const study::Parameters point = point_of(study_, settings);
      study_.prepare(std::span<const study::Parameters>(&point, 1), world_);
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  }

  void expect_refused(const std::vector<Setting>& settings, const std::vector<std::string>& words) {
    const std::string message = refusal(settings);
    for (const std::string& text : words)
      EXPECT_NE(message.find(text), std::string::npos) << "`" << text << "` is not in: " << message;
  }

  StudyType study_;
  parallel::Communicator world_ = parallel::Communicator::world();
  parallel::Communicator self_ = parallel::Communicator::self();
};

} // namespace pastur::testing_support
