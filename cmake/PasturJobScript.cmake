# SPDX-License-Identifier: BSD-3-Clause
# jobs/run.sbatch inside the program, for `pastur plan --sbatch`.
file(READ ${PROJECT_SOURCE_DIR}/jobs/run.sbatch PASTUR_RUN_SBATCH)
set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/jobs/run.sbatch)
configure_file(${PROJECT_SOURCE_DIR}/src/run/run_sbatch.hpp.in ${PROJECT_BINARY_DIR}/generated/run_sbatch.hpp @ONLY)
target_include_directories(pastur_run PRIVATE ${PROJECT_BINARY_DIR}/generated)
