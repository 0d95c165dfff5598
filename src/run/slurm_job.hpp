// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>

namespace pastur::run {

/// Seconds until SLURM ends the job this process runs in: from SLURM_JOB_END_TIME where SLURM sets it
/// (version 23 on), else from squeue, asked once. Empty outside a job, without a limit, and when SLURM does
/// not answer.
std::optional<double> seconds_to_end_of_slurm_job();

} // namespace pastur::run
