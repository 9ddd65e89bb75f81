// The report of `index`: the studies, then what is wrong, what was skipped and why, and totals.
#pragma once

#include <ostream>

#include "study/index.h"

namespace brainmvp::app {

// Studies that agree in all but their names share a line when there are many, unless `every_study`.
void print_index_report(const study::Index& index, bool every_study, std::ostream& out);

} // namespace brainmvp::app
