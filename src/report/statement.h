// What a report says first: what was done on what, what follows from it, and what does not. Plain sentences.
#pragma once

#include <string>
#include <vector>

#include "report/comparisons.h"
#include "report/evaluations.h"
#include "report/run_record.h"

namespace brainmvp::report {

struct Statement {
  std::string done;
  std::vector<std::string> shown;
  std::vector<std::string> not_shown;
};

Statement make_statement(const std::vector<RunRecord>& runs, const Evaluations& evaluations,
                         const std::vector<SetComparison>& comparisons);

} // namespace brainmvp::report
