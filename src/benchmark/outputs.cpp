#include "benchmark/outputs.h"

#include "base/atomic_file.h"
#include "benchmark/page.h"
#include "benchmark/results.h"

namespace brainmvp::benchmark {

Comparison write_outputs(const std::filesystem::path& folder, const std::vector<Cell>& cells, const std::string& title) {
  write_results(folder, cells);
  Comparison comparison = compare_results(folder / kResultsName);
  write_file(folder / "comparison.json", comparison_json(comparison));
  write_file(folder / "page.html", comparison_page(comparison, title));
  return comparison;
}

} // namespace brainmvp::benchmark
