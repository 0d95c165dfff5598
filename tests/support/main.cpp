// SPDX-License-Identifier: BSD-3-Clause
// The main program of every test: one GoogleTest per rank; rank 0 prints, and a failure on any rank fails the
// program and is listed with its rank.
#include <pastur/parallel/communicator.hpp>
#include <pastur/parallel/environment.hpp>

#include <gtest/gtest.h>

#include <iostream>
#include <sstream>
#include <string>

namespace {

/// Collects this rank's failures; after each test rank 0 prints everybody's. A test's body must therefore be
/// collective-safe: gather verdicts before an ASSERT that could leave one rank behind.
class RankListener : public testing::EmptyTestEventListener {
public:
  RankListener(const pastur::parallel::Communicator& world, testing::TestEventListener* printer)
      : world_(world), printer_(printer) {}
  ~RankListener() override { delete printer_; }

  void OnTestProgramStart(const testing::UnitTest& unit) override {
    if (world_.rank() == 0) printer_->OnTestProgramStart(unit);
  }
  void OnTestStart(const testing::TestInfo& info) override {
    failures_.str("");
    if (world_.rank() == 0) printer_->OnTestStart(info);
  }
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    failures_ << (result.file_name() != nullptr ? result.file_name() : "?") << ":" << result.line_number()
              << ": " << result.summary() << "\n";
  }
  void OnTestEnd(const testing::TestInfo& info) override {
    const auto all = world_.all_gather(failures_.str());
    if (world_.rank() == 0) {
      for (std::size_t rank = 0; rank < all.size(); ++rank) {
        if (!all[rank].empty()) std::cout << "rank " << rank << ":\n" << all[rank];
      }
      printer_->OnTestEnd(info);
    }
  }
  void OnTestIterationStart(const testing::UnitTest& unit, int iteration) override {
    if (world_.rank() == 0) printer_->OnTestIterationStart(unit, iteration);
  }
  void OnTestIterationEnd(const testing::UnitTest& unit, int iteration) override {
    if (world_.rank() == 0) printer_->OnTestIterationEnd(unit, iteration);
  }
  void OnTestProgramEnd(const testing::UnitTest& unit) override {
    if (world_.rank() == 0) printer_->OnTestProgramEnd(unit);
  }

private:
  const pastur::parallel::Communicator& world_;
  testing::TestEventListener* printer_;
  std::ostringstream failures_;
};

} // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  pastur::parallel::Environment environment;
  int result = 0;
  {
    const auto world = pastur::parallel::Communicator::world();
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    listeners.Append(new RankListener(world, listeners.Release(listeners.default_result_printer())));
    result = RUN_ALL_TESTS();
    result = world.all(result == 0) ? 0 : 1;
    delete listeners.Release(listeners.default_result_printer());
  }
  return result;
}
