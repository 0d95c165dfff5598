// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/agree.hpp>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace pastur::parallel {

namespace {

enum class Verdict { fine, input_error, failure };

/// Everybody's verdict; throws the joint exception when somebody failed.
void settle(const Communicator& comm, Verdict verdict, const std::string& message) {
  if (comm.all(verdict == Verdict::fine)) return;
  // One tag character before the text, so that one gather tells verdict and message.
  static constexpr char tags[] = {'0', '1', '2'};
  const auto all = comm.all_gather(tags[static_cast<int>(verdict)] + message);
  std::vector<std::string> seen;
  std::string joined;
  bool only_input = true;
  std::size_t failing = 0;
  for (std::size_t rank = 0; rank < all.size(); ++rank) {
    if (all[rank][0] == '0') continue;
    ++failing;
    const std::string text = all[rank].substr(1);
    only_input = only_input && all[rank][0] == '1';
    if (std::find(seen.begin(), seen.end(), text) != seen.end()) continue;
    seen.push_back(text);
    if (!joined.empty()) joined += "\n";
    joined += "rank " + std::to_string(rank) + ": " + text;
  }
  if (only_input) throw InputError(seen.front());
  const bool one_voice = seen.size() == 1 && failing == all.size();
  throw std::runtime_error(one_voice ? seen.front() : joined);
}

} // namespace

void agree(const Communicator& comm, bool ok, const std::string& message) {
  settle(comm, ok ? Verdict::fine : Verdict::failure, message);
}

void agree(const Communicator& comm, const std::function<void()>& local) {
  Verdict verdict = Verdict::fine;
  std::string message;
  try {
    local();
  } catch (const InputError& error) {
    verdict = Verdict::input_error;
    message = error.what();
  } catch (const std::exception& error) {
    verdict = Verdict::failure;
    message = error.what();
  } catch (...) {
    verdict = Verdict::failure;
    message = "an exception of unknown type";
  }
  settle(comm, verdict, message);
}

} // namespace pastur::parallel
