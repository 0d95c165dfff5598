// SPDX-License-Identifier: BSD-3-Clause
#include "method_tally.hpp"

#include <nlohmann/json.hpp>

namespace pastur::run {

void MethodTally::add(std::span<const study::MethodUse> methods) {
  for (const study::MethodUse& method : methods) {
    Sum& sum = sums_[{method.step, method.how}];
    ++sum.times;
    sum.expected_product_flops += method.expected_product_flops;
    sum.seconds += method.seconds;
  }
}

std::string MethodTally::over(const parallel::Communicator& world) const {
  nlohmann::json mine = nlohmann::json::array();
  for (const auto& [key, sum] : sums_)
    mine.push_back({key.first, key.second, sum.times, sum.expected_product_flops, sum.seconds});
  std::map<std::pair<std::string, std::string>, Sum> all;
  for (const std::string& text : world.all_gather(mine.dump())) {
    for (const nlohmann::json& entry : nlohmann::json::parse(text)) {
      Sum& sum = all[{entry[0].get<std::string>(), entry[1].get<std::string>()}];
      sum.times += entry[2].get<std::int64_t>();
      sum.expected_product_flops += entry[3].get<double>();
      sum.seconds += entry[4].get<double>();
    }
  }
  nlohmann::json record = nlohmann::json::array();
  for (const auto& [key, sum] : all) {
    record.push_back({{"step", key.first},
                      {"how", key.second},
                      {"times", sum.times},
                      {"expected_product_flops", sum.expected_product_flops},
                      {"seconds", sum.seconds}});
  }
  return record.dump();
}

} // namespace pastur::run
