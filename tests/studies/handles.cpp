// SPDX-License-Identifier: BSD-3-Clause
// Whole runs, again and again in one process: what they open they close, and memory stays flat.
#include <pastur/linalg/process_grid.hpp>
#include <pastur/run/runner.hpp>
#include <pastur/studies/registry.hpp>

#include <gtest/gtest.h>
#include <hdf5.h>
#include <petscsys.h>
#include <support/scratch_directory.hpp>
#include <support/toy_study.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace {

using namespace pastur;

using Counts = std::map<std::string, long>;

/// Open MPI and the BLACS number a new handle by the least free number: it grows with every one left open,
/// whoever opened it.
int next_communicator() {
  MPI_Comm comm = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_SELF, &comm);
  const int number = MPI_Comm_c2f(comm);
  MPI_Comm_free(&comm);
  return number;
}

int next_window() {
  MPI_Win window = MPI_WIN_NULL;
  void* base = nullptr;
  MPI_Win_allocate(8, 1, MPI_INFO_NULL, MPI_COMM_SELF, static_cast<void*>(&base), &window);
  const int number = MPI_Win_c2f(window);
  MPI_Win_free(&window);
  return number;
}

int next_group() {
  MPI_Group all = MPI_GROUP_NULL, group = MPI_GROUP_NULL;
  const int first = 0;
  MPI_Comm_group(MPI_COMM_SELF, &all);
  MPI_Group_incl(all, 1, &first, &group);
  const int number = MPI_Group_c2f(group);
  MPI_Group_free(&group);
  MPI_Group_free(&all);
  return number;
}

int next_datatype() {
  MPI_Datatype type = MPI_DATATYPE_NULL;
  MPI_Type_contiguous(3, MPI_DOUBLE, &type);
  const int number = MPI_Type_c2f(type);
  MPI_Type_free(&type);
  return number;
}

Counts open_handles() {
  Counts counts{{"communicators", next_communicator()},
                {"windows", next_window()},
                {"groups", next_group()},
                {"datatypes", next_datatype()}};
  counts["BLACS contexts"] = linalg::ProcessGrid::create(parallel::Communicator::self())->context();
  counts["HDF5 objects"] = H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL);
  using Files = std::filesystem::directory_iterator;
  counts["files"] = std::distance(Files("/proc/self/fd"), Files());
  PetscStageLog log = nullptr;
  PetscLogGetStageLog(&log);
  for (int stage = 0; stage < log->numStages; ++stage) {
    const PetscClassPerfLog classes = log->stageInfo[stage].classLog;
    for (int c = 0; c < classes->numClasses; ++c) {
      counts[std::string("PETSc ") + log->classLog->classInfo[c].name] +=
          classes->classInfo[c].creations - classes->classInfo[c].destructions;
    }
  }
  return counts;
}

long petsc_objects_made() {
  PetscStageLog log = nullptr;
  PetscLogGetStageLog(&log);
  long made = 0;
  for (int c = 0; c < log->stageInfo[0].classLog->numClasses; ++c)
    made += log->stageInfo[0].classLog->classInfo[c].creations;
  return made;
}

double resident_megabytes() {
  long total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / 1e6;
}

/// Dense and matrix-free kernels, singular values, networks with their Hessian, and a study that sums
/// nothing: 200 draws in all.
const std::vector<std::string> study_files{
    "study = \"toy_mean\"\nseed = 1\ndraws = 40\n[parameters]\nfailure_rate = 0.2\n",
    "study = \"nt_interpolation\"\nseed = 1\ndraws = 50\n[parameters]\nn = 16\nd = 4\nN = 5\nn_test = 10\n"
    "ridge = [0.0, 0.1]\n",
    "study = \"nt_interpolation\"\nseed = 1\ndraws = 50\n[parameters]\nn = 16\nd = 4\nN = 3\nn_test = 10\n"
    "ridge = [0.1]\nsolver = \"matrix_free\"\n",
    "study = \"skip_connections\"\nseed = 1\ndraws = 40\n[parameters]\nn = 8\np = 2\nskip = [0.0, 1.0]\n",
    "study = \"skip_connections\"\nseed = 1\ndraws = 20\n[parameters]\nmode = \"network\"\nn = 8\nL = "
    "3\nbatch = 4\n"
    "outputs = 2\nskip = [0.5]\nhessian = \"matrix_free\"\n",
};

void take_200_draws(const parallel::Communicator& world) {
  study::Registry registry = studies::builtin();
  registry.add([] { return std::make_unique<testing_support::ToyStudy>(); });
  const testing_support::ScratchDirectory scratch(world);
  for (const std::string& text : study_files) {
    run::Experiment experiment = run::parse_experiment(text, "handles.toml", {}, registry);
    run::RunOptions options;
    options.output = scratch.file("out.h5");
    options.overwrite = true;
    options.team_size = world.size();
    options.progress = run::ProgressStyle::none;
    const run::ExitCode code = run::run(experiment, options, world);
    EXPECT_EQ(code,
              &text == &study_files.front() ? run::ExitCode::some_draws_failed : run::ExitCode::complete)
        << text;
  }
}

TEST(Handles, the_numbers_grow_with_what_is_left_open) {
  const int before = next_communicator();
  const auto open = parallel::Communicator::self();
  EXPECT_GT(next_communicator(), before);
  const auto grid = linalg::ProcessGrid::create(open);
  EXPECT_GT(linalg::ProcessGrid::create(open)->context(), grid->context());
}

TEST(Handles, a_thousand_small_draws_leave_none_open_and_memory_flat) {
  PetscLogDefaultBegin();
  const auto world = parallel::Communicator::world();
  take_200_draws(world); // what the libraries keep for the life of the program is there now
  const Counts before = open_handles();
  const long made_before = petsc_objects_made();
  const double memory_before = resident_megabytes();
  for (int round = 1; round < 5; ++round) take_200_draws(world);
  EXPECT_EQ(open_handles(), before);
  EXPECT_EQ(open_handles()["HDF5 objects"], 0);
  EXPECT_GT(petsc_objects_made(), made_before + 1000); // the routes through PETSc and SLEPc are walked
  const double growth = resident_megabytes() - memory_before;
#ifndef __SANITIZE_ADDRESS__ // which keeps what is freed in quarantine, and reports leaks itself
  EXPECT_LT(growth, 4.0) << "of " << memory_before << " MB after 200 draws, over 800 more";
#endif
  RecordProperty("megabytes", std::to_string(growth));
  if (world.rank() == 0)
    std::cout << "memory after 200 draws " << memory_before << " MB, 800 draws later " << growth
              << " MB more\n";
}

} // namespace
