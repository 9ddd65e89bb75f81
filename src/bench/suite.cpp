#include "bench/suite.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"
#include "base/machine.h"
#include "base/text.h"
#include "bench/device.h"
#include "bench/load.h"
#include "bench/peak.h"
#include "bench/prepare.h"
#include "runtime/precision.h"
#include "runtime/threads.h"

namespace brainmvp::bench {
namespace {

struct Entry {
  std::string name;
  std::function<std::vector<Result>(const NetworkBenchOptions&)> run;
};

const std::array<Entry, 6>& entries() {
  static const std::array<Entry, 6> table{{{"step", bench_step},
                                           {"depthwise", bench_depthwise},
                                           {"segment", bench_segment},
                                           {"predict", bench_predict},
                                           {"prepare", [](const NetworkBenchOptions&) { return bench_prepare({}); }},
                                           {"load", [](const NetworkBenchOptions&) { return bench_load({}); }}}};
  return table;
}

const Entry& entry_named(const std::string& name) {
  const auto found = std::ranges::find(entries(), name, &Entry::name);
  if (found == entries().end()) {
    const std::string nearest = nearest_name(name, bench_names());
    throw Error(ExitCode::kUsage,
                "there is no benchmark " + name + "; " +
                    (nearest.empty() ? "expected one of " + join(bench_names(), ", ") : "did you mean " + nearest + "?"));
  }
  return *found;
}

bool has_bf16(const at::Device& device) { return runtime::choose_precision("auto", device) == runtime::Precision::kBfloat16; }

std::string rounded(double value, int digits) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

std::string milliseconds(double seconds) { return seconds > 0 ? rounded(1e3 * seconds, 1) : "-"; }

double ratio_of(const Result& result) { return result.baseline_seconds / result.seconds; }

} // namespace

std::vector<std::string> bench_names() {
  std::vector<std::string> names;
  for (const Entry& entry : entries()) {
    names.push_back(entry.name);
  }
  return names;
}

Report run_bench(const std::vector<std::string>& names, const std::string& precision, std::size_t threads,
                 NetworkBenchOptions options) {
  for (const std::string& name : names) {
    (void)entry_named(name);
  }
  runtime::use_threads(threads);
  options.precisions = precision == "auto" ? std::vector<std::string>{"fp32"} : std::vector<std::string>{precision};
  if (precision == "auto" && has_bf16(options.device)) {
    options.precisions.emplace_back("bf16");
  }
  Report report{.cpu = processor_name(),
                .gpu = gpu_name(options.device),
                .threads = threads,
                .peak_gflops_fp32 = matrix_product_gflops("fp32", options.device),
                .peak_gflops_bf16 = has_bf16(options.device) ? matrix_product_gflops("bf16", options.device) : 0,
                .results = {}};
  for (const std::string& name : names) {
    const std::vector<Result> rows = entry_named(name).run(options);
    report.results.insert(report.results.end(), rows.begin(), rows.end());
  }
  return report;
}

std::string to_table(const Report& report) {
  std::ostringstream text;
  text << report.cpu << (report.gpu.empty() ? "" : " and " + report.gpu) << ", " << report.threads << " threads; matrix product "
       << rounded(report.peak_gflops_fp32, 0) << " GFLOP/s in fp32";
  if (report.peak_gflops_bf16 > 0) {
    text << ", " << rounded(report.peak_gflops_bf16, 0) << " in bf16";
  }
  text << "\n\n| what | precision | ms | baseline ms | ratio | GFLOP/s | of the peak | peak memory, MB |\n"
          "| --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const Result& row : report.results) {
    text << "| " << row.name << " | " << row.precision << " | " << milliseconds(row.seconds) << " | "
         << milliseconds(row.baseline_seconds) << " | " << (row.baseline_seconds > 0 ? rounded(ratio_of(row), 1) : "-") << " | "
         << (row.gflops ? rounded(*row.gflops, 0) : "-") << " | "
         << (row.peak_share ? rounded(100 * *row.peak_share, 0) + " %" : "-") << " | "
         << rounded(static_cast<double>(row.peak_gpu_bytes > 0 ? row.peak_gpu_bytes : row.peak_rss_bytes) / 1e6, 0) << " |\n";
  }
  return text.str();
}

std::string to_json(const Report& report) {
  using nlohmann::json;
  json rows = json::array();
  for (const Result& row : report.results) {
    rows.push_back({{"name", row.name},
                    {"precision", row.precision},
                    {"seconds", row.seconds},
                    {"baseline_seconds", row.baseline_seconds},
                    {"ratio", ratio_of(row)},
                    {"gflops", row.gflops ? json(*row.gflops) : json()},
                    {"peak_share", row.peak_share ? json(*row.peak_share) : json()},
                    {"peak_rss_bytes", row.peak_rss_bytes},
                    {"peak_gpu_bytes", row.peak_gpu_bytes}});
  }
  json peak{{"fp32", report.peak_gflops_fp32}};
  if (report.peak_gflops_bf16 > 0) {
    peak["bf16"] = report.peak_gflops_bf16;
  }
  return json{{"cpu", report.cpu}, {"gpu", report.gpu}, {"threads", report.threads}, {"peak_gflops", peak}, {"results", rows}}
      .dump(2);
}

} // namespace brainmvp::bench
