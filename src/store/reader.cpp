// SPDX-License-Identifier: BSD-3-Clause
#include "open_file.hpp"
#include "provenance_slots.hpp"
#include "slot_table.hpp"
#include "theory_table.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/store/reader.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace pastur::store {

struct Reader::Impl {
  std::filesystem::path path;
  OpenedFile opened;
  SlotTable slots;
  TheoryTable theory;
  ProvenanceSlots provenance;

  Impl(const std::filesystem::path& file, Flaws flaws)
      : path(file), opened(open_file(file, flaws)), slots(opened.file.get(), opened.layout),
        theory(opened.file.get(), opened.layout), provenance(opened.file.get()) {}

  std::vector<std::uint8_t> verified(const std::vector<std::uint8_t>& marks) const {
    return slots.verified_states(marks, 0, static_cast<std::int64_t>(marks.size()));
  }
};

Reader::Reader(const std::filesystem::path& path, Flaws flaws) {
  const QuietErrors quiet;
  try {
    impl_ = std::make_unique<Impl>(path, flaws);
  } catch (const NotAStore& error) {
    throw InputError(error.what());
  }
}

Reader::Reader(Reader&&) noexcept = default;
Reader::~Reader() = default;

const Layout& Reader::layout() const {
  return impl_->opened.layout;
}
const std::filesystem::path& Reader::path() const {
  return impl_->path;
}

const std::string& Reader::flaw() const {
  return impl_->opened.flaw;
}

std::vector<DrawState> Reader::states() const {
  const QuietErrors quiet;
  std::vector<DrawState> states;
  for (const std::uint8_t state : impl_->verified(impl_->slots.marks()))
    states.push_back(static_cast<DrawState>(state));
  return states;
}

std::vector<std::string> Reader::reasons() const {
  const QuietErrors quiet;
  return impl_->slots.reasons();
}

std::vector<double> Reader::seconds() const {
  const QuietErrors quiet;
  return impl_->slots.seconds();
}

std::vector<DrawRecord> Reader::records(std::int64_t point, std::int64_t draw, std::int64_t count) const {
  const QuietErrors quiet;
  return impl_->slots.records(point, draw, count);
}

std::vector<double> Reader::observable(const std::string& name) const {
  const QuietErrors quiet;
  const std::vector<Variable>& observables = layout().observables;
  for (std::size_t o = 0; o < observables.size(); ++o) {
    if (observables[o].name == name) return impl_->slots.observable(o);
  }
  throw std::out_of_range(fmt::format("the store has no observable '{}'", name));
}

std::vector<double> Reader::theory(const std::string& name, bool fine) const {
  const QuietErrors quiet;
  return impl_->theory.read(name, fine);
}

std::vector<std::string> Reader::provenance() const {
  const QuietErrors quiet;
  return impl_->provenance.read();
}

std::vector<std::pair<std::int64_t, std::int64_t>> Reader::damaged() const {
  const QuietErrors quiet;
  std::vector<std::pair<std::int64_t, std::int64_t>> slots;
  for (const std::int64_t slot : impl_->slots.damaged())
    slots.emplace_back(slot / layout().draws, slot % layout().draws);
  return slots;
}

std::vector<std::int64_t> Reader::damaged_theory(bool fine) const {
  const QuietErrors quiet;
  return impl_->theory.damaged(fine);
}

std::vector<std::int64_t> Reader::damaged_provenance() const {
  const QuietErrors quiet;
  return impl_->provenance.damaged();
}

} // namespace pastur::store
