// The sections of the page, each as HTML; empty when there is nothing to show. Private to src/report.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "report/evaluations.h"
#include "report/overlays.h"
#include "report/privacy.h"
#include "report/run_record.h"
#include "report/summary.h"

namespace brainmvp::report {

// What a section adds to the data that the page's script reads.
using PageData = nlohmann::ordered_json;

// What was done on what, what follows, and at most four figures.
std::string summary_section(const std::vector<RunRecord>& runs, const Evaluations& evaluations,
                            const std::vector<SetComparison>& comparisons, const std::vector<Headline>& headlines,
                            PageData& charts);
std::string runs_section(const std::vector<RunRecord>& runs);
std::string curves_section(const std::vector<RunRecord>& runs, PageData& charts);
std::string reconstructions_section(const std::vector<RunRecord>& runs);
std::string templates_section(const std::vector<RunRecord>& runs);
std::string segmentation_section(const Evaluations& evaluations, const CaseLabels& labels);
std::string classification_section(const Evaluations& evaluations, const CaseLabels& labels, PageData& charts);
std::string regression_section(const Evaluations& evaluations, const CaseLabels& labels);
std::string configuration_section(const std::vector<RunRecord>& runs);

// `volumes`: what the viewer reads: [{"label", "image", "layers": [{"name", "kind", "data": id of a script element}]}].
std::string overlays_section(const Overlays& overlays, const Evaluations& evaluations, const CaseLabels& labels,
                             PageData& volumes);

} // namespace brainmvp::report
